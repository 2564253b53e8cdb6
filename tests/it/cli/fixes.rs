//! Every fix of every error, pasted into a shell: it succeeds, does what was asked for, and keeps the rest of the line.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use restwell::command_line::quote;
use restwell::error::CODES;
use tempfile::TempDir;

use super::session::{Listing, PROGRAM, listing};
use super::situations;

/// A command line that fails, with the files that exist before it runs.
struct Case {
    words: &'static [&'static str],
    /// Files that exist before.
    files: &'static [(&'static str, &'static str)],
    variables: &'static [(&'static str, &'static str)],
}

const fn case(words: &'static [&'static str]) -> Case {
    Case { words, files: &[], variables: &[] }
}

const fn with_files(words: &'static [&'static str], files: &'static [(&'static str, &'static str)]) -> Case {
    Case { words, files, variables: &[] }
}

const fn with_variables(words: &'static [&'static str], variables: &'static [(&'static str, &'static str)]) -> Case {
    Case { words, files: &[], variables }
}

/// Commands that accept the flags of `new`.
const NEW: &[Case] = &[
    case(&["new", "fn"]),
    case(&["new", "my shop"]),
    case(&["new", "it's $HOME; `id`"]),
    case(&["new", "axum"]),
    case(&["new", "9"]),
    case(&["new", "tokio_util"]),
    case(&["new", "--", "-x"]),
    case(&["new", "a", "--name=-x"]),
    case(&["new", "a", "--name", "fn"]),
    with_variables(&["new", "a"], &[("RESTWELL_NAME", "fn")]),
    with_files(&["new", "a", "--answers", "named.toml"], &[("named.toml", "name = \"fn\"\n")]),
    case(&["new", "a", "--database", "none", "--cache", "memory"]),
    case(&["new", "a", "--cache=redis", "--auth=jwt", "--database=none", "--yes"]),
    with_variables(&["new", "a", "--cache", "memory"], &[("RESTWELL_DATABASE", "none")]),
    with_files(&["new", "a", "--database", "none", "--answers", "c.toml"], &[("c.toml", "cache = \"redis\"\n")]),
    case(&["new", "a", "--cahce", "none"]),
    case(&["new", "a", "--cahce=none", "--dtabase", "none"]),
    case(&["new", "a", "--db", "none"]),
    case(&["new", "a", "--cache", "memroy"]),
    case(&["new", "a", "--cache=memroy", "--limiter", "nnoe"]),
    case(&["new", "a", "--database", "cassandra"]),
    case(&["new", "a", "--wings"]),
    case(&["nwe", "a"]),
    case(&["nw"]),
    case(&["new", "--cahce", "none"]),
    case(&["create", "my-shop", "--cache", "none"]),
    case(&["init", "my-shop"]),
    case(&["generate", "my-shop"]),
    case(&["new", "a", "--expect-version", "9.9.9"]),
    case(&["new", "a", "--yes", "--show", "Cargo.tml"]),
    case(&["new", "a", "--yes", "--show", "nothing/like/it"]),
    case(&["new", "a", "--database", "none"]),
    case(&["new", "a"]),
    case(&["new"]),
    with_files(&["new", "a"], &[("a/Cargo.toml", "mine")]),
    with_files(&["new", "./a b", "--name", "c"], &[("a b/notes.txt", "mine")]),
    with_variables(&["new", "a"], &[("RESTWELL_CACHE", "memroy")]),
    with_variables(&["new", "a"], &[("RESTWELL_CACHE", "cassandra")]),
    with_variables(&["new", "a"], &[("RESTWELL_PRESET", "fancy")]),
    with_variables(&["new", "a"], &[("RESTWELL_CAHCE", "none")]),
    with_variables(&["new", "a"], &[("RESTWELL_PRESTE", "minimal")]),
];

