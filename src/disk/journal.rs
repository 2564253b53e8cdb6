//! Changes of a project that are made whole or not at all, and can be taken back.
//!
//! A change is an entry `.restwell/undo/N`: the new files, copies of the old ones, then `journal`, written under another
//! name, synced and renamed. That rename is the commit point. Before it the project is untouched; after it every file is
//! put in place by a rename, and a process that ends half-way is finished by the next command. The last rename makes
//! `journal` `done`. The root is locked meanwhile.

mod change;
mod history;
mod kill;
mod obstacle;
mod record;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{Content, Root, refused};
use crate::error::{Done, Error};
use crate::interrupt;
use crate::merge::File;
use crate::tree::sha256;

pub use change::{Change, ChangeKind, Made, Sides};
pub use history::History;
#[cfg(test)]
pub(crate) use kill::killed_after;

use kill::step;

/// The folder of the entries.
const UNDO: &str = ".restwell/undo";

const JOURNAL: &str = "journal";
const DONE: &str = "done";
const OLD: &str = "old";
const NEW: &str = "new";

/// How many changes are kept. Those that are taken back are kept with their undos, so there are twice as many entries at
/// most.
const KEPT: usize = 10;

/// The file `journal`.
#[derive(Debug, Serialize, Deserialize)]
struct Journal {
    title: String,
    kind: ChangeKind,
    files: BTreeMap<Utf8PathBuf, States>,
}

#[derive(Debug, Serialize, Deserialize)]
struct States {
    old: Option<State>,
    new: Option<State>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    sha256: String,
    executable: bool,
}

/// The lock of a project, and the right to change it.
#[derive(Debug)]
pub struct Turn<'a> {
    root: &'a Root,
    /// Released when it is dropped.
    _lock: fs::File,
}

impl Root {
    /// Locks the project and finishes a change that was interrupted.
    ///
    /// # Errors
    /// [`Error::InUse`] if another run has the lock, [`Error::Moved`] if an interrupted change cannot be finished.
    pub fn take_turn(&self) -> Result<Turn<'_>, Error> {
        let lock = fs::File::open(&self.place).map_err(refused("open", "."))?;
        if matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            return Err(Error::InUse);
        }
        let turn = Turn { root: self, _lock: lock };
        turn.recover()?;
        Ok(turn)
    }
}

