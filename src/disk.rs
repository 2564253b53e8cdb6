//! The only file that names `std::fs`, with what is below it: looks at the target and puts a [`Tree`] there.
//!
//! A target that does not exist is written beside and renamed into place, so it is absent or complete whatever happens.
//! In a directory that exists each file is put in place without ever replacing one, except those that `--force` named,
//! which are kept beside. Nothing is written through a symbolic link. No file is synced one by one: a killed program
//! loses nothing by that, and a power cut costs a command that can be run again.

mod place;
mod stage;
mod surroundings;
mod text;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::error::{Error, Obstacle, Occupant};
use crate::git;
use crate::interrupt;
use crate::tree::Tree;

pub use place::Found;
pub use surroundings::Surroundings;
pub use text::{TextFile, read_answers};

use place::Placement;
use stage::Staging;
use text::read_bounded;

/// Where a project goes, and what is there now.
#[derive(Clone, Debug)]
pub struct Site {
    /// The path as typed.
    pub path: Utf8PathBuf,
    /// The same without a final slash: what is read and written is named by it, so that nothing above it has to be text.
    place: Utf8PathBuf,
    /// Where that is, links and `..` resolved.
    pub real: PathBuf,
    /// What is there.
    pub state: State,
}

/// What is at a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// A directory.
    Directory {
        /// The names in it, but for `.git` and our own staging folders, sorted.
        holds: Vec<String>,
        /// What other runs have left or are doing in it.
        traces: Traces,
    },
}

/// What other runs have left in a directory that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traces {
    /// Nothing.
    None,
    /// A run is writing there now.
    Running,
    /// A run was killed while it wrote. Its receipt, `restwell.toml`, if it had come that far.
    Unfinished(Option<String>),
}

/// Makes a directory a repository, or says why it could not.
pub type Init = fn(&Utf8Path) -> Result<(), String>;

/// What writing a tree changes in a directory that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are replaced, and the free name under which each is kept.
    pub replaced: Vec<Replaced>,
}

impl Changes {
    /// The files that are replaced, by their paths inside the target.
    pub fn names(&self) -> Vec<String> {
        self.replaced.iter().map(|replaced| replaced.path.to_string()).collect()
    }
}

/// A file of the user's that gives way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Its path inside the target.
    pub path: Utf8PathBuf,
    /// Where it is kept, inside the target.
    pub kept: Utf8PathBuf,
}

fn refused(action: &'static str, path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |source| Error::Io { action, path, source }
}

impl Site {
    /// Looks at a target.
    ///
    /// # Errors
    /// [`Error::InTheWay`] if it is a file or a link, [`Error::Io`] if it cannot be looked at.
    pub fn survey(path: &Utf8Path) -> Result<Self, Error> {
        // A final slash would have the link looked through.
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
        // `x/../a` is a place only where there is an `x`.
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

    /// The last part of the real path, if it is text.
    pub fn file_name(&self) -> Option<&str> {
        self.real.file_name()?.to_str()
    }

    /// Whether the target is a repository itself.
    pub fn is_repository(&self) -> bool {
        surroundings::is_repository(self.place.as_std_path())
    }

    /// Whether something is in the place of a repository that is none, and is not to be replaced by one.
    pub fn has_other_git(&self) -> bool {
        let at = self.place.join(git::FOLDER);
        let is_empty = || fs::read_dir(&at).is_ok_and(|mut entries| entries.next().is_none());
        fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink() || !is_empty()) && !self.is_repository()
    }

    /// The text of a file in the target, if there is one and it is small.
    pub fn read(&self, path: &str) -> Option<String> {
        let path = self.place.join(path);
        let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        is_file.then(|| fs::File::open(path).and_then(read_bounded).ok()).flatten()
    }

    /// What is at a path inside the target, beside what a project would have there.
    ///
    /// # Errors
    /// [`Error::InTheWay`] where something stands that is no file.
    pub fn look(&self, path: &Utf8Path, bytes: &[u8]) -> Result<Found, Error> {
        place::look(self, path, bytes)
    }

    /// What writing `tree` here would change. A dry run asks the same, so both tell the same.
    ///
    /// # Errors
    /// [`Error::InTheWay`] where something stands that is not replaced.
    pub fn compare(&self, tree: &Tree) -> Result<Changes, Error> {
        match self.state {
            State::Absent => Ok(Changes::default()),
            State::Directory { .. } => place::compare(self, tree),
        }
    }

    /// Writes `tree` here. `init` may make the staged project a repository, before it is moved into place; why it could
    /// not is given back.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Occupied`] or [`Error::Interrupted`]; the target is then as it was.
    pub fn create(&self, tree: &Tree, changes: &Changes, init: Option<Init>) -> Result<Option<String>, Error> {
        let _shield = interrupt::hold();
        let _turn = self.take_turn()?;
        let (beside, missing) = match self.state {
            State::Absent => anchor(&self.place),
            State::Directory { .. } => (self.place.as_path(), Utf8Path::new(stage::IN_PLACE)),
        };
        stage::sweep(beside);
        let staging = Staging::open(beside, missing).map_err(refused("create", &self.path))?;
        staging.fill(tree, &self.path)?;
        let failed = init.and_then(|init| init(&staging.project()).err());
        if failed.is_some() {
            // What it left half-made; most often there is nothing.
            let _ = fs::remove_dir_all(staging.project().join(git::FOLDER));
        }
        stop_if_wanted()?;
        match self.state {
            State::Absent => staging.publish(beside).map_err(|source| self.late(source))?,
            State::Directory { .. } => Placement::new(self, &staging).place(tree, changes)?,
        }
        interrupt::claim_exit();
        Ok(failed)
    }

    /// Locks a directory that exists for as long as the file is open, so that of two runs only one writes into it, and
    /// looks again: what has appeared since the target was surveyed belongs to someone.
    fn take_turn(&self) -> Result<Option<fs::File>, Error> {
        let State::Directory { holds, .. } = &self.state else { return Ok(None) };
        let occupied = |by| Err(Error::Occupied { path: self.path.clone(), by });
        // A file system without locks has none to offer; then the files themselves decide, one by one.
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

    /// Someone else made the target after it was looked at.
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

/// The deepest directory above `place` that exists, and the rest of the path below it.
fn anchor(place: &Utf8Path) -> (&Utf8Path, &Utf8Path) {
    let exists = |path: &&Utf8Path| fs::metadata(path).is_ok();
    let here = if place.is_absolute() { "/" } else { "." };
    let above = place.ancestors().skip(1).find(exists).unwrap_or(here.into());
    (above, place.strip_prefix(above).unwrap_or(place))
}

fn stop_if_wanted() -> Result<(), Error> {
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
            // A repository without a file in it is a place for a project.
            git::FOLDER => {}
            _ if !stage::is_holder(&name) => holds.push(name),
            _ if traces == Traces::Running => {}
            _ => traces = stage::trace(&directory.join(name)),
        }
    }
    holds.sort();
    Ok(State::Directory { holds, traces })
}
