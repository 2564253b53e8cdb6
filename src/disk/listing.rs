//! The files of a project, without those of git, of restwell and of caches such as `target`, without large ones, and
//! without other checkouts: a worktree, a submodule, or a project of its own below the root.

use std::fs::{self, Metadata};
use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Content, Root, refused};
use crate::base::BASE;
use crate::error::Error;
use crate::git;
use crate::merge::Files;
use crate::tree::BASE_FOLDER;

/// Files larger than this are never files of restwell: pictures, dumps.
const LIMIT: u64 = 1 << 20;

/// The file that marks a folder as one of caches, such as `target`.
const CACHE_TAG: &str = "CACHEDIR.TAG";

impl Root {
    /// The files of the project.
    ///
    /// # Errors
    /// [`Error::Io`] if one cannot be read.
    pub fn files(&self) -> Result<Files, Error> {
        self.files_with(&[])
    }

    /// The files of the project, and those of `known` that are in another checkout.
    ///
    /// # Errors
    /// [`Error::Io`] if one cannot be read, except for a directory or file in which nothing is known: it is left out.
    pub fn files_with(&self, known: &[&Utf8Path]) -> Result<Files, Error> {
        Ok(self.walk(known)?.files)
    }

    /// What a listing leaves out and a build may need: other checkouts, links and large files.
    pub(super) fn left_out(&self) -> Result<Vec<Utf8PathBuf>, Error> {
        Ok(self.walk(&[])?.left)
    }

    fn walk<'a>(&'a self, known: &'a [&'a Utf8Path]) -> Result<Walk<'a>, Error> {
        let open = vec![Utf8PathBuf::new()];
        let mut walk = Walk { root: self, known, open, files: Files::new(), left: Vec::new() };
        while let Some(folder) = walk.open.pop() {
            let entered = walk.enter(&folder);
            walk.unless_left_out(&folder, entered)?;
        }
        Ok(walk)
    }
}

/// A listing that is being made.
struct Walk<'a> {
    root: &'a Root,
    known: &'a [&'a Utf8Path],
    /// The directories that are not yet listed.
    open: Vec<Utf8PathBuf>,
    files: Files,
    /// Other checkouts, links and large files.
    left: Vec<Utf8PathBuf>,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Utf8Path) -> Result<(), Error> {
        let entries = fs::read_dir(self.root.place.join(folder)).map_err(refused("look into", folder))?;
        for entry in entries {
            let entry = entry.map_err(refused("look into", folder))?;
            // A file of restwell has a name that is text.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = folder.join(name);
            let found = entry.metadata().map_err(refused("look at", &path));
            let visited = found.and_then(|found| self.visit(&path, &found));
            self.unless_left_out(&path, visited)?;
        }
        Ok(())
    }

    fn visit(&mut self, path: &Utf8Path, found: &Metadata) -> Result<(), Error> {
        if found.is_dir() {
            let is_own = path == git::FOLDER || path == BASE_FOLDER || self.has(path, CACHE_TAG);
            match [git::FOLDER, BASE].iter().any(|mark| self.has(path, mark)) {
                _ if is_own => {}
                true => self.pass(path)?,
                false => self.open.push(path.to_owned()),
            }
        } else if found.is_file() && found.len() <= LIMIT {
            self.read(path)?;
        } else if found.is_file() || found.is_symlink() {
            self.left.push(path.to_owned());
        }
        Ok(())
    }

    /// Passes by another checkout: only what restwell wrote there is of this project.
    fn pass(&mut self, checkout: &Utf8Path) -> Result<(), Error> {
        self.left.push(checkout.to_owned());
        let known = self.known;
        known.iter().filter(|path| path.starts_with(checkout)).try_for_each(|path| self.read(path))
    }

    fn unless_left_out(&self, path: &Utf8Path, listed: Result<(), Error>) -> Result<(), Error> {
        match listed {
            Err(Error::Io { source, .. }) if is_left_out(source.kind(), path, self.known) => Ok(()),
            listed => listed,
        }
    }

    fn read(&mut self, path: &Utf8Path) -> Result<(), Error> {
        if let Content::File(file) = self.root.read(path)? {
            self.files.insert(path.to_owned(), file);
        }
        Ok(())
    }

    fn has(&self, folder: &Utf8Path, name: &str) -> bool {
        fs::symlink_metadata(self.root.place.join(folder).join(name)).is_ok()
    }
}

/// Whether a path is left out that cannot be read: that of another user, such as the data of a server.
fn is_left_out(kind: ErrorKind, path: &Utf8Path, known: &[&Utf8Path]) -> bool {
    let is_root = path.as_str().is_empty();
    kind == ErrorKind::PermissionDenied && !is_root && !known.iter().any(|known| known.starts_with(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(paths: &[&str]) -> (tempfile::TempDir, Root) {
        let directory = tempfile::tempdir().expect("a directory");
        for path in paths {
            let place = directory.path().join(path);
            fs::create_dir_all(place.parent().expect("a parent")).expect("made");
            fs::write(place, "text\n").expect("written");
        }
        let root = Root::at(directory.path().to_owned());
        (directory, root)
    }

    fn paths(files: Files) -> Vec<String> {
        files.into_keys().map(Utf8PathBuf::into_string).collect()
    }

    #[test]
    fn other_checkouts_are_left_out_except_for_known_files() {
        let (_directory, root) = project(&[
            ".git/HEAD",
            ".restwell/base",
            "a.md",
            "ops/.restwell/note",
            "sub/a.md",
            "sub/worktree/.git",
            "sub/worktree/docs/a.md",
            "clone/.git/HEAD",
            "clone/docs/a.md",
            "clone/docs/b.md",
            "services/other/.restwell/base",
            "services/other/a.md",
        ]);
        assert_eq!(paths(root.files().expect("readable")), ["a.md", "ops/.restwell/note", "sub/a.md"]);
        let known = ["clone/docs/a.md", "clone/docs/c.md", "a.md"].map(Utf8Path::new);
        let expected = ["a.md", "clone/docs/a.md", "ops/.restwell/note", "sub/a.md"];
        assert_eq!(paths(root.files_with(&known).expect("readable")), expected);
    }

    #[test]
    fn what_cannot_be_read_is_left_out_unless_a_known_file_is_there() {
        let known = ["ops/alerts/http.yml", "README.md"].map(Utf8Path::new);
        let is_left_out = |kind, path: &str| is_left_out(kind, path.into(), &known);
        let denied = ErrorKind::PermissionDenied;
        assert!(is_left_out(denied, "pgdata") && is_left_out(denied, "ops/data") && is_left_out(denied, "op"));
        assert!(!is_left_out(denied, "") && !is_left_out(denied, "ops") && !is_left_out(denied, "README.md"));
        assert!(!is_left_out(ErrorKind::Other, "pgdata"));
    }
}
