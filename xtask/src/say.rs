//! The only file that prints. Progress is for people and goes to stdout, where CI keeps it in order.

use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

/// One line.
pub(crate) fn line(text: impl Display) {
    // A closed stdout means that nobody reads; the checks still have to finish.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// The head of a stage.
pub(crate) fn head(text: impl Display) {
    line(format_args!("\n== {text}"));
}

/// Seconds with one decimal, right-aligned so that a column of them can be compared at a glance.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:>7.1} s", time.as_secs_f64())
}
