//! A generated project on disk: rendered in memory by the library, or written by the tool as a user has it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use restwell::plan::Plan;
use restwell::preset::Preset;
use restwell::stack::Stack;
use restwell::tree::Tree;

use crate::dirs;
use crate::program::Program;

/// The stack of a preset as it stands.
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

/// Makes `folder` hold `tree` and nothing else but a `target`. A file that is already right keeps its time stamp, so
/// that cargo does not compile it again.
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

/// Every file under `folder`, sorted, without what git and cargo keep there.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true if entry.file_name() == "target" || entry.file_name() == ".git" => {}
                true => open.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The release build of the tool.
pub(crate) fn restwell() -> Result<PathBuf> {
    Program::cargo().args(["build", "--quiet", "--release", "--package", "restwell"]).dir(dirs::root()).run()?;
    Ok(dirs::target().join("release").join("restwell"))
}

/// Cargo inside a project, with the build folder that all projects share.
pub(crate) fn cargo(folder: &Path) -> Program {
    Program::cargo().dir(folder).env("CARGO_TARGET_DIR", dirs::projects_target())
}
