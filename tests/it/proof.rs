//! The rows of `precomputed/proof.txt`, and the page about them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use restwell::choice::{Choice, Reach};
use restwell::preset::PRESETS;
use restwell::proof::{PROOFS, Proof};
use restwell::stack::Stack;
use restwell::variants::{id, same_rust};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/variants.md");

const HEAD: &str = "# What is proved

Derived from `precomputed/proof.txt` by a test. `cargo xtask receipts` writes that file from the results of the stages
`variants`, `suites` and `fresh`, which [proof.md](proof.md) describes. A row holds as long as restwell renders the files
that were compiled: `restwell new` ends with what holds for the stack, `restwell explain --receipt standard` prints a row,
and in a project `restwell verify` names the files and packages that are still those. Before a release
`cargo xtask receipts --check` fails unless every row holds.

Choices that change no file that the compiler reads, such as `deploy` and `ci`, have no rows of their own.
";

#[test]
fn each_row_is_about_one_variant() {
    let known: BTreeSet<String> = Stack::rust_distinct().iter().map(id).collect();
    let rows: Vec<Proof> = PROOFS.rows().collect();
    let lines = PROOFS.0.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(rows.len(), lines, "every line is a row");
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.stack.as_str()).collect();
    assert_eq!(ids.len(), rows.len(), "a variant has one row");
    for row in &rows {
        assert!(known.contains(&row.stack), "{}", row.stack);
        assert_eq!((row.digest.len(), row.lock.len(), row.date.len()), (16, 16, 10), "{}", row.stack);
    }
    assert!(PROOFS.0.len() < 128 << 10, "the rows are in the binary");
}

/// The page with the coverage: of all variants, of each value, of each preset.
fn page() -> String {
    let stacks = Stack::rust_distinct();
    let row = |stack: &Stack| PROOFS.of(stack);
    let share = |name: String, stacks: &[&Stack]| {
        let rows: Vec<Proof> = stacks.iter().filter_map(|stack| row(stack)).collect();
        let tested = rows.iter().filter(|row| row.tests.is_some()).count();
        format!("| {name} | {} | {} | {tested} |\n", stacks.len(), rows.len())
    };
    let mut page = HEAD.to_owned();
    let days: BTreeSet<String> = PROOFS.rows().map(|row| format!("rustc {}, {}", row.rust, row.date)).collect();
    let days = if days.is_empty() { "nothing yet".to_owned() } else { days.into_iter().collect::<Vec<_>>().join("; ") };
    writeln!(page, "\nRecorded: {days}.\n\n| | variants | compiled | tested |\n| --- | --- | --- | --- |")
        .expect("a String");
    page += &share("all".to_owned(), &stacks.iter().collect::<Vec<_>>());
    for choice in Choice::ALL.iter().filter(|choice| choice.reach() == Reach::Rust) {
        for value in choice.values() {
            let with: Vec<&Stack> = stacks.iter().filter(|stack| stack.get(*choice) == *value).collect();
            page += &share(format!("`{value}`"), &with);
        }
    }
    page += "\n| preset | compiled | tests that passed |\n| --- | --- | --- |\n";
    for preset in PRESETS {
        let stack = Stack::resolve(&preset.answers()).expect("a preset is valid").stack;
        let proof = row(&same_rust(&stack));
        let tests = proof.as_ref().and_then(|proof| proof.tests).map_or("none".to_owned(), |tests| tests.to_string());
        let compiled = if proof.is_some() { "yes" } else { "no" };
        writeln!(page, "| `{}` | {compiled} | {tests} |", preset.id).expect("a String takes every write");
    }
    page
}

#[test]
fn the_page_of_variants_matches_the_rows() {
    let page = page();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(PAGE, &page).expect("written");
    }
    assert_eq!(std::fs::read_to_string(PAGE).expect("there"), page, "INSTA_UPDATE=always cargo test writes the page");
}
