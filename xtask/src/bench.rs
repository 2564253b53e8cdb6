//! Measurements. Since a machine is noisy, each result is a ratio of two programs measured alternately in one run, the
//! median of all rounds.

mod build;
mod generation;
mod install;
mod merge;
mod requests;
mod wrk;

use anyhow::Result;
use clap::ValueEnum;

use crate::say;

/// The subject of a measurement.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Subject {
    /// `restwell new` against copying the same tree, and against `cargo new`.
    Generation,
    /// `restwell set cache=redis` in an edited project, without rustfmt and cargo.
    Merge,
    /// A cold build and the crates of each preset, against a bare axum service.
    Build,
    /// `cargo install` of this command, against cargo-generate. Downloads both.
    Install,
    /// Requests per second, CPU time per request, p99 and memory, against a bare axum service.
    Requests,
}

/// Measures, and prints a Markdown table for `docs/performance.md`.
pub(crate) fn run(subject: Subject, rounds: Option<usize>) -> Result<()> {
    say::line(machine()?);
    match subject {
        Subject::Generation => generation::run(rounds.unwrap_or(generation::ROUNDS)),
        Subject::Merge => merge::run(rounds.unwrap_or(merge::ROUNDS)),
        Subject::Build => build::run(rounds.unwrap_or(build::ROUNDS)),
        Subject::Install => install::run(rounds.unwrap_or(install::ROUNDS)),
        Subject::Requests => requests::run(rounds.unwrap_or(requests::ROUNDS)),
    }
}

/// The date and the class of the machine, without which a figure cannot be interpreted.
fn machine() -> Result<String> {
    let date = crate::program::Program::new("date").args(["-u", "+%Y-%m-%d"]).read()?;
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let cores = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    Ok(format!(
        "{}, {cores} cores of {}, load average {load} at the start",
        date.trim(),
        model.trim_start_matches([' ', '\t', ':'])
    ))
}

/// The median.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
