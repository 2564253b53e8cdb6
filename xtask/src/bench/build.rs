//! The cost of a build: the first one, and those after an edit of a handler. Measured as CPU time, which does not
//! depend on the load of the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use restwell::preset::PRESETS;

use super::median;
use crate::program::Program;
use crate::{budget, dirs, process, project, say};

/// The default number of rounds.
pub(super) const ROUNDS: usize = 3;

/// A project to build, and the CPU seconds of each of its builds.
struct Subject {
    name: String,
    project: PathBuf,
    first: Vec<f64>,
    /// After an edit of a handler: `cargo build`, and `cargo test --no-run`.
    edited: [Vec<f64>; 2],
}

/// Builds a bare axum service and every preset alternately, each into an empty build folder, with nothing to fetch.
pub(super) fn run(rounds: usize) -> Result<()> {
    let folder = dirs::target().join("bench/build");
    let mut subjects = vec![Subject::new("bare axum", bare_axum())?];
    for preset in PRESETS {
        let project = folder.join(preset.id);
        fs::create_dir_all(&project)?;
        project::write(&project::render(&project::preset(preset)?, "measured")?, &project)?;
        subjects.push(Subject::new(preset.id, project)?);
    }
    for _ in 0..rounds {
        for subject in &mut subjects {
            subject.measure(&folder.join("target"))?;
        }
    }
    say::line(format_args!("\nCold debug build, CPU seconds, {rounds} rounds\n"));
    say::line(
        "| | first build | × bare axum | `cargo build` after an edit | `cargo test --no-run` after an edit | crates |",
    );
    say::line("| --- | --- | --- | --- | --- | --- |");
    let mut bare = None;
    for Subject { name, project, first, edited } in subjects {
        let crates = budget::crates(&project)?;
        let (first, [build, test]) = (median(first), edited.map(median));
        let ratio = first / *bare.get_or_insert(first);
        say::line(format_args!("| {name} | {first:.0} s | {ratio:.2} | {build:.1} s | {test:.1} s | {crates} |"));
    }
    Ok(())
}

/// The baseline service.
pub(super) fn bare_axum() -> PathBuf {
    dirs::root().join("xtask/bare-axum")
}

impl Subject {
    fn new(name: &str, project: PathBuf) -> Result<Self> {
        Program::cargo().args(["fetch", "--locked"]).dir(&project).read()?;
        Ok(Self { name: name.to_owned(), project, first: Vec::new(), edited: Default::default() })
    }

    fn measure(&mut self, target: &Path) -> Result<()> {
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        self.first.push(build(&self.project, target, &["build"])?);
        let handler = ["src/greet.rs", "src/main.rs"].map(|file| self.project.join(file));
        let Some(handler) = handler.iter().find(|file| file.exists()) else { return Ok(()) };
        let original = fs::read_to_string(handler)?;
        let [before, after] = ["Hello, ", "Good day, "];
        ensure!(original.contains(before), "{} greets in other words", handler.display());
        build(&self.project, target, &["test", "--no-run"])?;
        let mut edited = || {
            fs::write(handler, original.replace(before, after))?;
            self.edited[0].push(build(&self.project, target, &["build"])?);
            fs::write(handler, &original)?;
            self.edited[1].push(build(&self.project, target, &["test", "--no-run"])?);
            Ok(())
        };
        let result = edited();
        fs::write(handler, &original)?;
        result
    }
}

/// The CPU seconds of one cargo command, including all processes that it started.
fn build(project: &Path, target: &Path, command: &[&str]) -> Result<f64> {
    let before = process::cpu_time_of_children()?;
    Program::cargo()
        .args(command)
        .args(["--locked", "--offline", "--quiet"])
        .dir(project)
        .env("CARGO_TARGET_DIR", target)
        .limit(Duration::from_secs(1200))
        .read()?;
    Ok((process::cpu_time_of_children()? - before).as_secs_f64())
}
