//! A copy of a project with other files, for a check before a change is made.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

use camino::Utf8Path;

use super::{Root, refused, within};
use crate::error::Error;
use crate::merge::Files;

/// The folder of the copy: git and searches leave it out, and the files that cargo searches for above it are found.
const COPY: &str = ".restwell/undo/check";

/// A copy, removed when it is dropped.
#[derive(Debug)]
pub struct Copy(PathBuf);

impl Root {
    /// Writes `files` into an empty folder, with links to what a listing of the project leaves out.
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
        for path in self.left_out()? {
            self.link(&copy.0, &path).map_err(refused("copy", path))?;
        }
        Ok(copy)
    }

    /// Links to a path of the project, or below a directory that the copy has to what is in it. Files of the copy stay.
    fn link(&self, copy: &Path, path: &Utf8Path) -> io::Result<()> {
        let (from, place) = (self.place.join(path), copy.join(path));
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Ok(()),
            Err(_) => {
                fs::create_dir_all(place.parent().unwrap_or(copy))?;
                // A link inside of the project leads to the file of the copy.
                let to = fs::read_link(&from).ok().filter(|to| is_inside(path, to)).unwrap_or(from);
                return symlink(to, place);
            }
        }
        for entry in from.read_dir()? {
            let name = entry?.file_name().into_string();
            name.map_or(Ok(()), |name| self.link(copy, &path.join(name)))?;
        }
        Ok(())
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

/// Whether the target of a link is a relative one in the project.
fn is_inside(link: &Utf8Path, to: &Path) -> bool {
    let folder = link.parent().unwrap_or("".into());
    Utf8Path::from_path(to).is_some_and(|to| within(folder, to).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::File;

    #[test]
    fn what_a_listing_leaves_out_is_linked() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |path: &str| directory.path().join(path);
        for folder in ["sub/.git", "sub/ops"] {
            fs::create_dir_all(at(folder)).expect("made");
        }
        for path in ["a.md", "sub/b.md", "sub/ops/c.md", "sub/ops/d.md"] {
            fs::write(at(path), "old").expect("written");
        }
        fs::write(at("large"), vec![0; 2 << 20]).expect("written");
        symlink("../b.md", at("sub/ops/outer")).expect("linked");
        symlink("a.md", at("inner")).expect("linked");
        symlink("../elsewhere", at("away")).expect("linked");
        let root = Root::at(directory.path().to_owned());
        let new = File { bytes: b"new".into(), executable: false };
        let files = ["a.md", "sub/ops/c.md"].map(|path| (path.into(), new.clone()));
        let copy = root.copy(&files.into()).expect("copied");
        assert_eq!(copy.read("large").expect("there").len(), 2 << 20);
        for (path, text) in [
            ("inner", "new"),
            ("sub/b.md", "old"),
            ("sub/ops/c.md", "new"),
            ("sub/ops/d.md", "old"),
            ("sub/ops/outer", "old"),
        ] {
            assert_eq!(copy.read(path).expect("there"), text.as_bytes(), "{path}");
        }
        assert_eq!(fs::read_link(copy.path().join("away")).expect("a link"), at("away"));
        drop(copy);
        assert_eq!(fs::read(at("sub/ops/c.md")).expect("there"), b"old");
        assert!(at("large").is_file() && at("sub/b.md").is_file());
    }
}
