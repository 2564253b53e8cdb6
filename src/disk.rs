//! The only module that uses `std::fs`: inspects the target and writes a [`Tree`] there.
//!
//! A new target is staged in a directory beside it and renamed, so it is absent or complete at every moment. In an
//! existing directory each file is linked into place and never replaces one, except the files listed under `--force`, of
//! which a copy is kept. Nothing is written through a symbolic link. The files of a new project are not synced: a kill
//! loses nothing by that, and after a power cut the command can be run again. `journal` syncs those of a change.

mod copy;
mod journal;
mod listing;
mod place;
mod project;
mod stage;
mod surroundings;
mod text;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use rustix::fs::{Access, AtFlags, CWD, accessat};

use crate::error::{Done, Error, Obstacle, Occupant};
use crate::git;
use crate::interrupt;
use crate::tree::Tree;

pub use copy::Copy;
#[cfg(test)]
pub(crate) use journal::killed_after;
pub use journal::{Change, ChangeKind, History, Made, Sides, Turn};
pub use place::Found;
pub use project::{Content, Root, within};
pub use surroundings::Surroundings;
pub use text::{TextFile, read_answers};

use place::Placement;
use stage::Staging;
use text::read_bounded;

/// The target of a project and its state.
#[derive(Clone, Debug)]
pub struct Site {
    /// The path as typed.
    pub path: Utf8PathBuf,
    /// The same without a trailing slash. All access uses this path, so the directories above it need not be UTF-8.
    place: Utf8PathBuf,
    /// The absolute path, with links and `..` resolved.
    pub real: PathBuf,
    /// Its state.
    pub state: State,
}

/// The state of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It does not exist.
    Absent,
    /// A directory.
    Directory {
        /// The sorted names in it, except `.git` and staging folders.
        holds: Vec<String>,
        /// The traces of other runs in it.
        traces: Traces,
    },
}

/// Traces of other runs in an existing directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traces {
    /// None.
    None,
    /// Another run is writing there now.
    Running,
    /// A run was killed while writing; its receipt, `restwell.toml`, if it was written.
    Unfinished(Option<String>),
}

/// Makes a directory a git repository; the error is the reason in one clause.
pub type Init = fn(&Utf8Path) -> Result<(), String>;

/// What writing a tree changes in an existing directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The files that are replaced, each with a free name for its copy.
    pub replaced: Vec<Replaced>,
}

impl Changes {
    /// The files that are replaced, by their paths inside the target.
    pub fn names(&self) -> Vec<String> {
        self.replaced.iter().map(|replaced| replaced.path.to_string()).collect()
    }
}

/// A file of the user that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Its path inside the target.
    pub path: Utf8PathBuf,
    /// The path of its copy inside the target.
    pub kept: Utf8PathBuf,
}

fn refused(action: &'static str, path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |source| Error::Io { action, path, source, done: Done::Nothing }
}

