//! A project on disk: its root and its files. Nothing is read through a symbolic link.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::{env, fs};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::refused;
use crate::base::BASE;
use crate::error::{Error, Obstacle};
use crate::merge::File;
use crate::tree::RECEIPT;

/// The root of a project: the nearest directory upwards that has a base.
#[derive(Clone, Debug)]
pub struct Root {
    pub(super) place: PathBuf,
    /// The working directory below the root.
    below: Utf8PathBuf,
}

/// What a project has at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// A file.
    File(File),
    /// Something that is not a file, or a path below something that is not a directory.
    Other {
        /// Where: the path or one above it.
        at: Utf8PathBuf,
        /// What is there.
        what: Obstacle,
    },
}

impl Content {
    /// The file, `None` if there is nothing.
    ///
    /// # Errors
    /// [`Error::InTheWay`] if no file can be written there.
    pub fn into_file(self) -> Result<Option<File>, Error> {
        match self {
            Self::Nothing => Ok(None),
            Self::File(file) => Ok(Some(file)),
            Self::Other { at, what } => Err(Error::InTheWay { path: at, what }),
        }
    }
}

/// A path relative to a folder of a project as one relative to the root; `None` if it leads out of the project.
pub fn within(folder: &Utf8Path, path: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut within = Utf8PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Utf8Component::Normal(name) => within.push(name),
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if within.pop() => {}
            Utf8Component::ParentDir | Utf8Component::RootDir | Utf8Component::Prefix(_) => return None,
        }
    }
    Some(within)
}

impl Root {
    /// The project around the working directory.
    ///
    /// # Errors
    /// [`Error::NoProject`] if there is none.
    pub fn find() -> Result<Self, Error> {
        Self::find_by(BASE)
    }

    /// The project around the working directory, whose base may be missing.
    ///
    /// # Errors
    /// [`Error::NoProject`] if there is none.
    pub fn find_without_base() -> Result<Self, Error> {
        Self::find_by(RECEIPT)
    }

    fn find_by(mark: &str) -> Result<Self, Error> {
        let here = env::current_dir().map_err(refused("find", "."))?;
        let has_mark = |place: &PathBuf| fs::symlink_metadata(place.join(mark)).is_ok_and(|found| found.is_file());
        let place = here.ancestors().map(ToOwned::to_owned).find(has_mark).ok_or(Error::NoProject)?;
        let below = here.strip_prefix(&place).ok().and_then(|below| Utf8PathBuf::from_path_buf(below.into()).ok());
        Ok(Self { place, below: below.ok_or(Error::NoProject)? })
    }

    /// A directory as a project.
    ///
    /// # Errors
    /// [`Error::Io`] if it is none.
    pub fn given(path: &Utf8Path) -> Result<Self, Error> {
        let place = fs::canonicalize(path).map_err(refused("look into", path))?;
        fs::read_dir(&place).map_err(refused("look into", path))?;
        Ok(Self { place, below: Utf8PathBuf::new() })
    }

    #[cfg(test)]
    pub(crate) fn at(place: PathBuf) -> Self {
        Self { place, below: Utf8PathBuf::new() }
    }

    #[cfg(test)]
    pub(crate) fn in_directory(below: &str) -> Self {
        Self { place: PathBuf::new(), below: below.into() }
    }

    /// The name of the directory.
    pub fn file_name(&self) -> Option<&str> {
        self.place.file_name()?.to_str()
    }

    /// A path relative to the working directory as one relative to the root; `None` if it is outside, or empty: an empty
    /// variable of a shell means no file, not all of them.
    pub fn inside(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        if path.as_str().is_empty() { None } else { within(&self.below, path) }
    }

    /// A path relative to the root as one relative to the working directory.
    pub fn relative(&self, path: &Utf8Path) -> Utf8PathBuf {
        let shared = self.below.components().zip(path.components()).take_while(|(one, other)| one == other).count();
        let up = self.below.components().skip(shared).map(|_| Utf8Component::ParentDir);
        let relative: Utf8PathBuf = up.chain(path.components().skip(shared)).collect();
        if relative.as_str().is_empty() { ".".into() } else { relative }
    }

    /// What is at a path.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read.
    pub fn read(&self, path: &Utf8Path) -> Result<Content, Error> {
        let parents: Vec<&Utf8Path> = path.ancestors().skip(1).filter(|parent| !parent.as_str().is_empty()).collect();
        for parent in parents.into_iter().rev() {
            match self.found(parent)? {
                None => return Ok(Content::Nothing),
                Some(found) if found.is_dir() => {}
                Some(found) => {
                    let what = if found.is_symlink() { Obstacle::Link } else { Obstacle::File };
                    return Ok(Content::Other { at: parent.to_owned(), what });
                }
            }
        }
        let what = match self.found(path)? {
            None => return Ok(Content::Nothing),
            Some(found) if found.is_file() => {
                let bytes = fs::read(self.place.join(path)).map_err(refused("read", path))?;
                return Ok(Content::File(File { bytes, executable: found.permissions().mode() & 0o100 != 0 }));
            }
            Some(found) if found.is_symlink() => Obstacle::Link,
            Some(found) if found.is_dir() => Obstacle::Directory,
            Some(_) => Obstacle::Special,
        };
        Ok(Content::Other { at: path.to_owned(), what })
    }

    /// What is at a path whose parents are directories.
    fn found(&self, path: &Utf8Path) -> Result<Option<fs::Metadata>, Error> {
        match fs::symlink_metadata(self.place.join(path)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            found => found.map(Some).map_err(refused("look at", path)),
        }
    }
}
