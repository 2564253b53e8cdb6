//! A pairwise set of stacks, each compiled alone with exactly its own features and lock, and tested by its own
//! suite. `fresh` does the same for the presets, through the command line.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use restwell::choice::{Choice, Value};
use restwell::preset::PRESETS;
use restwell::stack::Stack;
use restwell::variants::{id, pairwise, same_rust, with_id};

use crate::changed::{Changes, SUITES, TurnOptions};
use crate::program::{Output, Program};
use crate::servers::{Kind, Servers};
use crate::tally::{Selection, Tally};
use crate::{compile, dirs, project, receipts, rotation};

/// The number of concurrent suites. A suite mostly waits for time-outs, while the others build.
const AT_ONCE: usize = 3;

/// The number of runs after which a suite with a receipt has run again.
const TURNS: usize = 6;

/// The number of concurrent tests of a suite that runs alone: by default as many as there are cores, which mostly wait.
const THREADS: &str = "4";

/// The suites to run, and how often.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Build each suite once and run it this many times; report every test that failed, and how often.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    times: Option<u32>,
    /// Only the suite of this stack, such as `sqlite-memory-memory-none-none-prometheus-none-none`; repeatable.
    #[arg(long = "stack", value_name = "ID")]
    stacks: Vec<String>,
    #[command(flatten)]
    turn: TurnOptions,
}

impl Options {
    /// The given stacks, or the pairwise set without those with the same Rust as a preset, whose suites run in `fresh`.
    fn stacks(&self) -> Result<Vec<Stack>> {
        if self.stacks.is_empty() {
            let presets = PRESETS.iter().map(project::preset).collect::<Result<Vec<_>>>()?;
            let is_preset = |stack: &Stack| presets.iter().any(|preset| same_rust(preset) == same_rust(stack));
            return Ok(surrounded().into_iter().filter(|stack| !is_preset(stack)).collect());
        }
        let named = |wanted: &String| {
            let stack = with_id(wanted);
            stack.with_context(|| format!("no stack has the id `{wanted}`; `restwell variants --pairwise` lists some"))
        };
        self.stacks.iter().map(named).collect()
    }

    /// The whole stage, unless stacks are given or left out.
    fn selection(&self) -> Selection {
        if self.stacks.is_empty() { self.turn.changed.selection() } else { Selection::Part }
    }

    /// The names of the stacks that this run tests.
    fn part(&self, stacks: &[Stack]) -> Result<BTreeSet<String>> {
        if self.turn.all || !self.stacks.is_empty() {
            return Ok(stacks.iter().map(id).collect());
        }
        let rust: Vec<Stack> = stacks.iter().map(same_rust).collect();
        Ok(of_turn(rotation::turn(TURNS)?, stacks, &receipts::tested(&rust)?))
    }
}

/// The names of the stacks whose Rust has no receipt of a test, and of the others those whose turn it is.
fn of_turn(turn: usize, stacks: &[Stack], tested: &BTreeSet<String>) -> BTreeSet<String> {
    let runs = |place: usize, stack: &Stack| place % TURNS == turn || !tested.contains(&id(&same_rust(stack)));
    stacks.iter().enumerate().filter(|(place, stack)| runs(*place, stack)).map(|(_, stack)| id(stack)).collect()
}

/// The pairwise set, each stack with a target and a CI, all of them in turn: some tests of a project read the files that
/// these add.
pub(crate) fn surrounded() -> Vec<Stack> {
    let mut uses: BTreeMap<(Value, bool), u32> = BTreeMap::new();
    let mut surrounded = Vec::new();
    for stack in pairwise() {
        let monitored = !stack.get(Choice::Monitoring).is_none();
        let used = |value: Value| uses.get(&(value, monitored)).copied().unwrap_or_default();
        // From the last value: the first ones are allowed around more stacks, which the others then need.
        let deploys = Choice::Deploy.values().iter().rev().flat_map(|&deploy| {
            Choice::Ci.values().iter().filter_map(move |&ci| Stack::of(stack.with(deploy).with(ci)))
        });
        let least = deploys.min_by_key(|stack| (used(stack.get(Choice::Deploy)), used(stack.get(Choice::Ci))));
        let stack = least.unwrap_or(stack);
        for choice in [Choice::Deploy, Choice::Ci] {
            *uses.entry((stack.get(choice), monitored)).or_default() += 1;
        }
        surrounded.push(stack);
    }
    surrounded
}

