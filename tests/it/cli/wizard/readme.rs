//! The screens in README are those of a real run: this one.

use super::one_by_one;
use super::screens::without_counts;
use crate::cli::terminal::{DOWN, ENTER, on_terminal};

/// Checks that README has this screen; counts may differ.
#[track_caller]
fn is_in_readme(screen: &str) {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a file");
    let screen = screen.trim_end();
    // What is proved changes with every run of the stages that prove it.
    let steady = |text: &str| {
        let line = |line| if str::starts_with(line, "proved: ") { "not proved by this build" } else { line };
        without_counts(&text.lines().map(line).collect::<Vec<_>>().join("\n"))
    };
    assert!(steady(&readme).contains(&steady(screen)), "README has another picture than this:\n{screen}");
}

#[test]
fn readme_shows_the_wizard_and_its_report_as_they_are() {
    let mut terminal = one_by_one(on_terminal(["new", "shop-api"]))
        .presses(DOWN)
        .sees("❯ postgres")
        .presses(ENTER)
        .sees("2/8")
        .presses(DOWN)
        .sees("❯ redis")
        .looks(is_in_readme)
        .presses(ENTER);
    for number in 3..=8 {
        terminal = terminal.sees(&format!("{number}/8")).presses(ENTER);
    }
    terminal
        .sees("Press w to write the project")
        .looks(is_in_readme)
        .presses("w")
        .sees("[y/N]")
        .looks(is_in_readme)
        .presses(ENTER)
        .exits(0);
}
