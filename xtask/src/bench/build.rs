//! How long the first `cargo build` takes, and how many crates it compiles.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use restwell::preset::PRESETS;

use super::median;
use crate::program::Program;
use crate::{budget, dirs, project, say};

/// Turns, unless told otherwise.
pub(super) const ROUNDS: usize = 3;

/// Measures in turns: a bare axum service and every preset, each into an empty build folder, with nothing to fetch.
pub(super) fn run(rounds: usize) -> Result<()> {
    let folder = dirs::target().join("bench/build");
    let mut subjects = vec![("bare axum".to_owned(), bare_axum())];
    for preset in PRESETS {
        let project = folder.join(preset.id);
        fs::create_dir_all(&project)?;
        project::write(&project::render(&project::preset(preset)?, "measured")?, &project)?;
        subjects.push((preset.id.to_owned(), project));
    }
    let mut times = vec![Vec::new(); subjects.len()];
    for (_, project) in &subjects {
        Program::cargo().args(["fetch", "--locked"]).dir(project).read()?;
    }
    for _ in 0..rounds {
        for (index, (_, project)) in subjects.iter().enumerate() {
            times[index].push(cold(project, &folder.join("target"))?);
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    say::line(format_args!("\nCold debug build, {rounds} rounds\n"));
    say::line("| | median | against bare axum | crates |\n| --- | --- | --- | --- |");
    for ((name, project), time) in subjects.iter().zip(&medians) {
        let crates = budget::crates(project)?;
        say::line(format_args!("| {name} | {time:.0} s | {:.2} × | {crates} |", time / medians[0]));
    }
    Ok(())
}

/// The service that everything is held against.
pub(super) fn bare_axum() -> PathBuf {
    dirs::root().join("xtask/bare-axum")
}

fn cold(project: &Path, target: &Path) -> Result<f64> {
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    let started = Instant::now();
    Program::cargo()
        .args(["build", "--locked", "--offline", "--quiet"])
        .dir(project)
        .env("CARGO_TARGET_DIR", target)
        .limit(Duration::from_secs(1200))
        .read()?;
    Ok(started.elapsed().as_secs_f64())
}
