//! The stages in order, each a process of its own with a limit, so that a stage that hangs or crashes is a failure
//! and not the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::program::Program;
use crate::say;
use crate::tally::Count;

/// A command of xtask and the minutes it may take.
struct Stage {
    name: &'static str,
    minutes: u64,
}

/// What needs only Rust. The command of the README.
const TEST: &[Stage] = &[
    Stage {
        name: "tool",
        minutes: 15,
    },
    Stage {
        name: "variants",
        minutes: 20,
    },
    Stage {
        name: "fresh",
        minutes: 20,
    },
    Stage {
        name: "suites",
        minutes: 30,
    },
];

/// What needs more than Rust, or takes longer than a developer waits.
const REST: &[Stage] = &[
    Stage {
        name: "tools",
        minutes: 15,
    },
    Stage {
        name: "digests",
        minutes: 5,
    },
    Stage {
        name: "kill",
        minutes: 5,
    },
];

/// `cargo xtask test`.
pub(crate) fn test() -> Result<()> {
    run_all(TEST)
}

/// `cargo xtask ci`. Its last line counts everything.
pub(crate) fn run(tested: bool) -> Result<()> {
    let outcomes = [if tested { Ok(()) } else { run_all(TEST) }, run_all(REST)];
    let mut sum = Count::default();
    for stage in TEST.iter().chain(REST) {
        sum += Count::of(stage.name);
    }
    // A stage that was cut off may have counted no failure of its own.
    sum.failed = sum
        .failed
        .max(outcomes.iter().filter(|outcome| outcome.is_err()).count() as u64);
    say::line(format_args!(
        "\n{} passed, {} failed, {} skipped",
        sum.passed, sum.failed, sum.gaps
    ));
    outcomes.into_iter().collect()
}

fn run_all(stages: &[Stage]) -> Result<()> {
    let mut failed = Vec::new();
    for Stage { name, minutes } in stages {
        let started = Instant::now();
        let limit = Duration::from_secs(minutes * 60);
        let stage = Program::new(std::env::current_exe()?)
            .arg(name)
            .limit(limit);
        if let Err(error) = stage.run() {
            say::line(format_args!(
                "{name}: {error:#}, after{}",
                say::seconds(started.elapsed())
            ));
            failed.push(*name);
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        failed => bail!("failed: {}", failed.join(", ")),
    }
}
