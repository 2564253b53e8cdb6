//! The time to write a project, without git.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use super::median;
use crate::program::Program;
use crate::{project, say};

/// The default number of rounds.
pub(super) const ROUNDS: usize = 41;

/// Measures alternately: the tool, a copy of its output, an empty cargo project.
pub(super) fn run(rounds: usize) -> Result<()> {
    let restwell = project::restwell()?;
    // Outside this workspace: `cargo new` would add its package to the members, and restwell would then refuse.
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let model = folder.join("model");
    let new = |name| Program::new(&restwell).args(["new", name, "--yes", "--no-git", "--quiet"]).dir(folder);
    new("model").read()?;
    let files = project::files(&model)?.len();
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let copy = Program::new("cp").args(["-r", "model", "written"]).dir(folder);
        let cargo = Program::cargo().args(["new", "--quiet", "--vcs", "none", "written"]).dir(folder);
        for (index, program) in [new("written"), copy, cargo].into_iter().enumerate() {
            times[index].push(time(program)?);
            remove(&folder.join("written"))?;
        }
    }
    let [new, copy, cargo] = times.map(median);
    say::line(format_args!("\n`restwell new` of standard, {files} files, {rounds} rounds\n"));
    say::line("| | median | against it |\n| --- | --- | --- |");
    for (name, time) in [("`restwell new`", new), ("`cp -r` of the same tree", copy), ("`cargo new --vcs none`", cargo)]
    {
        say::line(format_args!("| {name} | {:.1} ms | {:.2} × |", time * 1e3, new / time));
    }
    Ok(())
}

fn time(program: Program) -> Result<f64> {
    let started = Instant::now();
    program.read()?;
    Ok(started.elapsed().as_secs_f64())
}

fn remove(folder: &Path) -> Result<()> {
    match folder.exists() {
        true => Ok(fs::remove_dir_all(folder)?),
        false => Ok(()),
    }
}
