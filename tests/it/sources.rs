//! The Rust files of this repository, for the tests that read them.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

/// Every Rust file below `folder`, sorted.
pub(crate) fn rust_files(folder: &str) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    collect(folder.into(), &mut found);
    found.sort();
    found
}

fn collect(folder: &Utf8Path, found: &mut Vec<Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().expect("the folder is there") {
        let path = entry.expect("it can be read").into_path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension() == Some("rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_is_longer_than_three_hundred_lines() {
    const LINES: usize = 300;
    let files = ["src", "tests", "xtask"].into_iter().flat_map(rust_files);
    let lines = |path: &Utf8PathBuf| fs::read_to_string(path).expect("a source file is text").lines().count();
    let long: Vec<(Utf8PathBuf, usize)> =
        files.map(|path| (path.clone(), lines(&path))).filter(|(_, lines)| *lines > LINES).collect();
    assert!(long.is_empty(), "longer than {LINES} lines: {long:?}");
}
