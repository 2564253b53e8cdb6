//! The only file that names `std::fs`, with what is below it: looks at the target and puts a [`Tree`] there.
//!
//! A target that does not exist is written beside and renamed into place, so it is absent or complete whatever happens.
//! In a directory that exists each file is put in place without ever replacing one, except those that `--force` named,
//! which are kept beside. Nothing is written through a symbolic link. No file is synced one by one: a killed program
//! loses nothing by that, and a power cut costs a command that can be run again.

mod place;
mod stage;

use std::fs;
use std::io::{self, ErrorKind, Read};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::error::{Error, Obstacle};
use crate::git;
use crate::interrupt;
use crate::tree::Tree;

use place::Placement;
use stage::Staging;

/// An answers file is a few lines; this keeps `/dev/zero` from being read for ever.
const ANSWERS_LIMIT: u64 = 1 << 20;

/// Where a project goes, and what is there now.
#[derive(Clone, Debug)]
pub struct Site {
    /// The path as typed.
    pub path: Utf8PathBuf,
    /// The path from the root, without a final slash.
    pub absolute: Utf8PathBuf,
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
        /// Whether a run that was killed left its staging folder.
        unfinished: bool,
    },
}

/// Makes a directory a repository, or says why it could not.
pub type Init = fn(&Utf8Path) -> Result<(), String>;

/// A repository or workspace that the target would be inside of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The nearest directory with a `.git`.
    pub repository: Option<Utf8PathBuf>,
    /// The nearest directory that is the root of a cargo workspace.
    pub workspace: Option<Utf8PathBuf>,
}

/// What writing a tree changes in a directory that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are replaced, and the free name under which each is kept.
    pub replaced: Vec<Replaced>,
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

/// The text of an answers file.
///
/// # Errors
/// What the operating system says; a file that is too large or not text is an error too.
pub fn read_answers(path: &Utf8Path) -> io::Result<String> {
    if path == "-" { read_bounded(io::stdin()) } else { read_bounded(fs::File::open(path)?) }
}

fn read_bounded(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let length = source.take(ANSWERS_LIMIT + 1).read_to_string(&mut text)?;
    if length as u64 > ANSWERS_LIMIT {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is larger than a megabyte"));
    }
    Ok(text)
}

impl Site {
    /// Looks at a target.
    ///
    /// # Errors
    /// [`Error::InTheWay`] if it is a file or a link, [`Error::Io`] if it cannot be looked at.
    pub fn survey(path: &Utf8Path) -> Result<Self, Error> {
        let absolute = camino::absolute_utf8(path).map_err(refused("find", path))?;
        // A final slash would have the link looked through.
        let absolute: Utf8PathBuf = absolute.components().collect();
        let in_the_way = |what| Err(Error::InTheWay { path: path.to_owned(), what });
        let state = match fs::symlink_metadata(&absolute) {
            Err(error) if error.kind() == ErrorKind::NotFound => State::Absent,
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(file_above(path)),
            Err(error) => return Err(refused("look at", path)(error)),
            Ok(found) if found.is_symlink() => return in_the_way(Obstacle::Link),
            Ok(found) if !found.is_dir() => return in_the_way(Obstacle::File),
            Ok(_) => look_inside(&absolute).map_err(refused("look into", path))?,
        };
        let site = Self { path: path.to_owned(), absolute, state };
        // `x/../a` is a place only where there is an `x`.
        if site.state == State::Absent && site.anchor().1.components().any(|part| part == Utf8Component::ParentDir) {
            return Err(refused("find", path)(ErrorKind::NotFound.into()));
        }
        Ok(site)
    }

    /// What lies around the target.
    pub fn surroundings(&self) -> Surroundings {
        let parents = || self.absolute.ancestors().skip(1);
        Surroundings {
            repository: parents().find(|path| has_repository(path)).map(Utf8Path::to_owned),
            workspace: parents().find(|path| is_workspace(path)).map(Utf8Path::to_owned),
        }
    }

    /// Whether the target is a repository itself.
    pub fn is_repository(&self) -> bool {
        has_repository(&self.absolute)
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
    /// [`Error::Io`] or [`Error::Interrupted`]; the target is then as it was.
    pub fn create(&self, tree: &Tree, changes: &Changes, init: Option<Init>) -> Result<Option<String>, Error> {
        let _shield = interrupt::hold();
        let (beside, missing) = match self.state {
            State::Absent => self.anchor(),
            State::Directory { .. } => (self.absolute.as_path(), Utf8Path::new("project")),
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
        interrupt::claim_the_end();
        Ok(failed)
    }

    /// The deepest directory above the target that exists, and the rest of the path below it.
    fn anchor(&self) -> (&Utf8Path, &Utf8Path) {
        let exists = |path: &&Utf8Path| fs::metadata(path).is_ok();
        let beside = self.absolute.ancestors().skip(1).find(exists).unwrap_or("/".into());
        (beside, self.absolute.strip_prefix(beside).unwrap_or(&self.absolute))
    }

    /// Someone else made the target after it was looked at.
    fn late(&self, source: io::Error) -> Error {
        match source.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => {
                Error::Occupied { path: self.path.clone(), holds: Vec::new(), typed: None }
            }
            ErrorKind::NotADirectory => Error::InTheWay { path: self.path.clone(), what: Obstacle::File },
            _ => refused("create", &self.path)(source),
        }
    }
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
    let mut unfinished = false;
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        match name.as_str() {
            // A repository without a file in it is a place for a project.
            git::FOLDER => {}
            _ if stage::is_holder(&name) => unfinished = true,
            _ => holds.push(name),
        }
    }
    holds.sort();
    Ok(State::Directory { holds, unfinished })
}

fn has_repository(directory: &Utf8Path) -> bool {
    fs::symlink_metadata(directory.join(git::FOLDER)).is_ok()
}

fn is_workspace(directory: &Utf8Path) -> bool {
    let path = directory.join("Cargo.toml");
    // Opening anything but a file, a named pipe say, could wait for ever.
    let is_file = fs::metadata(&path).is_ok_and(|found| found.is_file());
    let manifest = is_file.then(|| fs::File::open(path).and_then(read_bounded).ok()).flatten();
    manifest.is_some_and(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
}
