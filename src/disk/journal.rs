//! Changes of a project that are made whole or not at all, and can be taken back.
//!
//! A change is an entry `.restwell/undo/N`: the new files, copies of the old ones, then `journal`, written under another
//! name, synced and renamed. That rename is the commit point. Before it the project is untouched; after it every file is
//! put in place by a rename, and a process that ends half-way is finished by the next command. The last rename makes
//! `journal` `done`. The root is locked meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{Content, Root, refused};
use crate::error::Error;
use crate::interrupt;
use crate::merge::File;
use crate::tree::sha256;

/// The folder of the entries.
const UNDO: &str = ".restwell/undo";

const JOURNAL: &str = "journal";
const DONE: &str = "done";
const OLD: &str = "old";
const NEW: &str = "new";

/// How many entries are kept.
const KEPT: usize = 10;

/// A change of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The command, for the list of changes.
    pub title: String,
    /// Whether it takes another change back.
    pub kind: ChangeKind,
    /// What each file was when the change was decided, and what it becomes.
    pub files: BTreeMap<Utf8PathBuf, Sides>,
}

/// A file before and after a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// Before; `None` if there was none.
    pub old: Option<File>,
    /// After; `None` if it is removed.
    pub new: Option<File>,
    /// The permissions after, if not those before.
    pub mode: Option<u32>,
}

/// Whether a change takes another one back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It does not.
    #[default]
    Change,
    /// It takes a change back.
    Undo,
    /// It makes a change again that was taken back.
    Redo,
}

