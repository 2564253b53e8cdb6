//! The tool itself. Its tests render every stack in memory and check that the files agree.

use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, interrupt, process, suites};

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("tool")?;
    // Without a total: the last check takes most of the time, so the number of finished ones says little about the rest.
    let cargo = |arguments: &[&str]| {
        // Less than that of the stage, which then reports the check.
        let limit = Duration::from_secs(1140);
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
    tally.check("a signal ends all that a command started", interrupted);
    tally.close()
}

/// Interrupts a command whose programs ignore SIGTERM, one of them without its parent.
fn interrupted() -> Result<()> {
    let log = tempfile::NamedTempFile::new()?;
    let mut command = Program::new(std::env::current_exe()?).arg("idle").start(log.path())?;
    let limit = Duration::from_secs(20);
    // The command, its shell, a child of that, and one that has lost its parent.
    process::eventually(limit, || {
        let count = command.pids().len();
        ensure!(count >= 4, "{count} processes run");
        Ok(())
    })?;
    command.terminate()?;
    let status = command.wait(limit)?;
    ensure!(status.code() == Some(i32::from(interrupt::EXIT_CODE)), "it ended with {status}: {}", command.last_lines());
    let left = command.pids();
    ensure!(left.is_empty(), "{left:?} run on");
    Ok(())
}
