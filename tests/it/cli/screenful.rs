//! The transcript of a living project in README is that of a real run: this one.
//!
//! `INSTA_UPDATE=always cargo test screenful` updates it, like the snapshots.

use std::fs;

use super::project::inside;
use super::session::{Ran, restwell};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// What opens the transcript.
const START: &str = "```text\n$ restwell status\n";

const END: &str = "```\n";

/// A project whose team edited README and the `justfile`, added a module, and deleted a page.
fn project() -> Ran {
    let project = restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0);
    let root = project.path().join("shop-api");
    let edit = |path: &str, old: &str, new: &str| {
        let text = fs::read_to_string(root.join(path)).expect("there");
        assert!(text.contains(old), "{path} has no {old}");
        fs::write(root.join(path), text.replacen(old, new, 1)).expect("written");
    };
    edit("README.md", "It stores products in SQLite.", "It stores tea in SQLite.");
    edit("src/lib.rs", "pub mod", "pub mod orders;\npub mod");
    edit("justfile", "\n\n", "\n\nseed:\n    ./seed.sh\n\n");
    fs::write(root.join("src/orders.rs"), "//! Orders of tea.\n").expect("written");
    fs::remove_file(root.join("docs/limits.md")).expect("removed");
    project
}

/// The commands with what they print, as on a terminal.
fn transcript() -> String {
    let project = project();
    let run = |words: &[&str], code: i32| {
        let mut run = inside(&project, []);
        run.command().args(words);
        let ran = run.exits(code);
        format!("$ restwell {}\n{}{}", words.join(" "), ran.stdout(), ran.stderr())
    };
    let runs = [
        run(&["status"], 0),
        run(&["set", "cache=redis", "--no-check"], 0),
        run(&["undo", "--quiet"], 0),
        run(&["set", "database=postgres", "--no-check"], 7),
    ];
    runs.join("\n")
}

/// Counts change with the templates.
fn without_digits(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>().replace(' ', "")
}

#[test]
fn readme_shows_a_living_project_as_it_is() {
    let readme = fs::read_to_string(README).expect("there");
    let (head, rest) = readme.split_once(START).expect("README has the transcript");
    let (block, tail) = rest.split_once(END).expect("it ends");
    let transcript = transcript();
    let real = transcript.strip_prefix("$ restwell status\n").expect("it is the first command");
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        fs::write(README, format!("{head}{START}{real}{END}{tail}")).expect("written");
        return;
    }
    assert_eq!(without_digits(block), without_digits(real), "run `INSTA_UPDATE=always cargo test screenful`");
}
