//! Taking changes back and making them again, with what the user edited since.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk::{Change, ChangeKind, Content, Made, Root, Sides};
use crate::error::{Error, Unmerged};
use crate::merge::{self, File, Files, Migrations};
use crate::tree::BASE_FOLDER;

/// The change that `undo` takes back: the newest that is made.
///
/// # Errors
/// [`Error::NothingToUndo`]
pub fn last_made(history: Vec<Made>) -> Result<Made, Error> {
    stacks(history).0.pop().ok_or(Error::NothingToUndo { is_redo: false })
}

/// The change that `redo` makes again: the one that `undo` took back last, unless another was made since.
///
/// # Errors
/// [`Error::NothingToUndo`]
pub fn last_undone(history: Vec<Made>) -> Result<Made, Error> {
    stacks(history).1.pop().ok_or(Error::NothingToUndo { is_redo: true })
}

/// The changes that are made, and the undos that can be made again; the newest last.
pub fn stacks(history: Vec<Made>) -> (Vec<Made>, Vec<Made>) {
    let (mut made, mut undone) = (Vec::new(), Vec::new());
    for entry in history {
        match entry.change.kind {
            ChangeKind::Change => {
                undone.clear();
                made.push(entry);
            }
            ChangeKind::Undo => {
                made.pop();
                undone.push(entry);
            }
            ChangeKind::Redo => {
                undone.pop();
                made.push(entry);
            }
        }
    }
    (made, undone)
}

/// The change that takes `made` back. What was edited since is merged.
///
/// # Errors
/// [`Error::Merge`] if an edit and the old file cannot be merged.
pub fn inverse(root: &Root, made: &Made, kind: ChangeKind) -> Result<Change, Error> {
    let mut files = BTreeMap::new();
    let mut edited: BTreeMap<&Utf8PathBuf, (File, &Sides)> = BTreeMap::new();
    for (path, sides) in &made.change.files {
        let there = match root.read(path)? {
            Content::Nothing => None,
            Content::File(file) => Some(file),
            Content::Other => return Err(Error::Moved { paths: vec![path.to_string()], is_half: false }),
        };
        match there {
            there if there == sides.old => {}
            there if there == sides.new || path.starts_with(BASE_FOLDER) => {
                files.insert(path.clone(), Sides { old: there, new: sides.old.clone(), mode: sides.mode });
            }
            // What the user deleted since stays away.
            None => {}
            Some(file) => drop(edited.insert(path, (file, sides))),
        }
    }
    let side = |of: fn(&(File, &Sides)) -> Option<File>| -> Files {
        edited.iter().filter_map(|(path, file)| Some(((*path).clone(), of(file)?))).collect()
    };
    let base = merge::Base { files: side(|(_, sides)| sides.new.clone()), ..merge::Base::default() };
    let yours = side(|(file, _)| Some(file.clone()));
    let merged = merge::trees(&base, &yours, &side(|(_, sides)| sides.old.clone()), Migrations::Follow);
    let open: Vec<String> = merged.conflicts().map(|(path, _)| path.to_string()).collect();
    if !open.is_empty() {
        return Err(Error::Merge(Unmerged::Since { paths: open }));
    }
    for (path, step) in &merged.steps {
        let Some(file) = step.file() else { continue };
        let old = yours.get(path as &Utf8Path).cloned();
        files.insert(path.clone(), Sides { old, new: Some(file.clone()), mode: None });
    }
    Ok(Change { title: made.change.title.clone(), kind, files })
}
