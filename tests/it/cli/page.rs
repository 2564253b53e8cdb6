//! `docs/errors.md` is derived from the codes, and `docs/command-line.md` names every exit code and key.
//!
//! `INSTA_UPDATE=always cargo test page` updates the first, like the snapshots.

use std::path::Path;

use restwell::error::{CODES, exit};
use restwell::rules::RULES;

use super::session::restwell;

#[test]
fn the_page_of_errors_matches_the_codes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    let mut page = String::from(
        "# Errors\n\nDerived from `src/error/code.rs` and `src/rules.rs`; a test keeps it so. `restwell explain CODE` says the same.\n",
    );
    let rules =
        RULES.iter().map(|rule| (rule.code, "these values cannot be combined", format!("Because {}.", rule.because)));
    let mut codes: Vec<_> =
        CODES.iter().map(|code| (code.id, code.title, code.meaning.to_owned())).chain(rules).collect();
    codes.sort();
    for (id, title, meaning) in codes {
        page.push_str(&format!("\n## {id}: {title}\n\nExit code {}. {meaning}\n", exit(id)));
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        std::fs::write(&path, &page).expect("docs can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, page, "run `INSTA_UPDATE=always cargo test page`");
}

#[test]
fn the_page_for_scripts_names_every_exit_code_and_every_key() {
    let page = include_str!("../../../docs/command-line.md");
    for code in CODES.iter().map(|code| exit(code.id)).chain([0]) {
        assert!(page.contains(&format!("\n| {code} | ")), "exit code {code}");
    }
    let object = restwell(["new", "a", "--yes", "--dry-run", "--format", "json"]).exits(0).json();
    for key in object["data"].as_object().expect("data").keys() {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}
