//! The number of crates of a project. The tests of every stack count its lines of code in memory.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};

use crate::project;

/// The maximum number of crates of a preset.
fn most(preset: &str) -> usize {
    match preset {
        "minimal" => 100,
        "standard" => 230,
        _ => 400,
    }
}

/// Compares `folder` with the budget of its preset.
pub(crate) fn check(preset: &str, folder: &Path) -> Result<String> {
    let (found, most) = (crates(folder)?, most(preset));
    if found > most {
        bail!("{found} crates, at most {most}");
    }
    Ok(format!("{found} crates of {most}"))
}

/// The number of distinct crates that a build of `folder` compiles, including itself.
pub(crate) fn crates(folder: &Path) -> Result<usize> {
    let arguments = ["tree", "--locked", "-e", "normal,build", "--prefix", "none"];
    let tree = project::cargo(folder).args(arguments).read()?;
    let distinct: BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(distinct.len())
}
