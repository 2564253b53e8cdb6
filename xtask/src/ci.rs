//! The stages in order, each a separate process with a time limit, so that a stage that hangs or crashes counts as a
//! failure and the others still run.

use std::fmt::Write as _;
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::changed;
use crate::interrupt;
use crate::process;
use crate::program::Program;
use crate::progress::Schedule;
use crate::say;
use crate::space;
use crate::tally::{self, Count, Time};
use Priority::{Equal, Low};

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
    /// The limit in minutes: about 1.5 times the duration on two otherwise idle cores, with the stages beside it.
    limit: u64,
    /// The measured minutes of CPU time, which more cores share, and of waiting, which they do not. On two cores both
    /// together are the duration with the stages beside it. Used only to estimate the remaining time.
    cpu: u64,
    waits: u64,
    /// The option of a run that it takes, if any.
    takes: Takes,
    /// The number of stages after it that it runs beside: none of them measures times, and they mostly wait.
    beside: usize,
    priority: Priority,
}

/// How the cores are shared with the stages beside a stage.
#[derive(Clone, Copy, PartialEq)]
enum Priority {
    Equal,
    /// It computes all the time, and gets what the others leave: their tests have time limits.
    Low,
}

/// The option of a run that a stage takes.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Nothing,
    /// `--all`: also what runs by turns.
    All,
    /// This, and `--changed`: only projects that changed.
    Any,
}

/// The stages that need only Rust and servers, which are installed if they are missing. The command in the README.
const TEST: &[Stage] = &[
    Stage { name: "tool", limit: 20, cpu: 19, waits: 0, takes: Takes::Nothing, beside: 0, priority: Equal },
    Stage { name: "variants", limit: 50, cpu: 21, waits: 0, takes: Takes::Any, beside: 2, priority: Low },
    Stage { name: "fresh", limit: 22, cpu: 11, waits: 3, takes: Takes::Any, beside: 0, priority: Equal },
    Stage { name: "suites", limit: 25, cpu: 24, waits: 3, takes: Takes::Any, beside: 0, priority: Equal },
];

/// The stages that need more than Rust, or take too long for local development.
const REST: &[Stage] = &[
    Stage { name: "tools", limit: 10, cpu: 1, waits: 1, takes: Takes::Nothing, beside: 0, priority: Equal },
    Stage { name: "digests", limit: 5, cpu: 1, waits: 0, takes: Takes::Nothing, beside: 0, priority: Equal },
    Stage { name: "living", limit: 18, cpu: 6, waits: 1, takes: Takes::All, beside: 3, priority: Equal },
    Stage { name: "kill", limit: 18, cpu: 2, waits: 1, takes: Takes::Nothing, beside: 2, priority: Equal },
    Stage { name: "host", limit: 18, cpu: 1, waits: 3, takes: Takes::Nothing, beside: 1, priority: Equal },
    Stage { name: "mutations", limit: 18, cpu: 10, waits: 2, takes: Takes::All, beside: 0, priority: Equal },
    Stage { name: "outage", limit: 12, cpu: 4, waits: 4, takes: Takes::Nothing, beside: 0, priority: Equal },
    Stage { name: "outside", limit: 20, cpu: 24, waits: 2, takes: Takes::Nothing, beside: 1, priority: Equal },
    Stage { name: "deploy", limit: 28, cpu: 14, waits: 6, takes: Takes::All, beside: 0, priority: Equal },
];

/// The time that a stage has to stop its servers and containers, after its limit or a signal.
pub(crate) const GRACE: Duration = Duration::from_secs(15);

/// The variable with the names of all stages of the current run.
const RUN: &str = "XTASK_RUN";

/// `cargo xtask test`.
pub(crate) fn test(options: &changed::Options) -> Result<()> {
    let failed = run_all(TEST, |takes| options.argument().filter(|_| takes == Takes::Any))?;
    say_failures(TEST);
    say::line(times(TEST));
    match failed.as_slice() {
        [] => Ok(()),
        failed => bail!("failed: {}", failed.join(", ")),
    }
}

/// `cargo xtask ci`. Its last line counts everything.
pub(crate) fn run(options: Options) -> Result<()> {
    let option = |takes| (options.all && matches!(takes, Takes::All | Takes::Any)).then(|| "--all".to_owned());
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
            sum.failed += u64::from(count.failed == 0);
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

/// The names of all stages.
pub(crate) fn stages() -> impl Iterator<Item = &'static str> {
    TEST.iter().chain(REST).map(|stage| stage.name)
}

/// Whether this process is a stage of a run, which records the time of each.
pub(crate) fn is_running() -> bool {
    std::env::var_os(RUN).is_some()
}

/// The position of `stage` in the current run, from the variable that [`run_all`] sets.
pub(crate) fn schedule(stage: &str) -> Schedule {
    let run = std::env::var(RUN).unwrap_or_default();
    let known = |name: &str| TEST.iter().chain(REST).find(|stage| stage.name == name);
    let stages: Vec<&Stage> = run.split(',').filter_map(known).collect();
    match stages.iter().position(|known| known.name == stage) {
        Some(index) => scheduled(&stages, index),
        None => Schedule { expected: known(stage).map_or(Duration::ZERO, Stage::expected), ..Schedule::default() },
    }
}

