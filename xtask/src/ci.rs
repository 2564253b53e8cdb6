//! The stages in order, each a process of its own with a limit, so that a stage that hangs or crashes is a failure
//! and not the end.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::program::Program;
use crate::say;
use crate::tally::{self, Count};

/// A command of xtask and the minutes it may take: about half as much again as on two cores that do nothing else.
type Stage = (&'static str, u64);

/// What needs only Rust, and servers that are installed where they are missing. The command of the README.
const TEST: &[Stage] = &[("tool", 10), ("variants", 35), ("fresh", 15), ("suites", 25)];

/// What needs more than Rust, or takes longer than a developer waits.
const REST: &[Stage] =
    &[("tools", 10), ("digests", 5), ("kill", 5), ("mutations", 14), ("outage", 12), ("outside", 15), ("deploy", 15)];

/// `cargo xtask test`.
pub(crate) fn test() -> Result<()> {
    match run_all(TEST)?.as_slice() {
        [] => Ok(()),
        failed => bail!("failed: {}", failed.join(", ")),
    }
}

/// `cargo xtask ci`. Its last line counts everything.
pub(crate) fn run(tested: bool) -> Result<()> {
    if !tested {
        run_all(TEST)?;
    }
    run_all(REST)?;
    let mut sum = Count::default();
    for (name, _) in TEST.iter().chain(REST) {
        let count = Count::of(name);
        sum += count;
        if count.passed + count.failed == 0 {
            say::line(format_args!("{name} was cut off before it checked anything"));
            sum.failed += 1;
        }
    }
    let Count { passed, failed, gaps } = sum;
    let count = format!("{passed} passed, {failed} failed, {gaps} skipped");
    match failed {
        0 => {
            say::line(count);
            Ok(())
        }
        // Also the last line, which is often the only one that is read.
        _ => bail!("{count}"),
    }
}

/// Runs the stages, whatever becomes of each, and gives those that failed.
fn run_all(stages: &[Stage]) -> Result<Vec<&'static str>> {
    let mut failed = Vec::new();
    for &(name, minutes) in stages {
        let limit = Duration::from_secs(minutes * 60);
        let stage = Program::new(std::env::current_exe()?).arg(name).limit(limit);
        if let Err(error) = stage.run() {
            if Count::of(name).failed == 0 {
                tally::record_crash(name, &error)?;
            }
            failed.push(name);
        }
    }
    Ok(failed)
}
