//! Every command in README and docs is run, in a separate directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_restwell");

/// Prefixes of commands that are tested elsewhere, with the place.
const ELSEWHERE: &[(&str, &str)] = &[
    ("cargo run --release -- new ../shop-api", "xtask/src/readme.rs, on a copy of this repository"),
    ("curl 127.0.0.1:8080/greet", "xtask/src/readme.rs, after it"),
    ("cargo install --path . --locked", "xtask/src/package.rs, from what the package holds"),
    ("cargo uninstall restwell", "xtask/src/package.rs"),
    ("cargo test", "it is what runs this"),
    ("cargo xtask ", "checked below to be a command of xtask"),
];

/// Names of commands that need an argument, or a project around them.
const NAMES: &[&str] = &[
    "restwell new",
    "restwell explain",
    "restwell completions",
    "restwell status",
    "restwell status --check",
    "restwell diff",
    "restwell diff --new",
    "restwell status --format json",
    "restwell set cache=redis --dry-run --format json",
    "restwell set",
    "restwell update",
    "restwell undo",
    "restwell undo --list",
    "restwell redo",
    "restwell verify",
    "restwell policy check",
    "restwell explain --receipt",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README, CONTRIBUTING and the pages of docs.
fn pages() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(root().join("docs")).expect("docs");
    let docs = docs.map(|entry| entry.expect("an entry").path());
    let pages = [root().join("README.md"), root().join("CONTRIBUTING.md")].into_iter().chain(docs);
    let pages = pages.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.map(|path| (path.clone(), fs::read_to_string(path).expect("text"))).collect()
}

/// The lines of shell blocks without comments, and code spans that start with `restwell`.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```").map(|(block, _)| block));
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned());
    let outside: String = page.split("```").step_by(2).collect::<Vec<_>>().join("\n");
    let inline =
        outside.split('`').skip(1).step_by(2).map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "));
    let inline: Vec<String> = inline
        .filter(|code| code.starts_with("restwell ") && !has_placeholder(code) && !NAMES.contains(&code.as_str()))
        .collect();
    lines.filter(|line| !line.is_empty()).chain(inline).collect()
}

/// `restwell help COMMAND` is a form, not a command.
fn has_placeholder(command: &str) -> bool {
    let is_form = |word: &str| {
        word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '=' || letter == '…')
    };
    command.split(' ').any(is_form) || command.contains('…')
}

fn run(command: &str) -> Result<(), String> {
    let place = tempfile::tempdir().expect("a directory");
    fs::write(place.path().join("stack.toml"), sample()).expect("written");
    let programs = Path::new(PROGRAM).parent().expect("a directory");
    let path = std::env::join_paths([programs, "/usr/bin".as_ref(), "/bin".as_ref()]).expect("a path");
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(place.path())
        .env_clear()
        .env("PATH", path)
        .env("HOME", place.path())
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The sample answers file of the README.
fn sample() -> String {
    let readme = fs::read_to_string(root().join("README.md")).expect("text");
    let block = readme.split("```toml\n").nth(1).and_then(|rest| rest.split_once("\n```")).expect("a sample");
    block.0.to_owned() + "\n"
}

#[test]
fn every_documented_command_works() {
    let mut ran = 0;
    for (path, page) in pages() {
        for command in commands(&page) {
            let place = path.strip_prefix(root()).expect("below").display();
            if command.contains("restwell ") && !command.starts_with("cargo ") {
                run(&command).unwrap_or_else(|said| panic!("{place}: {command}\n{said}"));
                ran += 1;
            } else {
                let known = ELSEWHERE
                    .iter()
                    .any(|(start, _)| command.trim_start_matches("INSTA_UPDATE=always ").starts_with(start));
                assert!(known, "{place}: nothing runs `{command}`");
            }
        }
    }
    assert!(ran > 30, "{ran}");
}

/// Digits are masked: counts of files and bytes change with the templates.
fn without_counts(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    text.replacen(first, &first.replace(|letter: char| letter.is_ascii_digit(), ""), 1)
}

#[test]
fn the_report_in_the_readme_matches_the_output() {
    let readme = fs::read_to_string(root().join("README.md")).expect("text");
    let block = readme
        .split("```text\n")
        .find(|block| block.starts_with("$ restwell "))
        .and_then(|rest| rest.split_once("\n```"))
        .expect("a report")
        .0;
    let (command, report) = block.split_once('\n').expect("a command and its report");
    let words: Vec<&str> = command.strip_prefix("$ restwell ").expect("a command").split(' ').collect();
    let place = tempfile::tempdir().expect("a directory");
    let output =
        Command::new(PROGRAM).args(words).current_dir(place.path()).env_clear().env("PATH", "/usr/bin:/bin").output();
    let output = output.expect("it starts");
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).expect("text");
    // What is proved changes with every run of the stages that prove it.
    let without_proof = |text: &str| text.rsplit_once('\n').map(|(head, _)| without_counts(head));
    assert_eq!(without_proof(report), without_proof(said.trim_end()));
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("proved: ") || last == "not proved by this build", "{last}");
}

#[test]
fn every_documented_xtask_command_exists() {
    let definition = fs::read_to_string(root().join("xtask/src/cli.rs")).expect("text");
    for (path, page) in pages() {
        for rest in page.split("cargo xtask ").skip(1) {
            let name: String =
                rest.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '-').collect();
            let mut letters = name.chars();
            let variant: String =
                letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
            let is_command = [",\n", " {", "("].iter().any(|end| definition.contains(&format!("    {variant}{end}")));
            assert!(name.is_empty() || name.starts_with('-') || is_command, "{}: cargo xtask {name}", path.display());
        }
    }
}

#[test]
fn readme_links_only_to_packaged_files() {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--package", "restwell"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list = String::from_utf8(output.stdout).expect("text");
    let files: Vec<&str> = list.lines().collect();
    for (path, page) in pages() {
        let folder = path.strip_prefix(root()).expect("below").parent().expect("a parent").to_owned();
        for link in page.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link)) {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let target = folder.join(link.split('#').next().unwrap_or_default());
            let target = target.to_str().expect("text").trim_end_matches('/');
            let is_there = files
                .iter()
                .any(|file| *file == target || file.strip_prefix(target).is_some_and(|rest| rest.starts_with('/')));
            assert!(is_there, "{} links to {link}", path.display());
        }
    }
    for odd in ["xtask/", "tests/", "target/", ".github/"] {
        assert!(!files.iter().any(|file| file.starts_with(odd)), "{odd} is in the package");
    }
}
