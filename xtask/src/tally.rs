//! Counts the checks of one stage. A check passes, fails, or is a gap: a check that is not possible on this machine,
//! with the reason. Every gap is printed.
//!
//! Each result is written to `target/proof/STAGE.tsv` as soon as it is known, so that the results of an interrupted
//! stage still count. The row `ended` is written by the stage itself after its last check: without it, the stage was cut
//! off. The duration follows. A run with a filter replaces only the rows of its checks ([`Selection`]).

mod record;

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use self::record::{Record, is_complete, is_ended, row};
pub(crate) use self::record::{Row, Selection};
use crate::progress::{Intervals, Progress};
use crate::{ci, dirs, interrupt, process, say, space};

/// The number of lines of a failed check's output that the summary of a run repeats.
const NOTE_LINES: usize = 25;

/// The results of one stage so far.
pub(crate) struct Tally {
    stage: &'static str,
    record: Record,
    selection: Selection,
    count: Count,
    started: Instant,
    progress: Progress,
}

/// The duration of a stage, the CPU time of its programs, and the free space after it in GB.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Time {
    pub(crate) elapsed: Duration,
    pub(crate) cpu: Duration,
    pub(crate) free: f64,
}

/// The numbers of checks that passed, failed and were not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) gaps: u64,
}

impl Tally {
    /// Starts a stage: removes the results of an earlier run and shows the progress of this one.
    pub(crate) fn new(stage: &'static str) -> Result<Self> {
        Self::of(stage, Selection::All)
    }

    /// The same for a selection of the checks: the results of the others stay.
    pub(crate) fn of(stage: &'static str, selection: Selection) -> Result<Self> {
        say::head(stage);
        fs::create_dir_all(dirs::proof())?;
        let record = Record::open(path(stage), selection)?;
        let progress = Progress::start(stage, ci::schedule(stage), Intervals::default(), say::stdout());
        Ok(Self { stage, record, selection, count: Count::default(), started: Instant::now(), progress })
    }

    /// Sets the number of remaining checks; the progress counts them from zero.
    pub(crate) fn set_total(&self, total: usize) {
        self.progress.set_total(total);
    }

    /// Sets the number of projects that the stage runs.
    pub(crate) fn set_selected(&self, selected: usize, all: usize) {
        self.progress.set_share(selected as f64 / all.max(1) as f64);
    }

    /// Runs one check. Returns its result if it passed.
    pub(crate) fn check<T>(&mut self, name: &str, check: impl FnOnce() -> Result<T>) -> Option<T> {
        let started = Instant::now();
        let result = interrupt::check().and_then(|()| check());
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

    /// Runs one check whose result is printed: a number, a ratio.
    pub(crate) fn note(&mut self, name: &str, check: impl FnOnce() -> Result<String>) {
        let started = Instant::now();
        match interrupt::check().and_then(|()| check()) {
            Ok(note) => self.passed(name, started.elapsed(), &note),
            Err(error) => self.failed(name, started.elapsed(), &format!("{error:#}")),
        }
    }

    /// Records one of many passed checks in the file, without a line on the screen.
    pub(crate) fn passed_silently(&mut self, name: &str, time: Duration) {
        self.count.passed += 1;
        self.write("passed", name, time, "");
        self.progress.count(false);
    }

    /// Records a check that ran elsewhere, with its duration.
    pub(crate) fn known(&mut self, name: &str, result: Result<String>, time: Duration) {
        match result {
            Ok(note) => self.passed(name, time, &note),
            Err(error) => self.failed(name, time, &format!("{error:#}")),
        }
    }

    /// The number of failed checks so far.
    pub(crate) fn failures(&self) -> u64 {
        self.count.failed
    }

    /// Records a check that is not possible here, and prints the reason.
    pub(crate) fn gap(&mut self, name: &str, reason: &str) {
        self.count.gaps += 1;
        self.record("gap", name, Duration::ZERO, reason);
    }

    /// Ends the stage; an error if a check failed.
    pub(crate) fn close(self) -> Result<()> {
        interrupt::check()?;
        if let Some(end) = self.selection.end(ci::is_running()) {
            append(self.stage, end)?;
        }
        let Count { passed, failed, gaps } = self.count;
        let elapsed = self.started.elapsed();
        let time = say::seconds(elapsed);
        if self.selection == Selection::All && !ci::is_running() {
            let (cpu, free) = (process::cpu_time_of_children()?, space::free()?);
            record_time(self.stage, Time { elapsed, cpu, free })?;
        }
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
        if interrupt::is_requested() {
            // It says nothing about what is checked: its programs were ended.
            return;
        }
        self.count.failed += 1;
        self.record("failed", name, time, note);
    }

    fn record(&mut self, word: &str, name: &str, time: Duration, note: &str) {
        let note = note.trim_end();
        // On a terminal the progress line counts passed checks.
        if word != "passed" || !note.is_empty() || !say::lock(say::stdout()).is_terminal() {
            let indented = note.replace('\n', "\n                       ");
            let gap = if note.is_empty() { "" } else { ": " };
            say::line(format_args!("  {word:<7}{}  {name}{gap}{indented}", say::seconds(time)));
        }
        self.write(word, name, time, note);
        // A gap is known before: the total has none.
        if word != "gap" {
            self.progress.count(word == "failed");
        }
    }

    fn write(&mut self, word: &str, name: &str, time: Duration, note: &str) {
        let note = one_field(note);
        // Ignored: with a full disk the checks fail themselves, and the result is already on the screen.
        let _ = self.record.add(name, &format!("{word}\t{name}\t{:.1}\t{note}", time.as_secs_f64()));
    }
}

impl Count {
    /// The counts of the last run of `stage`; zero if it never ran.
    pub(crate) fn of(stage: &str) -> Self {
        Self::in_rows(&text(stage))
    }

