//! The time to merge a change into an edited project.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use super::median;
use crate::program::Program;
use crate::{project, say};

/// The default number of rounds.
pub(super) const ROUNDS: usize = 41;

/// Neither cargo nor rustfmt is on it.
const PATH: &str = "/usr/bin:/bin";

/// Files that a team edits and that the change touches, too.
const EDITED: [&str; 6] =
    ["README.md", "justfile", "src/app.rs", "src/config.rs", "deploy/compose.yml", "src/platform/cache.rs"];

/// Measures the plan, the change, and taking it back.
pub(super) fn run(rounds: usize) -> Result<()> {
    let restwell = project::restwell()?;
    let folder = tempfile::tempdir()?;
    let new = ["new", "shop-api", "--preset", "standard", "--no-git", "--quiet"];
    Program::new(&restwell).args(new).dir(folder.path()).read()?;
    let root = folder.path().join("shop-api");
    for path in EDITED {
        edit(&root.join(path))?;
    }
    let command = |words: &[&str]| Program::new(&restwell).args(words).arg("--quiet").dir(&root).env("PATH", PATH);
    let lines: [(&str, &[&str]); 4] = [
        ("`status`", &["status"]),
        ("`set cache=redis --dry-run`", &["set", "cache=redis", "--dry-run"]),
        ("`set cache=redis --no-check`", &["set", "cache=redis", "--no-check"]),
        ("`undo`", &["undo"]),
    ];
    let mut times = lines.map(|_| Vec::new());
    for _ in 0..rounds {
        for (times, (_, words)) in times.iter_mut().zip(lines) {
            let started = Instant::now();
            command(words).read()?;
            times.push(started.elapsed().as_secs_f64());
        }
    }
    say::line(format_args!("\nstandard with {} edited files, {rounds} rounds\n", EDITED.len()));
    say::line("| | median |\n| --- | --- |");
    for ((name, _), times) in lines.iter().zip(times) {
        say::line(format_args!("| {name} | {:.0} ms |", median(times) * 1e3));
    }
    Ok(())
}

fn edit(path: &Path) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let is_rust = path.extension().is_some_and(|extension| extension == "rs");
    let comment = if is_rust { "// Ours.\n" } else { "# Ours.\n" };
    Ok(fs::write(path, text + comment)?)
}
