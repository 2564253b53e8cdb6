//! The files of this repository: those that tests read, their length, and the words of their text.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

/// Every Rust file below `folder`, sorted.
pub(crate) fn rust_files(folder: &str) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    collect(folder.into(), &mut found);
    found.retain(|path| path.extension() == Some("rs"));
    found.sort();
    found
}

fn collect(folder: &Utf8Path, found: &mut Vec<Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().expect("the folder is there") {
        let path = entry.expect("it can be read").into_path();
        if path.is_dir() {
            collect(&path, found);
        } else {
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

/// `docs/style.md`: the subject of a sentence is the code, not a person.
#[test]
fn no_sentence_is_about_an_unknown_person() {
    const PRONOUNS: [&str; 7] = ["anybody", "everybody", "nobody", "somebody", "someone", "whoever", "whom"];
    // The name of an account of Debian.
    const ACCOUNT: [&str; 2] = ["`nobody`", "\"USER nobody\""];
    let mut files = vec!["README.md".into(), "CONTRIBUTING.md".into()];
    ["src", "templates", "docs", "tests", "xtask"].into_iter().for_each(|folder| collect(folder.into(), &mut files));
    // The first has examples of what is not written, the second is this list.
    files.retain(|path| !["docs/style.md", file!()].contains(&path.as_str()));
    for path in files {
        let mut text = fs::read_to_string(&path).expect("a source file is text");
        ACCOUNT.iter().for_each(|account| text = text.replace(account, ""));
        let text = text.to_lowercase();
        let mut words = text.split(|letter: char| !letter.is_alphabetic());
        assert_eq!(words.find(|word| PRONOUNS.contains(word)), None, "in {path}");
    }
}