/// Other commands.
const OTHER: &[Case] = &[
    case(&[]),
    case(&["status"]),
    case(&["lits"]),
    case(&["version"]),
    case(&["--versio"]),
    case(&["new", "--hepl"]),
    case(&["completion", "bash"]),
    case(&["list", "--plian"]),
    case(&["explain", "cahce"]),
    case(&["explain", "RW9999"]),
    case(&["explain", "cache=memroy"]),
    case(&["explain"]),
    case(&["explain", "cache=none", "cache=memory"]),
    case(&["man", "nwe"]),
    case(&["help", "nwe"]),
    case(&["completions", "bsah"]),
    case(&["variants", "--al"]),
    case(&["variants", "--format", "github-matirx"]),
    case(&["new", "a", "b"]),
    case(&["new", "a", "--cache"]),
    case(&["new", "a", "-q", "-v"]),
    case(&["new", "a", "--cache", "none", "--cache", "memory"]),
    case(&["new", "a", "--cache=none", "--yes", "--yes"]),
    case(&["new", "a", "--dry-run", "--cahce", "none", "--dry-run"]),
    case(&["shop-api", "--yes"]),
    case(&["newapi", "--preset", "minimal"]),
    case(&["new", "a", "--database", "non", "--auth", "jwt"]),
    case(&["new", "fn", "--cahce", "none"]),
    case(&["shop-api", "--cahce", "none", "--dry-run", "--yes"]),
    case(&["fn", "--yes"]),
    with_variables(&["list"], &[("RESTWELL_DATABSE", "none")]),
    with_variables(&["explain", "cache"], &[("RESTWELL_CACHE", "nnoe")]),
];

/// Codes that no case provokes. Every other code has one here or in `situations.rs`.
const WITHOUT_CASE: &[(&str, &str)] = &[
    ("RW0204", "only the path `/` has no name, and its fix writes there"),
    ("RW0300", "no stack is impossible without a rule that says so; each rule has its own code"),
    ("RW0701", "no bug is known"),
    ("RW0801", "a signal is sent in `interrupting.rs`; there is nothing to mend"),
];

/// Additional flags.
const EXTRAS: &[&[&str]] = &[
    &["--no-git"],
    &["--dry-run"],
    &["--no-git", "--force", "--plain", "--non-interactive", "--yes", "--deploy", "none"],
    &["--no-git", "--preset", "minimal", "--name", "other", "--answers", "the answers.toml", "-v"],
];

/// A directory with the files of a case.
struct Place(TempDir);

impl Place {
    fn new(case: &Case) -> Self {
        let place = tempfile::tempdir().expect("a directory");
        for (path, text) in [("the answers.toml", "ci = \"none\"\n")].iter().chain(case.files) {
            let path = place.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        Self(place)
    }

    fn run(&self, program: &str, words: &[&str], variables: &[(&str, &str)]) -> Output {
        let programs = Path::new(PROGRAM).parent().expect("a directory");
        let path = std::env::join_paths([programs, "/usr/bin".as_ref(), "/bin".as_ref()]).expect("a path");
        Command::new(program)
            .args(words)
            .current_dir(self.0.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.0.path())
            .envs(variables.iter().copied())
            .stdin(std::process::Stdio::null())
            .output()
            .expect("it starts")
    }

    fn listing(&self) -> Listing {
        listing(self.0.path())
    }
}

/// The words of a case with additional ones, before a `--`.
fn with<'a>(case: &Case, extra: &[&'a str]) -> Vec<&'a str>
where
    'static: 'a,
{
    let end = case.words.iter().position(|word| *word == "--").unwrap_or(case.words.len());
    let (before, after) = case.words.split_at(end);
    before.iter().copied().chain(extra.iter().copied()).chain(after.iter().copied()).collect()
}

/// The commands after `try:` in an error.
pub(super) fn nearest(text: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| !line.starts_with("  try: ")).take_while(|line| line.starts_with("  "));
    lines.map(|line| line[7..].to_owned()).collect()
}

/// Runs a case with text and JSON output, pastes every fix, and returns the code of the error.
fn paste(case: &Case, extra: &[&str]) -> Option<String> {
    let words = with(case, extra);
    let place = Place::new(case);
    let text = place.run(PROGRAM, &words, case.variables);
    if text.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&text.stderr);
    let told = nearest(&said);
    assert!(!told.is_empty(), "{words:?} has no fix:\n{said}");
    // A second `--format` would be another mistake.
    let is_asked = words.iter().any(|word| word.starts_with("--format"));
    let (code, fixes) = if is_asked { (code(&said), told.clone()) } else { for_programs(case, extra) };
    let bare: Vec<String> = fixes.iter().map(|fix| fix.replace(" --format json", "")).collect();
    assert_eq!(told.iter().map(|fix| fix.replace(" --format json", "")).collect::<Vec<_>>(), bare, "{words:?}");
    for fix in &fixes {
        let place = Place::new(case);
        let before = place.listing();
        let output = place.run("sh", &["-c", fix], case.variables);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words:?} offers {fix}\n{said}");
        let is_written = !words.contains(&"--dry-run") && !words.contains(&"--show") && !fix.contains(" --dry-run");
        if !is_written {
            assert_eq!(place.listing(), before, "{words:?} offers {fix}, which writes");
        }
        if fix.contains(" new ") && !fix.contains(" --help") {
            keeps(&words, fix);
            assert_eq!(place.listing().len() > before.len(), is_written, "{words:?} offers {fix}");
        }
        if is_written && words.contains(&"--no-git") {
            assert!(!place.listing().keys().any(|path| path.ends_with(".git")), "{words:?} offers {fix}");
        }
    }
    Some(code)
}

