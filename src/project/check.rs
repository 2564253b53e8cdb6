//! Compiles a project as it would be after a change, in a copy.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use camino::Utf8Path;

use super::outside::with_absolute_paths;
use crate::disk::{Copy, Root};
use crate::error::Error;
use crate::merge::Files;
use crate::program::{self, Call, Outcome};

/// A cold build of every dependency takes minutes on a slow machine.
const TIMEOUT: Duration = Duration::from_hours(1);

/// How many lines of the compiler are reported.
const REPORTED: usize = 10;

/// How much is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It compiles.
    Compile,
    /// Its tests pass, too.
    Test,
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It compiles; the check took so many seconds.
    Passed(u64),
    /// It was not checked, since cargo or the crates are not here; in one clause.
    NotPossible(String),
    /// The lock does not resolve the manifest.
    Unlocked,
    /// It does not compile: the first lines of cargo.
    Failed(Vec<String>),
}

/// Cargo in a copy of a project, with the build folder of the project.
pub(super) struct Cargo {
    copy: Copy,
    /// The build folder, as a value of `--config`.
    target: String,
}

impl Cargo {
    pub(super) fn on(root: &Root, files: &Files) -> Result<Self, Error> {
        let target = format!("build.target-dir={:?}", root.path("target").display().to_string());
        let place = root.path("");
        let files = Utf8Path::from_path(&place).map_or_else(|| files.clone(), |root| with_absolute_paths(root, files));
        Ok(Self { copy: root.copy(&files)?, target })
    }

    pub(super) fn run(&self, arguments: &[&str]) -> io::Result<Outcome> {
        let arguments: Vec<&Path> = arguments.iter().map(Path::new).collect();
        program::run(Call {
            program: "cargo",
            arguments: &arguments,
            directory: self.copy.path(),
            unset: &[],
            timeout: TIMEOUT,
        })
    }

    /// The bytes of a file of the copy.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.copy.read(path)
    }
}

/// Runs `cargo check` on these files, and their tests if that is asked for, in a copy inside `.restwell`.
///
/// # Errors
/// [`Error::Io`] if the copy cannot be written, [`Error::Interrupted`]
pub fn check(root: &Root, files: &Files, depth: Depth) -> Result<Checked, Error> {
    let start = Instant::now();
    let cargo = Cargo::on(root, files)?;
    match cargo.run(&["fetch", "--quiet", "--locked", "--offline"]) {
        Err(error) => return Ok(Checked::NotPossible(program::not_started("cargo", &error))),
        Ok(Outcome::Failure(stderr)) if is_about_machine(&stderr) => {
            let first = errors(&stderr).into_iter().next().unwrap_or_default();
            return Ok(Checked::NotPossible(format!("cargo or the crates are not here: {first}")));
        }
        Ok(Outcome::Failure(stderr)) if stderr.contains("--locked") => return Ok(Checked::Unlocked),
        Ok(Outcome::Failure(stderr)) => return Ok(Checked::Failed(errors(&stderr))),
        Ok(Outcome::TimedOut) => return Ok(Checked::Failed(vec![late("fetch")])),
        Ok(Outcome::Interrupted) => return Err(Error::Interrupted),
        Ok(Outcome::Success) => {}
    }
    let common = ["--quiet", "--locked", "--offline", "--message-format", "short", "--config", &cargo.target];
    let check: &[&str] = &["check", "--all-targets"];
    let steps = match depth {
        Depth::Compile => vec![check],
        Depth::Test => vec![check, &["test", "--no-fail-fast"]],
    };
    for step in steps {
        match cargo.run(&[step, &common].concat()) {
            Err(error) => return Ok(Checked::NotPossible(program::not_started("cargo", &error))),
            Ok(Outcome::Failure(stderr)) => return Ok(Checked::Failed(errors(&stderr))),
            Ok(Outcome::TimedOut) => return Ok(Checked::Failed(vec![late(step[0])])),
            Ok(Outcome::Interrupted) => return Err(Error::Interrupted),
            Ok(Outcome::Success) => {}
        }
    }
    Ok(Checked::Passed(start.elapsed().as_secs()))
}

/// That cargo was killed.
pub(super) fn late(command: &str) -> String {
    format!("cargo {command} did not end within {} minutes", TIMEOUT.as_secs() / 60)
}

/// Whether cargo failed because something is not installed or not downloaded, or the copy is not a
/// member of a workspace around the project, rather than because of the project.
fn is_about_machine(stderr: &str) -> bool {
    let is_missing =
        ["offline", "rustup", "toolchain", "in a workspace when it's not"].iter().any(|word| stderr.contains(word));
    is_missing && !stderr.contains("--locked")
}

/// The errors of the compiler, or without any the first lines of cargo.
pub(super) fn errors(stderr: &str) -> Vec<String> {
    let lines = || stderr.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    let errors: Vec<String> = lines().filter(|line| line.contains(": error")).take(REPORTED).collect();
    if errors.is_empty() { lines().take(REPORTED).collect() } else { errors }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_reported_before_warnings() {
        assert_eq!(errors("warning: a\nsrc/a.rs:1:1: error[E0425]: b\n"), ["src/a.rs:1:1: error[E0425]: b"]);
        assert_eq!(errors("\n  it broke\n"), ["it broke"]);
    }
}
