//! Which projects passed as they are rendered now, and which are run.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use restwell::variants::pairwise;

use super::*;

#[test]
fn only_what_passed_as_it_is_rendered_now_is_proved() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), "a 1 81\nb 2\nc 3 5\n").expect("written");
    let (passed, tests) = read(file.path());
    let now = [("a", "1"), ("b", "2"), ("c", "4")].map(|(name, print)| (name.to_owned(), print.to_owned())).into();
    let mut changes = Changes { now, before: None, passed, tests, record: file.path().to_owned() };
    assert_eq!(changes.proved(), [("a".to_owned(), Some(81)), ("b".to_owned(), None)].into());
    changes.passed("c", Some(6)).expect("written");
    assert_eq!(changes.proved().get("c"), Some(&Some(6)));
    assert_eq!(fs::read_to_string(file.path()).expect("there"), "a 1 81\nb 2\nc 4 6\n");
}

#[test]
fn included_files_count_as_compiler_input() {
    let mut included = 0;
    for stack in pairwise() {
        let tree = project::render(&stack, "shop-api").expect("it renders");
        for (path, file) in tree.files().filter(|(path, _)| path.extension() == Some("rs")) {
            assert!(is_compiled(path));
            let text = String::from_utf8_lossy(&file.bytes);
            for rest in text.split("include_").skip(1) {
                let Some(rest) = ["str!(\"", "bytes!(\""].iter().find_map(|start| rest.strip_prefix(start)) else {
                    continue;
                };
                let file = rest.split('"').next().expect("text");
                let target = resolved(&path.parent().unwrap_or(Utf8Path::new("")).join(file));
                assert!(is_compiled(&target), "{path} includes {target}");
                included += 1;
            }
        }
    }
    assert!(included > 10);
}

/// The path without `..`.
fn resolved(path: &Utf8Path) -> Utf8PathBuf {
    let mut resolved = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::ParentDir => drop(resolved.pop()),
            part => resolved.push(part),
        }
    }
    resolved
}

#[test]
fn documentation_is_not_compiler_input_and_sources_are() {
    let print = |scope, files: &[(&str, &str)]| {
        fingerprint(scope, "", files.iter().map(|(path, sha256)| ((*path).to_owned(), (*sha256).to_owned())))
    };
    let (before, page) = ([("README.md", "1"), ("src/a.rs", "2")], [("README.md", "3"), ("src/a.rs", "2")]);
    assert_eq!(print(Scope::Rust, &before), print(Scope::Rust, &page));
    assert_ne!(print(Scope::All, &before), print(Scope::All, &page));
    assert_ne!(print(Scope::Rust, &before), print(Scope::Rust, &[("README.md", "1"), ("src/a.rs", "3")]));
}

#[test]
fn the_part_of_a_run_decides_about_projects_that_never_passed() {
    let prints = |prints: &[(&str, &str)]| -> Fingerprints {
        prints.iter().map(|(name, print)| ((*name).to_owned(), (*print).to_owned())).collect()
    };
    let changes = |before| Changes {
        now: prints(&[("same", "1"), ("changed", "2"), ("new", "3")]),
        before,
        passed: Fingerprints::new(),
        tests: BTreeMap::new(),
        record: PathBuf::new(),
    };
    let runs = |changes: &Changes, is_in_part| ["same", "changed", "new"].map(|name| changes.runs(name, is_in_part));
    let known = changes(Some(prints(&[("same", "1"), ("changed", "0")])));
    assert_eq!(runs(&known, true), [false, true, true]);
    assert_eq!(runs(&known, false), [false, true, false]);
    // Without `--changed`, about all.
    assert_eq!(runs(&changes(None), true), [true; 3]);
    assert_eq!(runs(&changes(None), false), [false; 3]);
}
