//! The stages in order, each a separate process with a time limit, so that a stage that hangs or crashes counts as a
//! failure and the others still run.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::changed;
use crate::process;
use crate::program::Program;
use crate::progress::Schedule;
use crate::say;
use crate::tally::{self, Count, Time};

/// The options of `cargo xtask ci`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Options {
    /// Count the results of the `test` that has just run instead of running it again.
    #[arg(long)]
    tested: bool,
    /// Also what runs by turns.
    #[arg(long)]
    all: bool,
}

/// A command of xtask.
struct Stage {
    name: &'static str,
    /// The limit in minutes: about 1.5 times the duration on two otherwise idle cores.
    limit: u64,
    /// The measured minutes of CPU time, which more cores share, and of waiting, which they do not. Used only to
    /// estimate the remaining time.
    cpu: u64,
    waits: u64,
    /// The option of a run that it takes, if any.
    takes: Takes,
    /// Whether it runs at the same time as the next one, and with those that do so before it: none measures times, and
    /// they mostly wait.
    beside_next: bool,
}

/// The option of a run that a stage takes.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Nothing,
    /// `--changed`: only projects that changed.
    Changed,
    /// `--all`: also what runs by turns.
    All,
}

/// The stages that need only Rust and servers, which are installed if they are missing. The command in the README.
const TEST: &[Stage] = &[
    Stage { name: "tool", limit: 15, cpu: 12, waits: 1, takes: Takes::Nothing, beside_next: false },
    Stage { name: "variants", limit: 35, cpu: 32, waits: 0, takes: Takes::Changed, beside_next: false },
    Stage { name: "fresh", limit: 22, cpu: 14, waits: 3, takes: Takes::Changed, beside_next: false },
    Stage { name: "suites", limit: 25, cpu: 24, waits: 3, takes: Takes::Changed, beside_next: false },
];

/// The stages that need more than Rust, or take too long for local development.
const REST: &[Stage] = &[
    Stage { name: "tools", limit: 10, cpu: 1, waits: 1, takes: Takes::Nothing, beside_next: false },
    Stage { name: "digests", limit: 5, cpu: 1, waits: 0, takes: Takes::Nothing, beside_next: false },
    Stage { name: "living", limit: 18, cpu: 4, waits: 0, takes: Takes::All, beside_next: true },
    Stage { name: "kill", limit: 18, cpu: 4, waits: 2, takes: Takes::Nothing, beside_next: true },
    Stage { name: "host", limit: 18, cpu: 2, waits: 3, takes: Takes::Nothing, beside_next: true },
    Stage { name: "mutations", limit: 18, cpu: 4, waits: 3, takes: Takes::All, beside_next: false },
    Stage { name: "outage", limit: 12, cpu: 8, waits: 3, takes: Takes::Nothing, beside_next: false },
    Stage { name: "outside", limit: 20, cpu: 10, waits: 0, takes: Takes::Nothing, beside_next: true },
    Stage { name: "deploy", limit: 22, cpu: 8, waits: 6, takes: Takes::Nothing, beside_next: false },
];

/// The variable with the names of all stages of the current run.
const RUN: &str = "XTASK_RUN";

/// `cargo xtask test`.
pub(crate) fn test(options: &changed::Options) -> Result<()> {
    let failed = run_all(TEST, |takes| options.argument().filter(|_| takes == Takes::Changed))?;
    say_failures(TEST);
    say::line(times(TEST));
    match failed.as_slice() {
        [] => Ok(()),
        failed => bail!("failed: {}", failed.join(", ")),
    }
}

/// `cargo xtask ci`. Its last line counts everything.
pub(crate) fn run(options: Options) -> Result<()> {
    let option = |takes| (options.all && takes == Takes::All).then(|| "--all".to_owned());
    if !options.tested {
        run_all(TEST, option)?;
    }
    run_all(REST, option)?;
    let mut sum = Count::default();
    for Stage { name, .. } in TEST.iter().chain(REST) {
        let count = Count::of(name);
        sum += count;
        if !tally::has_ended(name) {
            say::line(format_args!("{name} was cut off after {} checks", count.passed + count.failed));
            sum.failed += 1;
        }
    }
    say_failures(TEST.iter().chain(REST));
    say::line(times(TEST.iter().chain(REST)));
    let Count { passed, failed, gaps } = sum;
    let count = format!("{passed} passed, {failed} failed, {gaps} skipped");
    match failed {
        0 => {
            say::line(count);
            Ok(())
        }
        // The error is printed last: the last line is often the only one that is read.
        _ => bail!("{count}"),
    }
}