/// Runs the stage.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut stacks = options.stacks()?;
    let mut tally = Tally::of("suites", options.selection())?;
    let mut changes = Changes::new(SUITES, &stacks, &options.turn.changed)?;
    let (count, part) = (stacks.len(), options.part(&stacks)?);
    let later = changes.select_part(&mut stacks, |name| part.contains(name), &mut tally);
    if later > 0 {
        let reason = "tested for other states of the sources, or with `cargo xtask suites --all`";
        tally.gap(&format!("{later} of {count} suites, with a receipt"), reason);
    }
    let Some(servers) = tally.check("servers", || Servers::start(&Kind::ALL)) else {
        return tally.close();
    };
    tally.set_total(stacks.len());
    at_once(
        &stacks,
        |stack| suite(stack, &servers, options.times),
        |stack, result, time| {
            let name = id(stack);
            if let Ok(note) = &result {
                changes.passed(&name, number_of_tests(note))?;
            }
            tally.known(&format!("{name} tests"), result, time);
            Ok(())
        },
    )?;
    tally.close()
}

/// Runs `work` on a few of the items at a time; `done` gets each result, in the order in which they end.
pub(crate) fn at_once<T: Sync>(
    items: &[T],
    work: impl Fn(&T) -> Result<String> + Sync,
    mut done: impl FnMut(&T, Result<String>, Duration) -> Result<()>,
) -> Result<()> {
    let left = Mutex::new(items.iter());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for sender in vec![sender; AT_ONCE] {
            scope.spawn(|| {
                let sender = sender;
                while let Some(item) = next() {
                    let started = Instant::now();
                    let result = work(item);
                    // The receiver outlives the threads.
                    let _ = sender.send((item, result, started.elapsed()));
                }
            });
        }
        for (item, result, time) in results {
            done(item, result, time)?;
        }
        Ok(())
    })
}

/// Renders a project and runs its tests, once or `times` times; returns the number of tests.
fn suite(stack: &Stack, servers: &Servers, times: Option<u32>) -> Result<String> {
    let name = id(stack);
    let folder = dirs::target().join("suites").join(&name);
    std::fs::create_dir_all(&folder)?;
    project::write(&project::render(stack, &name)?, &folder)?;
    let variables = servers.for_tests(stack);
    match times {
        None => test(&folder, &variables),
        Some(times) => repeat(&folder, &variables, times),
    }
}

/// Builds the suite once and runs it `times` times. The error lists every failed test, the most frequent first; the
/// whole output of a run with a failure is stored in `target/proof/repeated`.
fn repeat(folder: &Path, variables: &[(String, String)], times: u32) -> Result<String> {
    let programs = compile::tests(folder, &[])?;
    let logs = dirs::proof().join("repeated");
    std::fs::create_dir_all(&logs)?;
    let suite = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut failures: BTreeMap<String, u32> = BTreeMap::new();
    let mut passed = 0;
    for turn in 1..=times {
        for program in &programs {
            let run = Program::new(program).arg("--format=pretty").dir(folder).envs(variables);
            let output = run.limit(Duration::from_secs(1200)).capture()?;
            passed += sum(&output.stdout, "passed");
            if output.status.success() {
                continue;
            }
            let log = logs.join(format!("{suite}-{turn}.log"));
            std::fs::write(&log, format!("{}\n{}", output.stdout, output.stderr))?;
            let mut failed = failed_tests(&output.stdout);
            if failed.is_empty() {
                failed.push(format!("a test program that ended with {}", output.status));
            }
            for test in failed {
                *failures.entry(test).or_default() += 1;
            }
        }
    }
    if failures.is_empty() {
        return Ok(format!("{times} times, {} tests each", passed / u64::from(times)));
    }
    let mut failures: Vec<(String, u32)> = failures.into_iter().collect();
    failures.sort_by_key(|(_, count)| Reverse(*count));
    let lines = failures.iter().map(|(test, count)| format!("{test}: failed in {count} of {times} runs"));
    bail!("{}\nsee {}", lines.collect::<Vec<_>>().join("\n"), logs.display())
}

