//! Tier 0: the tool itself. Its tests render every stack in memory and check that the files agree.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, suites};

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("tool")?;
    // Without a total: the last check takes most of the time, so the number of finished ones says little about the rest.
    let cargo = |arguments: &[&str]| {
        let limit = Duration::from_secs(1200);
        Program::cargo().args(arguments).dir(dirs::root()).limit(limit)
    };
    tally.check("rustfmt", || cargo(&["fmt", "--all", "--check"]).read().map(drop));
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    tally.check("clippy", || cargo(&clippy).read().map(drop));
    tally.note("tests", || {
        let output = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]).capture()?;
        match output.status.success() {
            true => suites::count(&output),
            false => bail!("{}", suites::failures(&output)),
        }
    });
    tally.close()
}
