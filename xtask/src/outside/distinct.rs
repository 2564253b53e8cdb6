//! The distinct files of projects on every target, for linters that are too slow for each of the stacks.
//!
//! Of each target there are stacks with every valid pair of the other values, so every valid target with every CI and every
//! monitoring is among them; and the presets. A file or folder that several of their projects have in common is written once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use restwell::choice::{Choice, Value};
use restwell::plan::Plan;
use restwell::preset::PRESETS;
use restwell::stack::Stack;
use restwell::variants::covering;

use crate::project;

/// The name of each project.
const NAME: &str = "moorings";

/// Files by their path.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The files of each project.
pub(super) struct Distinct(Vec<Files>);

impl Distinct {
    /// Renders the projects.
    pub(super) fn new() -> Result<Self> {
        let stacks = stacks();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let parts: Vec<Result<Vec<Files>>> = thread::scope(|scope| {
            let parts = stacks.chunks(stacks.len().div_ceil(threads));
            let running: Vec<_> =
                parts.map(|part| scope.spawn(|| part.iter().map(render).collect::<Result<Vec<Files>>>())).collect();
            let join = |running: thread::ScopedJoinHandle<'_, _>| {
                running.join().unwrap_or_else(|_| Err(anyhow!("a project was not rendered")))
            };
            running.into_iter().map(join).collect()
        });
        let mut all = Vec::new();
        for part in parts {
            all.extend(part?);
        }
        Ok(Self(all))
    }

    /// The number of projects.
    pub(super) fn projects(&self) -> usize {
        self.0.len()
    }

    /// Writes each distinct set of files with `is_wanted` paths into a folder of its own in `place`.
    pub(super) fn folders(&self, place: &Path, is_wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
        let of = |files: &Files| -> Vec<(PathBuf, Vec<u8>)> {
            files.iter().filter(|(path, _)| is_wanted(path)).map(|(path, text)| (path.clone(), text.clone())).collect()
        };
        write(place, self.0.iter().map(of).filter(|files| !files.is_empty()).collect())
    }

    /// Writes each distinct file with an `is_wanted` path into a folder of its own in `place`.
    pub(super) fn files(&self, place: &Path, is_wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
        let all = self.0.iter().flatten().filter(|(path, _)| is_wanted(path));
        let distinct: BTreeSet<_> = all.map(|(path, text)| vec![(path.clone(), text.clone())]).collect();
        let paths: Vec<PathBuf> = distinct.iter().flatten().map(|(path, _)| path.clone()).collect();
        let folders = write(place, distinct)?;
        Ok(folders.into_iter().zip(paths).map(|(folder, path)| folder.join(path)).collect())
    }
}

fn write(place: &Path, distinct: BTreeSet<Vec<(PathBuf, Vec<u8>)>>) -> Result<Vec<PathBuf>> {
    ensure!(!distinct.is_empty(), "no project has such a file");
    let mut folders = Vec::new();
    for (number, files) in distinct.into_iter().enumerate() {
        let folder = place.join(format!("{number:03}")).join(NAME);
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            // A generated script is run as a program.
            let is_script = text.starts_with(b"#!");
            fs::write(&path, text)?;
            if is_script {
                fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
            }
        }
        folders.push(folder);
    }
    Ok(folders)
}

fn render(stack: &Stack) -> Result<Files> {
    let tree = Plan::new(stack, NAME).sources().with_context(|| format!("{stack:?}"))?;
    Ok(tree.files().map(|(path, file)| (path.as_std_path().to_owned(), file.bytes.clone())).collect())
}

/// Each preset with each target, and of each target the stacks that cover the pairs of other values.
fn stacks() -> Vec<Stack> {
    let mut targets: BTreeMap<Value, Vec<Stack>> = BTreeMap::new();
    for stack in Stack::all() {
        targets.entry(stack.get(Choice::Deploy)).or_default().push(stack);
    }
    let presets = PRESETS.iter().flat_map(|preset| {
        let with_target = |&target: &Value| project::stack(preset.id, &[target]).ok();
        Choice::Deploy.values().iter().filter_map(with_target).collect::<Vec<_>>()
    });
    let mut all: BTreeSet<Stack> = presets.collect();
    all.extend(targets.into_values().flat_map(|stacks| covering(&stacks, is_no_target)));
    all.into_iter().collect()
}

fn is_no_target(choice: Choice) -> bool {
    choice != Choice::Deploy
}

#[cfg(test)]
mod tests {
    use restwell::variants::pairs;

    use super::*;

    #[test]
    fn every_target_has_every_pair_of_other_values() {
        let of = |stacks: &[Stack]| -> BTreeSet<_> {
            let with_target = |stack: &Stack| {
                let target = stack.get(Choice::Deploy);
                pairs(stack, is_no_target).into_iter().map(move |pair| (target, pair)).collect::<Vec<_>>()
            };
            stacks.iter().flat_map(with_target).collect()
        };
        let taken = stacks();
        assert_eq!(of(&taken), of(&Stack::all()));
        assert!(taken.len() < 200, "{}", taken.len());
    }
}
