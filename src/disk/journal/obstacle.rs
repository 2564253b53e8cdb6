//! What prevents a change, found before its commit point: after it, the next commands would stop with the same error.

use std::collections::BTreeSet;

use camino::Utf8Path;
use rustix::fs::{Access, access};

use super::super::{Content, Root, refused};
use super::{Change, Turn};
use crate::error::Error;

impl Turn<'_> {
    /// Every file is what it was when the change was decided, and can be written or removed.
    pub(super) fn check(&self, change: &Change) -> Result<(), Error> {
        let mut moved = Vec::new();
        for (path, sides) in &change.files {
            let is_old = match self.root.read(path)? {
                Content::Other { .. } if sides.new.is_none() => false,
                content => content.into_file()? == sides.old,
            };
            if !is_old {
                moved.push(path.to_string());
            }
        }
        if !moved.is_empty() {
            return Err(Error::Moved { paths: moved, is_half: false });
        }
        let folders: BTreeSet<&Utf8Path> = change.files.keys().map(|path| self.root.folder(path)).collect();
        folders.into_iter().try_for_each(|folder| self.root.check_folder(folder))
    }
}

impl Root {
    /// The deepest existing directory above a path.
    fn folder<'a>(&self, path: &'a Utf8Path) -> &'a Utf8Path {
        path.ancestors().skip(1).find(|folder| self.place.join(folder).is_dir()).unwrap_or(Utf8Path::new(""))
    }

    /// Whether entries can be added to a directory and removed from it.
    fn check_folder(&self, folder: &Utf8Path) -> Result<(), Error> {
        let shown = if folder.as_str().is_empty() { Utf8Path::new(".") } else { folder };
        access(self.place.join(folder), Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|error| refused("write into", shown)(error.into()))
    }
}