    fn in_rows(rows: &str) -> Self {
        let mut count = Self::default();
        for row in rows.lines() {
            match row.split('\t').next() {
                Some("passed") => count.passed += 1,
                Some("failed") => count.failed += 1,
                Some("gap") => count.gaps += 1,
                // The end and the time of the stage.
                _ => {}
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

impl Time {
    /// The duration of the last run of `stage`; zero if it never ran as part of a run of all stages.
    pub(crate) fn of(stage: &str) -> Self {
        let rows = text(stage);
        let row = rows.lines().find_map(|row| row.strip_prefix("time\t")).unwrap_or_default();
        let mut numbers = row.split('\t').map(|field| field.parse().unwrap_or_default());
        let mut next = || numbers.next().unwrap_or_default();
        let (elapsed, cpu) = (Duration::from_secs_f64(next()), Duration::from_secs_f64(next()));
        Self { elapsed, cpu, free: next() }
    }
}

/// Removes the results of an earlier run of `stage`.
pub(crate) fn forget(stage: &str) -> Result<()> {
    match fs::remove_file(path(stage)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether the last run of `stage` came to its end: one that crashed, or was cut off by its limit or a signal, did not.
pub(crate) fn has_ended(stage: &str) -> bool {
    is_ended(&text(stage))
}

/// Whether a run of the whole `stage` came to its end, and no check has failed in its last run.
pub(crate) fn has_passed(stage: &str) -> bool {
    is_complete(&text(stage)) && Count::of(stage).failed == 0
}

/// Adds the duration of a finished stage to its results.
pub(crate) fn record_time(stage: &str, Time { elapsed, cpu, free }: Time) -> Result<()> {
    append(stage, format_args!("time\t{:.1}\t{:.1}\t{free:.1}", elapsed.as_secs_f64(), cpu.as_secs_f64()))
}

/// Records a stage that crashed before it could record a failure.
pub(crate) fn record_crash(stage: &str, error: &anyhow::Error) -> Result<()> {
    say::line(format_args!("{stage}: {error:#}"));
    append(stage, format_args!("failed\tto the end\t0\t{}", one_field(&format!("{error:#}"))))
}

/// The checks of the last run of `stage`.
pub(crate) fn rows(stage: &str) -> Vec<Row> {
    text(stage).lines().filter_map(row).collect()
}

/// The checks that failed in the last run of `stage`, each with the end of its output.
pub(crate) fn failed_checks(stage: &str) -> Vec<String> {
    rows(stage).into_iter().filter_map(|row| failed_check(stage, row)).collect()
}

fn failed_check(stage: &str, Row { word, name, note }: Row) -> Option<String> {
    let lines: Vec<&str> = note.split("\\n").collect();
    let end = lines[lines.len().saturating_sub(NOTE_LINES)..].join("\n    ");
    (word == "failed").then(|| format!("failed: {stage}: {name}\n    {end}"))
}

/// The text as one field of a row: no tab, no line break.
fn one_field(text: &str) -> String {
    text.trim_end().replace('\t', " ").replace('\n', "\\n")
}

fn append(stage: &str, row: impl Display) -> Result<()> {
    fs::create_dir_all(dirs::proof())?;
    let mut file = File::options().create(true).append(true).open(path(stage))?;
    Ok(writeln!(file, "{row}")?)
}

/// The results of the last run of `stage`; empty if it never ran.
fn text(stage: &str) -> String {
    fs::read_to_string(path(stage)).unwrap_or_default()
}

fn path(stage: &str) -> PathBuf {
    dirs::proof().join(format!("{stage}.tsv"))
}

#[cfg(test)]
mod tests;