/// The position of a stage in a run of these stages.
fn scheduled(stages: &[&Stage], index: usize) -> Schedule {
    let expected = |(index, stage): (usize, &&Stage)| -> (usize, Duration) {
        // With a low priority it ends after those beside it, and its own time passes before the later ones.
        let beside = if stage.priority == Low { stage.beside } else { 0 };
        let stages = stages[index..].iter().take(beside + 1);
        (stage.beside, stages.map(|stage| stage.expected()).sum())
    };
    let expected: Vec<(usize, Duration)> = stages.iter().enumerate().map(expected).collect();
    let (_, own) = expected[index];
    // Until it starts, only the stages before it have run, without the end of those beside it.
    let start = duration(&expected[..index]);
    let later = duration(&expected).saturating_sub(start + own);
    Schedule { number: index + 1, stages: stages.len(), expected: own, later }
}

/// Runs all stages, even after a failure, and returns those that failed. `option` is the value of an option of the run.
fn run_all(stages: &[Stage], option: impl Fn(Takes) -> Option<String>) -> Result<Vec<&'static str>> {
    space::ensure_enough()?;
    let names: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
    for name in &names {
        tally::forget(name)?;
    }
    let names = names.join(",");
    let (cpu, mut failed) = (Cpu::new()?, Vec::new());
    thread::scope(|scope| {
        let mut beside = Vec::new();
        for (index, stage) in stages.iter().enumerate() {
            let (names, cpu, option) = (&names, &cpu, option(stage.takes));
            if stage.beside > 0 {
                let thread = scope.spawn(move || stage.run(option, names, cpu));
                beside.push((index + stage.beside, stage.name, thread));
                continue;
            }
            failed.extend((!stage.run(option, names, cpu)?).then_some(stage.name));
            for (_, name, thread) in beside.extract_if(.., |(last, ..)| *last <= index) {
                let is_passed = thread.join().map_err(|_| anyhow!("the thread of `{name}` panicked"))??;
                failed.extend((!is_passed).then_some(name));
            }
        }
        Ok(failed)
    })
}

/// Divides the CPU time of all stages among them. The system adds that of a program, with all that it started, when the
/// program has ended.
struct Cpu(Mutex<Duration>);

impl Cpu {
    fn new() -> Result<Self> {
        Ok(Self(Mutex::new(process::cpu_time_of_children()?)))
    }

    /// The CPU time of the program that has just ended. Of two that end at the same moment, one has that of both.
    fn of_ended(&self) -> Result<Duration> {
        let mut before = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = process::cpu_time_of_children()?;
        Ok(now.saturating_sub(mem::replace(&mut before, now)))
    }
}

impl Stage {
    /// The expected duration on this machine.
    fn expected(&self) -> Duration {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
        Duration::from_secs(self.cpu * 60) / cores + Duration::from_secs(self.waits * 60)
    }

    /// Runs it in its own process, and records its time. Whether it passed.
    fn run(&self, option: Option<String>, names: &str, cpu: &Cpu) -> Result<bool> {
        let xtask = std::env::current_exe()?;
        let program = match self.priority {
            Equal => Program::new(xtask),
            // It replaces itself by the stage, which therefore gets the signals.
            Low => Program::new("nice").args(["-n", "10"]).arg(xtask),
        };
        let program = program.arg(self.name).args(option).env(RUN, names).grace(GRACE);
        let started = Instant::now();
        let result = program.limit(Duration::from_secs(self.limit * 60)).run();
        let time = Time { elapsed: started.elapsed(), cpu: cpu.of_ended()?, free: space::free()? };
        // An interrupted run has no result, and starts no other stage.
        interrupt::check()?;
        if let Err(error) = &result
            && !(tally::has_ended(self.name) && Count::of(self.name).failed > 0)
        {
            tally::record_crash(self.name, error)?;
        }
        tally::record_time(self.name, time)?;
        Ok(result.is_ok())
    }
}

/// Repeats what failed: the log of a whole run is long, and often only its end is at hand.
fn say_failures<'a>(stages: impl IntoIterator<Item = &'a Stage>) {
    for failure in stages.into_iter().flat_map(|stage| tally::failed_checks(stage.name)) {
        say::line(failure);
    }
}

/// The minutes of each stage and the free space after it, as a table.
fn times<'a>(stages: impl IntoIterator<Item = &'a Stage>) -> String {
    let mut table = "\nstage       minutes  CPU minutes   GB free\n".to_owned();
    let mut sum = Time { free: f64::INFINITY, ..Time::default() };
    let minutes = |time: Duration| time.as_secs_f64() / 60.0;
    let mut row = |name: &str, Time { elapsed, cpu, free }: Time| {
        // Writing to a string does not fail.
        let _ = writeln!(table, "{name:<10} {:>8.1} {:>12.1} {free:>9.1}", minutes(elapsed), minutes(cpu));
    };
    let mut elapsed = Vec::new();
    for Stage { name, beside, .. } in stages {
        let time = Time::of(name);
        row(name, time);
        sum.cpu += time.cpu;
        sum.free = sum.free.min(time.free);
        elapsed.push((*beside, time.elapsed));
    }
    sum.elapsed = duration(&elapsed);
    row("all", sum);
    table
}

/// The duration of a run, from the number of stages that each one ran beside, and its duration.
fn duration(stages: &[(usize, Duration)]) -> Duration {
    let (mut now, mut ends) = (Duration::ZERO, Vec::new());
    for (index, (beside, elapsed)) in stages.iter().enumerate() {
        if *beside > 0 {
            ends.push((index + beside, now + *elapsed));
            continue;
        }
        now += *elapsed;
        for (_, end) in ends.extract_if(.., |(last, _)| *last <= index) {
            now = now.max(end);
        }
    }
    now
}

#[cfg(test)]
mod tests;
