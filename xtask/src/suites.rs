//! Tier 2: a pairwise set of stacks, each compiled alone with exactly its own features and its own lock, and its own
//! test suite run. The presets are part of it, through the command line, in `fresh`.

use std::path::Path;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use std::{slice, thread};

use anyhow::{Context, Result, bail};
use restwell::stack::Stack;
use restwell::variants::{id, pairwise};

use crate::program::Output;
use crate::servers::{Kind, Servers};
use crate::tally::Tally;
use crate::{dirs, project};

/// Suites that run at once. Most of a suite is waiting, for time-outs above all: another one builds meanwhile.
const AT_ONCE: usize = 2;

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("suites")?;
    let Some(servers) = tally.check("servers", || Servers::start(&Kind::ALL)) else {
        return tally.close();
    };
    let stacks = pairwise();
    let left = Mutex::new(stacks.iter());
    let (done, results) = mpsc::channel();
    thread::scope(|scope| {
        for done in vec![done; AT_ONCE] {
            scope.spawn(|| {
                let done = done;
                while let Some(stack) = next(&left) {
                    let started = Instant::now();
                    let result = suite(stack, &servers);
                    // The receiver outlives the threads.
                    let _ = done.send((id(stack), result, started.elapsed()));
                }
            });
        }
        for (name, result, time) in results {
            tally.known(&format!("{name} tests"), result, time);
        }
    });
    tally.close()
}

fn next<'a>(left: &Mutex<slice::Iter<'a, Stack>>) -> Option<&'a Stack> {
    left.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Renders a project and runs its tests; says how many there were.
fn suite(stack: &Stack, servers: &Servers) -> Result<String> {
    let name = id(stack);
    let folder = dirs::target().join("suites").join(&name);
    std::fs::create_dir_all(&folder)?;
    project::write(&project::render(stack, &name)?, &folder)?;
    test(&folder, &servers.for_tests(stack))
}

/// Clippy over every target, with the lock as it was written and every warning an error.
pub(crate) fn clippy(folder: &Path) -> Result<()> {
    let arguments = ["clippy", "--quiet", "--locked", "--all-targets", "--", "-D", "warnings"];
    project::cargo(folder).args(arguments).limit(Duration::from_secs(900)).read().map(drop)
}

/// The project's own tests, with these variables; says how many there were.
pub(crate) fn test(folder: &Path, variables: &[(String, String)]) -> Result<String> {
    let test = project::cargo(folder).args(["test", "--locked", "--no-fail-fast"]);
    let output = test.envs(variables).limit(Duration::from_secs(1200)).capture()?;
    if output.stderr.lines().any(|line| line.starts_with("warning")) {
        bail!("the compiler warns\n{}", output.tail());
    }
    if !output.status.success() {
        bail!("{}", failures(&output));
    }
    count(&output)
}

/// How many tests passed. None, or one that is ignored, is a failure.
pub(crate) fn count(output: &Output) -> Result<String> {
    let (passed, ignored) = (sum(&output.stdout, "passed"), sum(&output.stdout, "ignored"));
    if passed == 0 || ignored > 0 {
        bail!("{passed} tests passed and {ignored} were ignored");
    }
    Ok(format!("{passed} tests"))
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

/// The failures that the test runner lists, and how it ended.
pub(crate) fn failures(output: &Output) -> String {
    let start = output.stdout.find("\nfailures:\n").unwrap_or_default();
    let mut text = output.stdout[start..].to_owned();
    text.truncate(text.floor_char_boundary(4000));
    let tail = output.tail();
    format!("{text}\n{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_binaries_are_added() {
        let output = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured\nx\n\
                      test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured\n";
        assert_eq!((sum(output, "passed"), sum(output, "ignored")), (15, 1));
    }
}
