//! The page `docs/results.md`: what the last run of each stage measured, and what it could not check.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;

use crate::tally::{self, Count, Row, Time};
use crate::{ci, dirs, say};

/// Stages whose notes are figures of programs that ran, rather than names of what passed.
const MEASURED: [&str; 6] = ["deploy", "host", "outage", "kill", "living", "outside"];

/// Writes the page, if the whole of every stage has run and no check has failed in its last run.
///
/// # Errors
/// If the page cannot be written.
pub(crate) fn write(rust: &str, date: &str) -> Result<()> {
    let stages: Vec<&str> = ci::stages().collect();
    if let Some(stage) = stages.iter().find(|stage| !tally::has_passed(stage)) {
        say::line(format_args!("docs/results.md stays as it is: `{stage}` has not passed as a whole"));
        return Ok(());
    }
    Ok(fs::write(dirs::root().join("docs/results.md"), page(&stages, rust, date))?)
}

fn page(stages: &[&str], rust: &str, date: &str) -> String {
    let mut page = format!(
        "# Results\n\nThe last run of each stage of `cargo xtask ci`, written by `cargo xtask receipts` with rustc {rust} on \
         {date}. [proof.md](proof.md) describes the stages.\n\n\
         | stage | passed | failed | not run | minutes |\n| --- | --- | --- | --- | --- |\n"
    );
    for stage in stages {
        let (Count { passed, failed, gaps }, time) = (Count::of(stage), Time::of(stage).elapsed);
        let minutes = time.as_secs_f64() / 60.0;
        // Writing to a string does not fail.
        let _ = writeln!(page, "| `{stage}` | {passed} | {failed} | {gaps} | {minutes:.1} |");
    }
    page += "\n## Measured\n";
    for stage in MEASURED {
        list(&mut page, stage, "passed");
    }
    page += "\n## Not run\n";
    for stage in stages {
        list(&mut page, stage, "gap");
    }
    page
}

/// Appends the checks of this kind that have a note.
fn list(page: &mut String, stage: &str, word: &str) {
    let rows = tally::rows(stage).into_iter().filter(|row| row.word == word && !row.note.is_empty());
    let root = format!("{}/", dirs::root().display());
    let lines: String = rows.map(|Row { name, note, .. }| format!("- {name}: {note}\n").replace(&root, "")).collect();
    if !lines.is_empty() {
        let _ = write!(page, "\n### {stage}\n\n{lines}");
    }
}
