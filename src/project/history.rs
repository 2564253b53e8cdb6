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
    stacks(history).0.pop().ok_or(Error::NothingToUndo { is_redo: false, number: None })
}

/// The changes that `undo --to` takes back: the one with this number and those that were made after it, the newest first.
///
/// # Errors
/// [`Error::NothingToUndo`] if no change that is made has this number.
pub fn made_since(history: Vec<Made>, number: u32) -> Result<Vec<Made>, Error> {
    let mut made = stacks(history).0;
    let first = made.iter().position(|made| made.number == number);
    let first = first.ok_or(Error::NothingToUndo { is_redo: false, number: Some(number) })?;
    made.drain(..first);
    made.reverse();
    Ok(made)
}

/// The change that `redo` makes again: the one that `undo` took back last, unless another was made since.
///
/// # Errors
/// [`Error::NothingToUndo`]
pub fn last_undone(history: Vec<Made>) -> Result<Made, Error> {
    stacks(history).1.pop().ok_or(Error::NothingToUndo { is_redo: true, number: None })
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

/// The changes that take `made` back one after the other. Nothing is written, so either all of them can be made or none is.
///
/// # Errors
/// [`Error::Merge`] if an edit and an old file cannot be merged.
pub fn inverses(root: &Root, made: &[Made], kind: ChangeKind) -> Result<Vec<Change>, Error> {
    let mut after: BTreeMap<Utf8PathBuf, Option<File>> = BTreeMap::new();
    let mut changes = Vec::new();
    for made in made {
        let read = |path: &Utf8Path| match after.get(path) {
            Some(Some(file)) => Ok(Content::File(file.clone())),
            Some(None) => Ok(Content::Nothing),
            None => root.read(path),
        };
        let change = inverse(read, made, kind)?;
        after.extend(change.files.iter().map(|(path, sides)| (path.clone(), sides.new.clone())));
        changes.push(change);
    }
    Ok(changes)
}

/// The change that takes `made` back, where `read` has the files as they are. What was edited since is merged.
fn inverse(read: impl Fn(&Utf8Path) -> Result<Content, Error>, made: &Made, kind: ChangeKind) -> Result<Change, Error> {
    let mut files = BTreeMap::new();
    let mut edited: BTreeMap<&Utf8PathBuf, (File, &Sides)> = BTreeMap::new();
    for (path, sides) in &made.change.files {
        let there = match read(path)? {
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