/// A change that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its number.
    pub number: u32,
    /// The change. `mode` is that of the old file.
    pub change: Change,
}

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

    /// The number of a change that was interrupted and that the next command finishes.
    pub fn interrupted(&self) -> Option<u32> {
        self.numbers().into_iter().find(|number| self.entry(*number).join(JOURNAL).is_file())
    }

    /// The changes that can be taken back, the oldest first.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn history(&self) -> Result<Vec<Made>, Error> {
        let done = |number: &u32| self.entry(*number).join(DONE).is_file();
        self.numbers().into_iter().filter(done).map(|number| self.made(number)).collect()
    }

    fn made(&self, number: u32) -> Result<Made, Error> {
        let Journal { title, kind, files } = self.journal(number, DONE)?;
        let mut sides = BTreeMap::new();
        for (path, states) in files {
            let kept = |folder: &str, is_there: bool| match is_there {
                true => self.kept(number, folder, &path).map(Some),
                false => Ok(None),
            };
            let (old, new) = (kept(OLD, states.old.is_some())?, kept(NEW, states.new.is_some())?);
            let mode = old.as_ref().map(|(_, mode)| *mode);
            sides.insert(path, Sides { old: old.map(|(file, _)| file), new: new.map(|(file, _)| file), mode });
        }
        Ok(Made { number, change: Change { title, kind, files: sides } })
    }

    fn kept(&self, number: u32, folder: &str, path: &Utf8Path) -> Result<(File, u32), Error> {
        let at = self.entry(number).join(folder).join(path);
        let shown = || format!("{UNDO}/{number}/{folder}/{path}");
        let bytes = fs::read(&at).map_err(refused("read", shown()))?;
        let mode = fs::metadata(&at).map_err(refused("look at", shown()))?.permissions().mode() & 0o777;
        Ok((File { bytes, executable: mode & 0o100 != 0 }, mode))
    }

    fn journal(&self, number: u32, name: &str) -> Result<Journal, Error> {
        let shown = format!("{UNDO}/{number}/{name}");
        let text = fs::read(self.entry(number).join(name)).map_err(refused("read", &shown))?;
        let journal: Journal =
            serde_json::from_slice(&text).map_err(|error| refused("read", &shown)(io::Error::from(error)))?;
        let is_inside = |path: &Utf8PathBuf| path.components().all(|part| matches!(part, Utf8Component::Normal(_)));
        match journal.files.keys().all(is_inside) {
            true => Ok(journal),
            false => Err(refused("read", shown)(ErrorKind::InvalidData.into())),
        }
    }

    fn entry(&self, number: u32) -> PathBuf {
        self.place.join(UNDO).join(number.to_string())
    }

    /// The numbers of all entries, sorted.
    fn numbers(&self) -> Vec<u32> {
        let entries = fs::read_dir(self.place.join(UNDO)).into_iter().flatten().flatten();
        let mut numbers: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
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
            // What cannot be removed is removed by a later run.
            let _ = fs::remove_dir_all(self.root.entry(*old));
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
            placed.map_err(refused("replace", path))?;
            step();
        }
        fs::rename(entry.join(JOURNAL), entry.join(DONE)).map_err(refused("write", UNDO))?;
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
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    type Files = BTreeMap<Utf8PathBuf, (Vec<u8>, u32)>;

    /// Five files: one changes, one becomes executable, one is private and removed with its directory, one is new in a new
    /// directory, one stays.
    fn project() -> (tempfile::TempDir, Root, Change) {
        let directory = tempfile::tempdir().expect("a directory");
        let root = Root::at(directory.path().to_owned());
        for (path, text, mode) in
            [("a", "1\n", 0o640), ("b.sh", "2\n", 0o644), ("c/d", "3\n", 0o600), ("stays", "4\n", 0o644)]
        {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
        }
        let file = |text: &str, executable| Some(File { bytes: text.into(), executable });
        let sides = |old, new| Sides { old, new, mode: None };
        let files = [
            ("a".into(), sides(file("1\n", false), file("one\n", false))),
            ("b.sh".into(), sides(file("2\n", false), file("2\n", true))),
            ("c/d".into(), sides(file("3\n", false), None)),
            ("e/f/g".into(), sides(None, file("5\n", true))),
        ];
        (directory, root, Change { title: "set x=y".into(), kind: ChangeKind::Change, files: files.into() })
    }

    fn files(root: &Root) -> Files {
        let mut found = Files::new();
        for path in root.files().expect("readable").into_keys() {
            let place = root.place.join(&path);
            let mode = fs::metadata(&place).expect("there").permissions().mode() & 0o777;
            found.insert(path, (fs::read(place).expect("readable"), mode));
        }
        found
    }

    /// The change that takes another back.
    fn inverse(made: &Made) -> Change {
        let back = |(path, sides): (&Utf8PathBuf, &Sides)| {
            (path.clone(), Sides { old: sides.new.clone(), new: sides.old.clone(), mode: sides.mode })
        };
        Change { kind: ChangeKind::Undo, files: made.change.files.iter().map(back).collect(), ..Change::default() }
    }

    /// Runs `work` until it has made `steps` steps; whether it came to its end.
    fn killed_after(steps: u32, work: impl FnOnce()) -> bool {
        LEFT.set(Some(steps));
        let ended = catch_unwind(AssertUnwindSafe(work)).is_ok();
        LEFT.set(None);
        ended
    }

    #[test]
    fn a_change_is_made_whole_and_taken_back_with_modes() {
        let (_directory, root, change) = project();
        let before = files(&root);
        root.take_turn().expect("free").make(&change).expect("made");
        let after = files(&root);
        let told = |path: &str| after.get(Utf8Path::new(path)).map(|(bytes, mode)| (bytes.as_slice(), *mode));
        assert_eq!(told("a"), Some((b"one\n".as_slice(), 0o640)), "the permissions of the user stay");
        assert_eq!(told("b.sh"), Some((b"2\n".as_slice(), 0o755)));
        assert_eq!(told("c/d"), None);
        assert!(!root.place.join("c").exists(), "an empty directory goes with its file");
        assert_eq!(told("e/f/g").map(|(bytes, mode)| (bytes, mode & 0o111)), Some((b"5\n".as_slice(), 0o111)));
        let history = root.history().expect("readable");
        root.take_turn().expect("free").make(&inverse(&history[0])).expect("made");
        assert_eq!(files(&root), before);
        let history = root.history().expect("readable");
        root.take_turn().expect("free").make(&inverse(&history[1])).expect("made");
        assert_eq!(files(&root), after);
    }

    #[test]
    fn a_run_that_is_killed_at_any_step_leaves_the_project_before_or_after() {
        let (_directory, root, change) = project();
        let before = files(&root);
        root.take_turn().expect("free").make(&change).expect("made");
        let after = files(&root);
        let mut outcomes = [0, 0];
        for steps in 0.. {
            let (_directory, root, change) = project();
            let ended = killed_after(steps, || drop(root.take_turn().expect("free").make(&change)));
            // Recovery itself is killed at every step, too, until it comes to its end.
            for steps in 0.. {
                if killed_after(steps, || drop(root.take_turn().expect("free"))) {
                    break;
                }
            }
            let found = files(&root);
            assert!(found == before || found == after, "killed after {steps} steps: {found:?}");
            outcomes[usize::from(found == after)] += 1;
            assert_eq!(root.history().expect("readable").len(), usize::from(found == after));
            assert_eq!(root.interrupted(), None);
            if ended {
                break;
            }
        }
        assert!(outcomes[0] > 5 && outcomes[1] > 5, "{outcomes:?}");
    }

    #[test]
    fn a_file_that_was_edited_after_a_kill_is_not_replaced() {
        for steps in 0.. {
            let (_directory, root, change) = project();
            if killed_after(steps, || drop(root.take_turn().expect("free").make(&change))) {
                break;
            }
            fs::write(root.place.join("a"), "mine\n").expect("written");
            match root.take_turn() {
                // It was not committed, or it was done.
                Ok(_) => {}
                Err(Error::Moved { paths, is_half }) => assert_eq!((paths, is_half), (vec!["a".to_owned()], true)),
                Err(error) => panic!("{error:?}"),
            }
            assert_eq!(fs::read(root.place.join("a")).expect("there"), b"mine\n");
        }
    }

    #[test]
    fn a_change_that_was_decided_for_other_files_is_not_made() {
        let (_directory, root, change) = project();
        fs::write(root.place.join("c/d"), "mine\n").expect("written");
        let before = files(&root);
        let made = root.take_turn().expect("free").make(&change);
        assert!(matches!(made, Err(Error::Moved { is_half: false, .. })));
        assert_eq!(files(&root), before);
    }

    #[test]
    fn two_runs_never_change_a_project_at_once() {
        let (_directory, root, _) = project();
        let turn = root.take_turn().expect("free");
        assert!(matches!(root.take_turn(), Err(Error::InUse)));
        drop(turn);
        root.take_turn().expect("free again");
    }

    #[test]
    fn the_last_ten_changes_are_kept() {
        let (_directory, root, change) = project();
        root.take_turn().expect("free").make(&change).expect("made");
        for _ in 0..KEPT + 2 {
            let last = root.history().expect("readable").pop().expect("one");
            root.take_turn().expect("free").make(&inverse(&last)).expect("made");
        }
        let numbers: Vec<u32> = root.history().expect("readable").iter().map(|made| made.number).collect();
        assert_eq!(numbers, (4..=13).collect::<Vec<_>>());
    }
}