impl Site {
    /// Inspects a target.
    ///
    /// # Errors
    /// [`Error::InTheWay`] if it is a file or a link, [`Error::Io`] if it cannot be inspected.
    pub fn survey(path: &Utf8Path) -> Result<Self, Error> {
        // With a trailing slash the link would be followed.
        let place: Utf8PathBuf = path.components().collect();
        let in_the_way = |what| Err(Error::InTheWay { path: path.to_owned(), what });
        let state = match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => State::Absent,
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(file_above(path)),
            Err(error) => return Err(refused("look at", path)(error)),
            Ok(found) if found.is_symlink() => return in_the_way(Obstacle::Link),
            Ok(found) if !found.is_dir() => return in_the_way(Obstacle::File),
            Ok(_) => look_inside(&place).map_err(refused("look into", path))?,
        };
        let (above, missing) = match state {
            State::Absent => anchor(&place),
            State::Directory { .. } => (place.as_path(), Utf8Path::new("")),
        };
        // `x/../a` exists only if `x` does.
        if missing.components().any(|part| part == Utf8Component::ParentDir) {
            return Err(refused("find", path)(ErrorKind::NotFound.into()));
        }
        let leads_nowhere = |path: &&Utf8Path| fs::metadata(path).is_err() && fs::symlink_metadata(path).is_ok();
        if let Some(link) = place.ancestors().skip(1).find(leads_nowhere) {
            return Err(Error::InTheWay { path: link.to_owned(), what: Obstacle::DanglingLink });
        }
        let mut real = fs::canonicalize(above).map_err(refused("find", path))?;
        real.extend(missing.components());
        Ok(Self { path: path.to_owned(), place, real, state })
    }

    /// Whether permissions or a read-only file system prevent [`Self::create`], as far as that is known before it is tried.
    ///
    /// # Errors
    /// The [`Error::Io`] of `create`.
    pub fn check_writable(&self) -> Result<(), Error> {
        let (beside, _) = self.staging_place();
        let found = accessat(CWD, beside.as_std_path(), Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
        found.map_err(|errno| refused("create", &self.path)(errno.into()))
    }

    /// The directory in which the project is staged, and the path of the project from there.
    fn staging_place(&self) -> (&Utf8Path, &Utf8Path) {
        match self.state {
            State::Absent => anchor(&self.place),
            State::Directory { .. } => (self.place.as_path(), Utf8Path::new(stage::IN_PLACE)),
        }
    }

    /// The last part of the real path, if it is UTF-8.
    pub fn file_name(&self) -> Option<&str> {
        self.real.file_name()?.to_str()
    }

    /// Whether the target itself is a git repository.
    pub fn is_repository(&self) -> bool {
        surroundings::is_repository(self.place.as_std_path())
    }

    /// Whether the target has a `.git` that is not a repository and not an empty directory.
    pub fn has_other_git(&self) -> bool {
        let at = self.place.join(git::FOLDER);
        let is_empty = || fs::read_dir(&at).is_ok_and(|mut entries| entries.next().is_none());
        fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink() || !is_empty()) && !self.is_repository()
    }

    /// The text of a file in the target, if it exists and is small.
    pub fn read(&self, path: &str) -> Option<String> {
        let path = self.place.join(path);
        let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        is_file.then(|| fs::File::open(path).and_then(read_bounded).ok()).flatten()
    }

    /// Compares the file at a path inside the target with the content for it.
    ///
    /// # Errors
    /// [`Error::InTheWay`] if there is something other than a file.
    pub fn look(&self, path: &Utf8Path, bytes: &[u8]) -> Result<Found, Error> {
        place::look(self, path, bytes)
    }

    /// What writing `tree` here would change. A dry run reports the same.
    ///
    /// # Errors
    /// [`Error::InTheWay`] if there is something that is never replaced.
    pub fn compare(&self, tree: &Tree) -> Result<Changes, Error> {
        match self.state {
            State::Absent => Ok(Changes::default()),
            State::Directory { .. } => place::compare(self, tree),
        }
    }

    /// Writes `tree` here. `init` runs in the staged project, before that is moved into place; the reason of its failure
    /// is returned.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Occupied`] or [`Error::Interrupted`]; the target is then unchanged.
    pub fn create(&self, tree: &Tree, changes: &Changes, init: Option<Init>) -> Result<Option<String>, Error> {
        let _shield = interrupt::hold();
        let _turn = self.take_turn()?;
        let (beside, missing) = self.staging_place();
        stage::sweep(beside);
        let staging = Staging::open(beside, missing).map_err(refused("create", &self.path))?;
        staging.fill(tree, &self.path)?;
        let failed = init.and_then(|init| init(&staging.project()).err());
        if failed.is_some() {
            // A partial repository, if any.
            let _ = fs::remove_dir_all(staging.project().join(git::FOLDER));
        }
        stop_if_requested()?;
        match self.state {
            State::Absent => staging.publish(beside).map_err(|source| self.late(source))?,
            State::Directory { .. } => Placement::new(self, &staging).place(tree, changes)?,
        }
        interrupt::claim_exit();
        Ok(failed)
    }

    /// Locks an existing directory while the returned file is open, so that only one run writes into it. Then checks that
    /// nothing has appeared in it since the survey.
    fn take_turn(&self) -> Result<Option<fs::File>, Error> {
        let State::Directory { holds, .. } = &self.state else { return Ok(None) };
        let occupied = |by| Err(Error::Occupied { path: self.path.clone(), by });
        // Without locks in the file system, conflicts are detected file by file.
        let turn = fs::File::open(&self.place).ok();
        if turn.as_ref().is_some_and(|turn| matches!(turn.try_lock(), Err(fs::TryLockError::WouldBlock))) {
            return occupied(Occupant::Run);
        }
        match look_inside(&self.place).map_err(refused("look into", &self.path))? {
            State::Directory { holds: now, .. } if holds.is_empty() && !now.is_empty() => {
                occupied(Occupant::Files(now))
            }
            State::Directory { .. } | State::Absent => Ok(turn),
        }
    }

    /// The error if the target appeared after the survey.
    fn late(&self, source: io::Error) -> Error {
        match source.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => {
                Error::Occupied { path: self.path.clone(), by: Occupant::Program }
            }
            ErrorKind::NotADirectory => Error::InTheWay { path: self.path.clone(), what: Obstacle::File },
            _ => refused("create", &self.path)(source),
        }
    }
}

/// The deepest existing directory above `place`, and the rest of the path below it.
fn anchor(place: &Utf8Path) -> (&Utf8Path, &Utf8Path) {
    let exists = |path: &&Utf8Path| fs::metadata(path).is_ok();
    let here = if place.is_absolute() { "/" } else { "." };
    let above = place.ancestors().skip(1).find(exists).unwrap_or(here.into());
    (above, place.strip_prefix(above).unwrap_or(place))
}

fn stop_if_requested() -> Result<(), Error> {
    if interrupt::requested() { Err(Error::Interrupted) } else { Ok(()) }
}

fn file_above(path: &Utf8Path) -> Error {
    let is_file = |path: &&Utf8Path| fs::metadata(path).is_ok_and(|found| !found.is_dir());
    let path = path.ancestors().find(is_file).unwrap_or(path).to_owned();
    Error::InTheWay { path, what: Obstacle::File }
}

fn look_inside(directory: &Utf8Path) -> io::Result<State> {
    let mut holds = Vec::new();
    let mut traces = Traces::None;
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        match name.as_str() {
            // A repository without files is an empty target.
            git::FOLDER => {}
            _ if !stage::is_holder(&name) => holds.push(name),
            _ if traces == Traces::Running => {}
            _ => traces = stage::trace(&directory.join(name)),
        }
    }
    holds.sort();
    Ok(State::Directory { holds, traces })
}
