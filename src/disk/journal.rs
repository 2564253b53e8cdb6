//! Changes of a project that are made whole or not at all, and can be taken back.
//!
//! A change is an entry `.restwell/undo/N`: the new files, copies of the old ones, then `journal`, written under another
//! name, synced and renamed. That rename is the commit point. Before it the project is untouched; after it every file is
//! put in place by a rename, and a process that ends half-way is finished by the next command. The last rename makes
//! `journal` `done`. The root is locked meanwhile.

mod change;
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

/// The folder of the entries.
const UNDO: &str = ".restwell/undo";

const JOURNAL: &str = "journal";
const DONE: &str = "done";
const OLD: &str = "old";
const NEW: &str = "new";

/// How many entries are kept.
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

#[cfg(test)]
thread_local! {
    /// The steps until a test ends the run.
    static LEFT: std::cell::Cell<Option<u32>> = const { std::cell::Cell::new(None) };
}

/// A moment at which a test can end the run as if the process were killed.
fn step() {
    #[cfg(test)]
    if let Some(left) = LEFT.get() {
        LEFT.set(Some(left.saturating_sub(1)));
        assert!(left > 0, "killed");
    }
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
        let numbers = self.root.numbers();
        for old in &numbers[..numbers.len().saturating_sub(KEPT)] {
            forget(&self.root.entry(*old));
        }
        interrupt::claim_exit();
        Ok(number)
    }

    /// Every file is what it was when the change was decided.
    fn check(&self, change: &Change) -> Result<(), Error> {
        let mut moved = Vec::new();
        for (path, sides) in &change.files {
            let there = match self.root.read(path)? {
                Content::Nothing => Some(None),
                Content::File(file) => Some(Some(file)),
                Content::Other => None,
            };
            if there.as_ref() != Some(&sides.old) {
                moved.push(path.to_string());
            }
        }
        if moved.is_empty() { Ok(()) } else { Err(Error::Moved { paths: moved, is_half: false }) }
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
        let journal = Journal { title: change.title.clone(), kind: change.kind, files };
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
                Content::Nothing => Some(None),
                Content::File(file) => Some(Some(State::of(&file))),
                Content::Other => None,
            };
            match there {
                Some(there) if there == *new => {}
                Some(there) if there == *old => open.push((path, new.is_some())),
                Some(_) | None => moved.push(path.to_string()),
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
        fs::copy(from, &waiting)?;
        fs::File::open(&waiting)?.sync_all()?;
        step();
        fs::rename(waiting, to)
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

/// An error after the commit point of an entry.
fn unfinished(number: u32, action: &'static str, path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |source| Error::Io { action, path, source, done: Done::Part(number) }
}

/// Removes an entry that is no longer kept. Without its first file it is no entry, even if the run ends here: the next
/// one removes the rest, and what cannot be removed now.
fn forget(entry: &Path) {
    if fs::remove_file(entry.join(DONE)).is_ok() {
        step();
        let _ = fs::remove_dir_all(entry);
        step();
    }
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
