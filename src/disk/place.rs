//! Places a staged project into an existing directory, file by file, without losing a file of the user.
//!
//! A file is linked to its path, which fails if the path exists. A file that is to be replaced first gets a second name
//! and is then replaced in one step. Each step is recorded, and undone if a later one fails.

use std::fs;
use std::io::{self, ErrorKind};

use camino::{Utf8Path, Utf8PathBuf};

use super::stage::Staging;
use super::{Changes, Replaced, Site, refused, stop_if_requested};
use crate::error::{Error, Obstacle, Occupant};
use crate::git;
use crate::tree::Tree;

/// The extension of the copy of a replaced file: `Cargo.toml.before-restwell`.
const KEPT: &str = "before-restwell";

/// The result of comparing a path inside the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A file with the same bytes.
    Same,
    /// Another file.
    Other,
}

/// What writing `tree` changes. Fails at the first thing that is never replaced.
pub(super) fn compare(site: &Site, tree: &Tree) -> Result<Changes, Error> {
    let mut changes = Changes::default();
    for (path, file) in tree.files() {
        match look(site, path, &file.bytes)? {
            Found::Nothing | Found::Same => {}
            Found::Other => changes.replaced.push(Replaced { path: path.to_owned(), kept: free_name(site, path) }),
        }
    }
    Ok(changes)
}

pub(super) fn look(site: &Site, path: &Utf8Path, bytes: &[u8]) -> Result<Found, Error> {
    let in_the_way = |path: &Utf8Path, what| Err(Error::InTheWay { path: site.path.join(path), what });
    let parents: Vec<&Utf8Path> = path.ancestors().skip(1).filter(|parent| !parent.as_str().is_empty()).collect();
    for parent in parents.into_iter().rev() {
        match fs::symlink_metadata(site.place.join(parent)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(refused("look at", site.path.join(parent))(error)),
            Ok(found) if found.is_symlink() => return in_the_way(parent, Obstacle::Link),
            Ok(found) if !found.is_dir() => return in_the_way(parent, Obstacle::File),
            Ok(_) => {}
        }
    }
    let place = site.place.join(path);
    match fs::symlink_metadata(&place) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(refused("look at", site.path.join(path))(error)),
        Ok(found) if found.is_symlink() => in_the_way(path, Obstacle::Link),
        Ok(found) if found.is_dir() => in_the_way(path, Obstacle::Directory),
        Ok(found) if found.len() != bytes.len() as u64 => Ok(Found::Other),
        Ok(_) => {
            let there = fs::read(&place).map_err(refused("read", site.path.join(path)))?;
            Ok(if there == bytes { Found::Same } else { Found::Other })
        }
    }
}

fn free_name(site: &Site, path: &Utf8Path) -> Utf8PathBuf {
    let numbered = |number: u32| match number {
        1 => format!("{path}.{KEPT}"),
        _ => format!("{path}.{KEPT}-{number}"),
    };
    let is_free = |name: &String| fs::symlink_metadata(site.place.join(name)).is_err();
    (1..).map(numbered).find(is_free).map_or_else(|| format!("{path}.{KEPT}").into(), Utf8PathBuf::from)
}

/// A change made in the target.
enum Step {
    Directory(Utf8PathBuf),
    Tree(Utf8PathBuf),
    File(Utf8PathBuf),
    Replaced { at: Utf8PathBuf, kept: Utf8PathBuf },
}

/// The changes so far. If it is dropped before the last one, they are undone.
pub(super) struct Placement<'a> {
    site: &'a Site,
    staged: Utf8PathBuf,
    steps: Vec<Step>,
}

impl<'a> Placement<'a> {
    pub(super) fn new(site: &'a Site, staging: &Staging) -> Self {
        Self { site, staged: staging.project(), steps: Vec::new() }
    }

    /// Puts every file in its place.
    pub(super) fn place(mut self, tree: &Tree, changes: &Changes) -> Result<(), Error> {
        for (path, file) in tree.files() {
            stop_if_requested()?;
            let shown = self.site.path.join(path);
            let replaced = changes.replaced.iter().find(|replaced| replaced.path == path);
            // Compared again immediately before the change, since time has passed since the plan was shown.
            match (look(self.site, path, &file.bytes)?, replaced) {
                (Found::Same, _) => {}
                (Found::Nothing, _) => self.add(path).map_err(|error| self.late(path, error))?,
                (Found::Other, Some(replaced)) => self.replace(replaced).map_err(refused("replace", shown))?,
                (Found::Other, None) => return Err(self.appeared(path)),
            }
        }
        self.add_repository().map_err(refused("create", self.site.path.join(git::FOLDER)))?;
        self.steps.clear();
        Ok(())
    }

    /// A file that appeared after the plan was shown is never replaced.
    fn appeared(&self, path: &Utf8Path) -> Error {
        Error::Occupied { path: self.site.path.clone(), by: Occupant::Files(vec![path.to_string()]) }
    }

    fn late(&self, path: &Utf8Path, error: io::Error) -> Error {
        match error.kind() {
            ErrorKind::AlreadyExists => self.appeared(path),
            _ => refused("write", self.site.path.join(path))(error),
        }
    }

    fn add(&mut self, path: &Utf8Path) -> io::Result<()> {
        self.add_parents(path)?;
        let at = self.site.place.join(path);
        link(&self.staged.join(path), &at)?;
        self.steps.push(Step::File(at));
        Ok(())
    }

    fn add_parents(&mut self, path: &Utf8Path) -> io::Result<()> {
        let parents: Vec<&Utf8Path> = path.ancestors().skip(1).filter(|parent| !parent.as_str().is_empty()).collect();
        for parent in parents.into_iter().rev() {
            let at = self.site.place.join(parent);
            match fs::create_dir(&at) {
                Ok(()) => self.steps.push(Step::Directory(at)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn replace(&mut self, Replaced { path, kept }: &Replaced) -> io::Result<()> {
        let (at, kept) = (self.site.place.join(path), self.site.place.join(kept));
        link(&at, &kept)?;
        self.steps.push(Step::Replaced { at: at.clone(), kept });
        fs::rename(self.staged.join(path), at)
    }

    fn add_repository(&mut self) -> io::Result<()> {
        let (from, at) = (self.staged.join(git::FOLDER), self.site.place.join(git::FOLDER));
        if fs::symlink_metadata(&from).is_err() {
            return Ok(());
        }
        // A rename replaces an empty directory, and nothing else.
        fs::rename(from, &at)?;
        self.steps.push(Step::Tree(at));
        Ok(())
    }
}

impl Drop for Placement<'_> {
    fn drop(&mut self) {
        for step in self.steps.drain(..).rev() {
            // If a step cannot be undone, a generated file remains; a file of the user is never lost.
            let _ = match step {
                Step::Directory(at) => fs::remove_dir(at),
                Step::Tree(at) => fs::remove_dir_all(at),
                Step::File(at) => fs::remove_file(at),
                // If the file is not replaced yet, both names are the same file, and the rename does nothing.
                Step::Replaced { at, kept } => fs::rename(&kept, at).and_then(|()| fs::remove_file(kept)),
            };
        }
    }
}

/// Gives a file a second name, which must be free; copies it if the file system has no links.
fn link(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => copy(from, to),
        linked => linked,
    }
}

fn copy(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    let mut source = fs::File::open(from)?;
    let mut copy = fs::File::create_new(to)?;
    copy.set_permissions(source.metadata()?.permissions())?;
    match io::copy(&mut source, &mut copy) {
        Ok(_) => Ok(()),
        Err(error) => {
            let _ = fs::remove_file(to);
            Err(error)
        }
    }
}
