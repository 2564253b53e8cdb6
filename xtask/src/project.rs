//! A generated project on disk: rendered in memory by the library, or written by the command line.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use restwell::choice::Value;
use restwell::plan::Plan;
use restwell::preset::Preset;
use restwell::stack::Stack;
use restwell::tree::Tree;
use walkdir::{DirEntry, WalkDir};

use crate::dirs;
use crate::program::Program;

/// The stack of the preset with this name, but with these values.
pub(crate) fn stack(name: &str, values: &[Value]) -> Result<Stack> {
    let preset = preset(&Preset::named(name).with_context(|| format!("a preset `{name}`"))?)?;
    let combination = values.iter().fold(*preset, |all, &value| all.with(value));
    Stack::of(combination).with_context(|| format!("{values:?} break a rule"))
}

/// The stack of a preset.
pub(crate) fn preset(preset: &Preset) -> Result<Stack> {
    match Stack::resolve(&preset.answers()) {
        Ok(resolution) => Ok(resolution.stack),
        Err(conflict) => anyhow::bail!("preset `{}` breaks {} rules", preset.id, conflict.broken.len()),
    }
}

/// The project of `stack`, in memory.
pub(crate) fn render(stack: &Stack, name: &str) -> Result<Tree> {
    Plan::new(stack, name).render().with_context(|| name.to_owned())
}

/// Makes `folder` contain exactly `tree` and a `target`. An unchanged file keeps its time stamp, so that cargo does not
/// compile it again.
pub(crate) fn write(tree: &Tree, folder: &Path) -> Result<()> {
    let mut wanted = BTreeSet::new();
    for (path, file) in tree.files() {
        let path = folder.join(path);
        if fs::read(&path).ok().as_deref() != Some(file.bytes.as_slice()) {
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            fs::write(&path, &file.bytes).with_context(|| path.display().to_string())?;
        }
        wanted.insert(path);
    }
    for path in files(folder)? {
        if !wanted.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Removes a folder, if there is one.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Replaces a text that a file has once.
pub(crate) fn replace(path: &Path, old: &str, new: &str) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    ensure!(text.matches(old).count() == 1, "{} has not one {old:?}", path.display());
    Ok(fs::write(path, text.replace(old, new))?)
}

/// Every file under `folder`, sorted, without those of git and cargo.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_kept = |entry: &DirEntry| {
        !(entry.file_type().is_dir() && ["target", ".git"].map(OsStr::new).contains(&entry.file_name()))
    };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).into_iter().filter_entry(is_kept) {
        let entry = entry?;
        if !entry.file_type().is_dir() {
            found.push(entry.into_path());
        }
    }
    found.sort();
    Ok(found)
}

/// The release build of the tool.
pub(crate) fn restwell() -> Result<PathBuf> {
    let build = Program::cargo().args(["build", "--quiet", "--release", "--package", "restwell"]).dir(dirs::root());
    in_shared_target(build).run()?;
    Ok(dirs::projects_target().join("release").join("restwell"))
}

/// Cargo inside a project, with the shared build directory.
pub(crate) fn cargo(folder: &Path) -> Program {
    in_shared_target(Program::cargo().dir(folder))
}

/// A line of shell inside a project, with the shared build directory.
pub(crate) fn shell(folder: &Path, line: &str) -> Program {
    in_shared_target(Program::shell(line).dir(folder))
}

/// Makes cargo build in the shared directory, without debug information. The settings are the same everywhere, so that
/// a dependency with the same features is built once for all stages. Most projects are built once: incremental data
/// would cost a quarter of the time of each build, and gigabytes.
pub(crate) fn in_shared_target(cargo: Program) -> Program {
    cargo
        .env("CARGO_TARGET_DIR", dirs::projects_target())
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0")
}