/// The position of `stage` in the current run, from the variable that [`run_all`] sets.
pub(crate) fn schedule(stage: &str) -> Schedule {
    let run = std::env::var(RUN).unwrap_or_default();
    let names: Vec<&str> = run.split(',').collect();
    let expected = |name: &str| {
        let known = TEST.iter().chain(REST).find(|stage| stage.name == name);
        known.map_or(Duration::ZERO, Stage::expected)
    };
    match names.iter().position(|name| *name == stage) {
        Some(index) => Schedule {
            number: index + 1,
            stages: names.len(),
            expected: expected(stage),
            later: names[index + 1..].iter().map(|name| expected(name)).sum(),
        },
        None => Schedule { expected: expected(stage), ..Schedule::default() },
    }
}

impl Stage {
    /// The expected duration on this machine.
    fn expected(&self) -> Duration {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
        Duration::from_secs(self.cpu * 60) / cores + Duration::from_secs(self.waits * 60)
    }
}

/// Runs all stages, even after a failure, and returns those that failed. `option` is the value of an option of the run.
fn run_all(stages: &[Stage], option: impl Fn(Takes) -> Option<String>) -> Result<Vec<&'static str>> {
    let names: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
    for name in &names {
        tally::forget(name)?;
    }
    let names = names.join(",");
    let mut failed = Vec::new();
    thread::scope(|scope| {
        let mut beside = Vec::new();
        for stage in stages {
            if stage.beside_next {
                let (names, option) = (&names, option(stage.takes));
                beside.push((stage, scope.spawn(move || stage.run(option, names))));
                continue;
            }
            let cpu = process::cpu_time_of_children()?;
            let mut ended = vec![(stage, stage.run(option(stage.takes), &names)?)];
            for (stage, thread) in beside.drain(..) {
                let result = thread.join().map_err(|_| anyhow!("the thread of `{}` panicked", stage.name))??;
                ended.push((stage, result));
            }
            let mut cpu = process::cpu_time_of_children()?.saturating_sub(cpu);
            for (stage, (is_passed, elapsed)) in ended {
                failed.extend((!is_passed).then_some(stage.name));
                // The system counts both together.
                tally::record_time(stage.name, Time { elapsed, cpu: std::mem::take(&mut cpu) })?;
            }
        }
        Ok(failed)
    })
}

impl Stage {
    /// Whether it passed, and its duration.
    fn run(&self, option: Option<String>, names: &str) -> Result<(bool, Duration)> {
        let program = Program::new(std::env::current_exe()?).arg(self.name).args(option).env(RUN, names);
        let started = Instant::now();
        let result = program.limit(Duration::from_secs(self.limit * 60)).run();
        if let Err(error) = &result
            && Count::of(self.name).failed == 0
        {
            tally::record_crash(self.name, error)?;
        }
        Ok((result.is_ok(), started.elapsed()))
    }
}

/// Repeats what failed: the log of a whole run is long, and often only its end is at hand.
fn say_failures<'a>(stages: impl IntoIterator<Item = &'a Stage>) {
    for failure in stages.into_iter().flat_map(|stage| tally::failed_checks(stage.name)) {
        say::line(failure);
    }
}

/// The minutes of each stage, as a table.
fn times<'a>(stages: impl IntoIterator<Item = &'a Stage>) -> String {
    let mut table = "\nstage       minutes  CPU minutes\n".to_owned();
    let mut sum = Time::default();
    let minutes = |time: Duration| time.as_secs_f64() / 60.0;
    let mut row = |name: &str, Time { elapsed, cpu }: Time| {
        // Writing to a string does not fail.
        let _ = writeln!(table, "{name:<10} {:>8.1} {:>12.1}", minutes(elapsed), minutes(cpu));
    };
    // Of stages that run at the same time, the longest counts.
    let mut longest = Duration::ZERO;
    for Stage { name, beside_next, .. } in stages {
        let time = Time::of(name);
        row(name, time);
        sum.cpu += time.cpu;
        longest = longest.max(time.elapsed);
        if !beside_next {
            sum.elapsed += std::mem::take(&mut longest);
        }
    }
    row("all", sum);
    table
}