/// The names of the tests that failed, as the test program prints them.
fn failed_tests(stdout: &str) -> Vec<String> {
    let name = |line: &str| Some(line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?.to_owned());
    stdout.lines().filter_map(name).collect()
}

/// Clippy for all targets, with `--locked` and warnings as errors.
pub(crate) fn clippy(folder: &Path) -> Result<()> {
    let arguments = ["clippy", "--quiet", "--locked", "--all-targets", "--", "-D", "warnings"];
    project::cargo(folder).args(arguments).limit(Duration::from_secs(900)).read().map(drop)
}

/// As [`test`], while no other suite runs.
pub(crate) fn test_alone(folder: &Path, variables: &[(String, String)]) -> Result<String> {
    passed(alone(cargo_test(folder)), variables)
}

/// Runs the project's own tests with these variables; returns their number.
pub(crate) fn test(folder: &Path, variables: &[(String, String)]) -> Result<String> {
    passed(cargo_test(folder), variables)
}

fn cargo_test(folder: &Path) -> Program {
    project::cargo(folder).args(["test", "--locked", "--no-fail-fast"])
}

/// A command that tests a project while no other suite runs.
pub(crate) fn alone(test: Program) -> Program {
    test.env("RUST_TEST_THREADS", THREADS)
}

/// Runs a command that tests a project, with these variables; returns the number of tests that passed.
pub(crate) fn passed(test: Program, variables: &[(String, String)]) -> Result<String> {
    let output = test.envs(variables).limit(Duration::from_secs(1200)).capture()?;
    if output.stderr.lines().any(|line| line.starts_with("warning")) {
        bail!("the compiler warns\n{}", output.tail());
    }
    if !output.status.success() {
        bail!("{}", failures(&output));
    }
    count(&output)
}

/// The number of passed tests. No test, or an ignored one, is a failure.
pub(crate) fn count(output: &Output) -> Result<String> {
    let (passed, ignored) = (sum(&output.stdout, "passed"), sum(&output.stdout, "ignored"));
    if passed == 0 || ignored > 0 {
        bail!("{passed} tests passed and {ignored} were ignored");
    }
    Ok(format!("{passed} tests"))
}

/// The number of tests in the result of a suite: `293 tests`, or `10 times, 293 tests each`.
pub(crate) fn number_of_tests(note: &str) -> Option<u32> {
    note.split_once(" tests")?.0.rsplit(' ').next()?.parse().ok()
}

/// Adds up `WORD` of every `test result: ok. N passed; N failed; N ignored; …`.
fn sum(output: &str, word: &str) -> u64 {
    let results = output.lines().filter_map(|line| line.strip_prefix("test result:"));
    results.filter_map(|line| number_before(line, word).ok()).sum()
}

fn number_before(line: &str, word: &str) -> Result<u64> {
    let (before, _) = line.split_once(&format!(" {word};")).context("no such word")?;
    Ok(before.rsplit(' ').next().unwrap_or_default().parse()?)
}

/// The failures in the output of the test runner, and its exit status.
pub(crate) fn failures(output: &Output) -> String {
    let start = output.stdout.find("\nfailures:\n").unwrap_or_default();
    format!("{}\n{}", ends(&output.stdout[start..]), output.tail())
}

/// A long text without its middle: a test says what it did before it says what failed.
fn ends(text: &str) -> String {
    const HALF: usize = 4000;
    if text.len() <= 2 * HALF {
        return text.to_owned();
    }
    let (start, end) = (text.floor_char_boundary(HALF), text.ceil_char_boundary(text.len() - HALF));
    format!("{}\n[…]\n{}", &text[..start], &text[end..])
}

#[cfg(test)]
mod tests;
