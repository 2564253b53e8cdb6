//! How many crates a project is built from. Its lines of code are counted in memory, by the tests of every stack.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};

use crate::project;

/// The most crates that a preset may need, as the README promises.
fn most(preset: &str) -> usize {
    match preset {
        "minimal" => 100,
        "standard" => 230,
        _ => 400,
    }
}

/// Holds `folder` against the budget of its preset.
pub(crate) fn check(preset: &str, folder: &Path) -> Result<String> {
    let (found, most) = (crates(folder)?, most(preset));
    if found > most {
        bail!("{found} crates, at most {most}");
    }
    Ok(format!("{found} crates of {most}"))
}

/// How many distinct crates a build of `folder` compiles, itself included.
pub(crate) fn crates(folder: &Path) -> Result<usize> {
    let arguments = ["tree", "--locked", "-e", "normal,build", "--prefix", "none"];
    let tree = project::cargo(folder).args(arguments).read()?;
    let distinct: BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(distinct.len())
}