impl Turn<'_> {
    /// Makes a change; returns its number.
    ///
    /// # Errors
    /// [`Error::Moved`] if a file is no longer what the change was decided for, [`Error::Io`]. The project is then as
    /// before, or the next command finishes the change.
    pub fn make(&self, change: &Change) -> Result<u32, Error> {
        let _shield = interrupt::hold();
        self.check(change)?;
        let number = self.root.numbers().last().map_or(1, |last| last + 1);
        let entry = self.root.entry(number);
        if let Err(error) = self.stage(&entry, change) {
            let _ = fs::remove_dir_all(&entry);
            return Err(error);
        }
        self.forward(number)?;
        self.forget();
        interrupt::claim_exit();
        Ok(number)
    }

    /// Writes an entry up to its commit point.
    fn stage(&self, entry: &Path, change: &Change) -> Result<(), Error> {
        let mut files = BTreeMap::new();
        for (path, Sides { old, new, mode }) in &change.files {
            let before = fs::metadata(self.root.place.join(path)).map(|found| found.permissions().mode() & 0o777).ok();
            for (folder, file) in [(OLD, old), (NEW, new)] {
                let Some(file) = file else { continue };
                let mode = if folder == NEW { mode.or(before) } else { before };
                write(&entry.join(folder).join(path), file, mode).map_err(refused("write", path))?;
            }
            files.insert(path.clone(), States { old: old.as_ref().map(State::of), new: new.as_ref().map(State::of) });
        }
        let journal = Journal { title: change.title.clone(), kind: change.kind.clone(), files };
        let text = serde_json::to_vec(&journal).map_err(|error| Error::Bug(error.to_string()))?;
        let name = entry.join("journal.tmp");
        write(&name, &File { bytes: text, executable: false }, None).map_err(refused("write", UNDO))?;
        fs::rename(&name, entry.join(JOURNAL)).and_then(|()| sync(entry)).map_err(refused("write", UNDO))?;
        step();
        Ok(())
    }

    /// Removes what was not committed, finishes what was.
    fn recover(&self) -> Result<(), Error> {
        let _shield = interrupt::hold();
        for number in self.root.numbers() {
            let entry = self.root.entry(number);
            if entry.join(JOURNAL).is_file() {
                self.forward(number)?;
            } else if !entry.join(DONE).is_file() {
                fs::remove_dir_all(&entry).map_err(refused("remove", format!("{UNDO}/{number}")))?;
            }
        }
        Ok(())
    }

    /// Puts every file of a committed entry in place. Nothing is done if one is neither old nor new.
    fn forward(&self, number: u32) -> Result<(), Error> {
        let entry = self.root.entry(number);
        let journal = self.root.journal(number, JOURNAL)?;
        let mut open = Vec::new();
        let mut moved = Vec::new();
        for (path, States { old, new }) in &journal.files {
            let there = match self.root.read(path)? {
                Content::Other { .. } if new.is_none() => {
                    moved.push(path.to_string());
                    continue;
                }
                content => content.into_file()?.as_ref().map(State::of),
            };
            match there {
                there if there == *new => {}
                there if there == *old => open.push((path, new.is_some())),
                _ => moved.push(path.to_string()),
            }
        }
        if !moved.is_empty() {
            return Err(Error::Moved { paths: moved, is_half: true });
        }
        for (path, is_new) in open {
            let placed = if is_new { self.put(&entry, path) } else { self.remove(path) };
            placed.map_err(unfinished(number, "replace", path))?;
            step();
        }
        fs::rename(entry.join(JOURNAL), entry.join(DONE)).map_err(unfinished(number, "write", UNDO))?;
        step();
        Ok(())
    }

    fn put(&self, entry: &Path, path: &Utf8Path) -> io::Result<()> {
        let (from, waiting, to) = (entry.join(NEW).join(path), entry.join("put"), self.root.place.join(path));
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        // A copy, since the new file is kept for `redo`.
        discard(&waiting)?;
        let copied = fs::copy(from, &waiting).and_then(|_| fs::File::open(&waiting)?.sync_all());
        copied.inspect_err(|_| drop(discard(&waiting)))?;
        step();
        fs::rename(waiting, to)
    }

    /// Removes the entries that are no longer needed. The older one goes first: an undo without its change takes nothing
    /// back, but a change without its undo would be made.
    fn forget(&self) {
        for number in self.root.obsolete() {
            if !forget(&self.root.entry(number)) {
                break;
            }
        }
    }

    /// Removes a file, and the directories that are empty then.
    fn remove(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_file(self.root.place.join(path))?;
        for parent in path.ancestors().skip(1).filter(|parent| !parent.as_str().is_empty()) {
            if fs::remove_dir(self.root.place.join(parent)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// Removes the copy that an interrupted run left: a read-only one could not be written.
fn discard(waiting: &Path) -> io::Result<()> {
    match fs::remove_file(waiting) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// An error after the commit point of an entry.
fn unfinished(number: u32, action: &'static str, path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |source| Error::Io { action, path, source, done: Done::Part(number) }
}

/// Removes an entry; false if it is still one. Without its first file it is no entry, even if the run ends here: the next
/// one removes the rest, and what cannot be removed now.
fn forget(entry: &Path) -> bool {
    let is_forgotten = fs::remove_file(entry.join(DONE)).is_ok();
    if is_forgotten {
        step();
        let _ = fs::remove_dir_all(entry);
        step();
    }
    is_forgotten
}

impl State {
    fn of(file: &File) -> Self {
        Self { sha256: sha256(&file.bytes), executable: file.executable }
    }
}

/// Writes a new file and syncs it. Without permissions to keep, they are the usual ones.
fn write(path: &Path, file: &File, mode: Option<u32>) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let usual = if file.executable { 0o777 } else { 0o666 };
    let mut written = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(usual).open(path)?;
    written.write_all(&file.bytes)?;
    if let Some(mode) = mode {
        // Executable is what the file says; the rest is as it was.
        let mode = if file.executable { mode | (mode & 0o444) >> 2 } else { mode & !0o111 };
        written.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    written.sync_all()?;
    step();
    Ok(())
}

fn sync(directory: &Path) -> io::Result<()> {
    match fs::File::open(directory)?.sync_all() {
        // Some file systems cannot sync a directory.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests;