pub(super) fn code(said: &str) -> String {
    said.split(['[', ']']).nth(1).expect("a code").to_owned()
}

/// The code of the error and the fixes under `--format json`.
fn for_programs(case: &Case, extra: &[&str]) -> (String, Vec<String>) {
    let words = with(case, &[extra, &["--format", "json"]].concat());
    let output = Place::new(case).run(PROGRAM, &words, case.variables);
    let object: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    assert_eq!(object["error"]["exit"].as_i64(), output.status.code().map(i64::from), "{words:?}");
    let fixes = object["error"]["fixes"].as_array().expect("fixes").iter();
    let fixes = fixes.map(|fix| fix.as_str().expect("text").to_owned()).collect();
    (object["error"]["code"].as_str().expect("a code").to_owned(), fixes)
}

/// The fix has every other flag that was typed once, with its value.
fn keeps(words: &[&str], fix: &str) {
    let kept = |flag: &str| fix.matches(&format!(" {flag}")).count();
    for flag in ["--dry-run", "--no-git", "--force", "--plain", "--non-interactive", "--yes"] {
        if words.contains(&flag) {
            assert_eq!(kept(flag), 1, "{words:?} offers {fix}");
        }
    }
    for pair in words.windows(2).filter(|pair| ["--preset", "--answers", "--deploy"].contains(&pair[0])) {
        assert_eq!(kept(&format!("{} {}", pair[0], quote(pair[1]))), 1, "{words:?} offers {fix}");
    }
    if words.contains(&"other") && !words.contains(&"fn") && !words.iter().any(|word| word.starts_with("--name=")) {
        assert_eq!(kept("--name other"), 1, "{words:?} offers {fix}");
    }
}

#[test]
fn every_fix_of_every_error_can_be_pasted() {
    let mut seen = BTreeSet::new();
    for (index, case) in NEW.iter().enumerate() {
        for extra in [EXTRAS[0], EXTRAS[1], EXTRAS[2 + index % 2]] {
            // A repeated flag would be another mistake.
            if extra.iter().any(|word| {
                word.starts_with("--") && case.words.iter().any(|typed| typed.split('=').next() == Some(word))
            }) {
                continue;
            }
            seen.extend(paste(case, extra));
        }
    }
    for case in OTHER {
        seen.insert(paste(case, &[]).unwrap_or_else(|| panic!("{:?} is no error", case.words)));
    }
    seen.extend(situations::codes().into_iter().map(str::to_owned));
    for (code, why) in WITHOUT_CASE {
        assert!(!seen.contains(*code), "{code} has a case, although {why}");
    }
    let without: BTreeSet<&str> = WITHOUT_CASE.iter().map(|(code, _)| *code).collect();
    let codes = CODES.iter().map(|code| code.id).filter(|code| !without.contains(code));
    let missing: Vec<&str> = codes.filter(|code| !seen.contains(*code)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn the_command_of_a_next_step_can_be_pasted() {
    for path in ["-dash", "my shop", "it's", "a/-b"] {
        let place = Place::new(&case(&[]));
        let output =
            place.run(PROGRAM, &["new", "--yes", "--no-git", "--name", "x", "--format", "json", "--", path], &[]);
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
        let step = object["data"]["next_steps"][0].as_str().expect("a step");
        let output = place.run("sh", &["-c", &format!("{step} && test -f Cargo.toml")], &[]);
        assert!(output.status.success(), "{step}");
        let replay = object["data"]["replay"].as_str().expect("a line");
        let other = Place::new(&case(&[]));
        assert!(other.run("sh", &["-c", replay], &[]).status.success(), "{replay}");
        assert_eq!(place.listing(), other.listing());
    }
}
