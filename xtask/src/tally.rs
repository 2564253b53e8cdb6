//! The checks of one stage, counted. A check passes, fails, or is a gap: something this machine cannot do, with the
//! reason. Nothing is skipped in silence.
//!
//! Each result is written to `target/proof/STAGE.tsv` the moment it is known, so that a stage that is cut off still
//! counts for what it did.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{dirs, say};

/// The results of one stage so far.
pub(crate) struct Tally {
    stage: &'static str,
    file: File,
    count: Count,
    started: Instant,
}

/// How many checks passed, failed and were not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) gaps: u64,
}

impl Tally {
    /// Begins a stage and forgets what an earlier run of it said.
    pub(crate) fn new(stage: &'static str) -> Result<Self> {
        say::head(stage);
        let path = path(stage);
        fs::create_dir_all(dirs::proof())?;
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        Ok(Self { stage, file, count: Count::default(), started: Instant::now() })
    }

    /// One check. What it found is given back if it passed.
    pub(crate) fn check<T>(&mut self, name: &str, check: impl FnOnce() -> Result<T>) -> Option<T> {
        let started = Instant::now();
        let result = check();
        let time = started.elapsed();
        match result {
            Ok(found) => {
                self.passed(name, time, "");
                Some(found)
            }
            Err(error) => {
                self.failed(name, time, &format!("{error:#}"));
                None
            }
        }
    }

    /// One check that has something to say when it passes: a number, a ratio.
    pub(crate) fn note(&mut self, name: &str, check: impl FnOnce() -> Result<String>) {
        let started = Instant::now();
        match check() {
            Ok(note) => self.passed(name, started.elapsed(), &note),
            Err(error) => self.failed(name, started.elapsed(), &format!("{error:#}")),
        }
    }

    /// One check that was made elsewhere, and took so long.
    pub(crate) fn known(&mut self, name: &str, result: Result<String>, time: Duration) {
        match result {
            Ok(note) => self.passed(name, time, &note),
            Err(error) => self.failed(name, time, &format!("{error:#}")),
        }
    }

    /// Something that cannot be checked here, and why.
    pub(crate) fn gap(&mut self, name: &str, reason: &str) {
        self.count.gaps += 1;
        self.record("gap", name, Duration::ZERO, reason);
    }

    /// Ends the stage; an error if anything in it failed.
    pub(crate) fn close(self) -> Result<()> {
        let Count { passed, failed, gaps } = self.count;
        let time = say::seconds(self.started.elapsed());
        say::line(format_args!("{}: {passed} passed, {failed} failed, {gaps} not run,{time}", self.stage));
        if failed > 0 {
            bail!("{failed} of {} checks of `{}` failed", passed + failed, self.stage);
        }
        Ok(())
    }

    fn passed(&mut self, name: &str, time: Duration, note: &str) {
        self.count.passed += 1;
        self.record("passed", name, time, note);
    }

    fn failed(&mut self, name: &str, time: Duration, note: &str) {
        self.count.failed += 1;
        self.record("failed", name, time, note);
    }

    fn record(&mut self, word: &str, name: &str, time: Duration, note: &str) {
        let note = note.trim_end();
        let indented = note.replace('\n', "\n                       ");
        let gap = if note.is_empty() { "" } else { ": " };
        say::line(format_args!("  {word:<7}{}  {name}{gap}{indented}", say::seconds(time)));
        let short = note.lines().next().unwrap_or_default().replace('\t', " ");
        // A full disk shows in the checks themselves; the line above has already been said.
        let _ = writeln!(self.file, "{word}\t{name}\t{:.1}\t{short}", time.as_secs_f64());
    }
}

impl Count {
    /// What the last run of `stage` wrote; all zero if it never ran.
    pub(crate) fn of(stage: &str) -> Self {
        let rows = fs::read_to_string(path(stage)).unwrap_or_default();
        let mut count = Self::default();
        for row in rows.lines() {
            match row.split('\t').next() {
                Some("passed") => count.passed += 1,
                Some("failed") => count.failed += 1,
                _ => count.gaps += 1,
            }
        }
        count
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        let Self { passed, failed, gaps } = other;
        self.passed += passed;
        self.failed += failed;
        self.gaps += gaps;
    }
}

/// Counts a stage that ended before it could count a failure of its own.
pub(crate) fn record_crash(stage: &str, error: &anyhow::Error) -> Result<()> {
    say::line(format_args!("{stage}: {error:#}"));
    fs::create_dir_all(dirs::proof())?;
    let mut file = File::options().create(true).append(true).open(path(stage))?;
    Ok(writeln!(file, "failed\tto the end\t0\t{error:#}")?)
}

fn path(stage: &str) -> PathBuf {
    dirs::proof().join(format!("{stage}.tsv"))
}
