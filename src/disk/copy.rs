//! A copy of a project with other files, for a check before a change is made.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use camino::Utf8Path;

use super::{Root, refused};
use crate::error::Error;
use crate::merge::Files;

/// The folder of the copy: git and searches leave it out, and the files that cargo searches for above it are found.
const COPY: &str = ".restwell/undo/check";

/// A copy, removed when it is dropped.
#[derive(Debug)]
pub struct Copy(PathBuf);

impl Root {
    /// Writes `files` into an empty folder.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn copy(&self, files: &Files) -> Result<Copy, Error> {
        let copy = Copy(self.place.join(COPY));
        // Left by a run that was killed.
        let _ = fs::remove_dir_all(&copy.0);
        for (path, file) in files {
            let place = copy.0.join(path);
            let write = || {
                let parent = place.parent().unwrap_or(&copy.0);
                fs::DirBuilder::new().recursive(true).mode(0o777).create(parent)?;
                let mode = if file.executable { 0o777 } else { 0o666 };
                let mut written = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&place)?;
                written.write_all(&file.bytes)
            };
            write().map_err(refused("copy", path))?;
        }
        Ok(copy)
    }

    /// The place of a path of the project.
    pub fn path(&self, path: impl AsRef<Utf8Path>) -> PathBuf {
        self.place.join(path.as_ref())
    }
}

impl Copy {
    /// The bytes of a file of it.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn read(&self, path: impl AsRef<Utf8Path>) -> Result<Vec<u8>, Error> {
        fs::read(self.0.join(path.as_ref())).map_err(refused("read", path.as_ref()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next check.
        let _ = fs::remove_dir_all(&self.0);
    }
}
