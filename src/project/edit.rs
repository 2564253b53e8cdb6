//! The edits of the user since the base.

use camino::{Utf8Path, Utf8PathBuf};

use super::format::{self, Formatter};
use super::mine::without_files;
use super::{Patch, Project};
use crate::base::Entry;
use crate::disk::Content;
use crate::error::Error;
use crate::merge::{File, find_migration, is_migration, migration_place, with_lf};
use crate::tree::{RECEIPT, Tree, sha256};

/// A file that differs from the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What differs.
    pub kind: Kind,
    /// Both sides. The old one is missing if only its hash is known.
    pub patch: Patch,
}

/// How a file differs from the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Its content, and maybe its mode.
    Edited,
    /// Only its mode.
    Mode,
    /// It is not there.
    Deleted,
    /// It is not a file.
    NoFile,
}

impl Kind {
    /// The word in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Mode => "mode",
            Self::Deleted => "deleted",
            Self::NoFile => "not a file",
        }
    }
}

impl Project {
    /// Every file of the base that the user changed. Line ends that git converted are no edit, nor is the number that a
    /// migration got, nor the format of Rust in a project that configures rustfmt for itself. A file that stays away is
    /// compared with `render`: what was applied is not kept.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn edits(&self, render: &Tree) -> Result<Vec<Edit>, Error> {
        let mut edits = Vec::new();
        for (path, entry) in &self.base.entries {
            let away = render.get(path).filter(|_| *entry == Entry::Gone);
            let (hash, executable) = match (entry.state(), away) {
                (Some((hash, executable)), _) => (hash.to_owned(), executable),
                (None, Some(file)) => (file.sha256(), file.executable),
                (None, None) => continue,
            };
            let old = match away {
                Some(file) => Some(rendered(file)),
                None => self.applied(path, render)?,
            };
            let place = self.place(path, entry, old.as_ref())?;
            let (kind, new) = match self.root.read(&place)? {
                Content::Nothing => (Kind::Deleted, None),
                Content::Other { .. } => (Kind::NoFile, None),
                Content::File(file) if path == RECEIPT && is_receipt(&file, &hash) => continue,
                Content::File(file) if !has_hash(&file, &hash) => (Kind::Edited, Some(file)),
                Content::File(file) if file.executable != executable => (Kind::Mode, Some(file)),
                Content::File(_) => continue,
            };
            edits.push(Edit { kind, patch: Patch { path: place, old, new } });
        }
        if !edits.iter().any(|edit| edit.kind == Kind::Edited && format::is_rust(&edit.patch.path)) {
            return Ok(edits);
        }
        let formatter = Formatter::of_own_style(self, render)?;
        Ok(match formatter {
            Some(formatter) => formatter.without_format(&edits),
            None => edits,
        })
    }

    /// The path in the project: a migration may have got another number. One that stays away was deleted, and another
    /// of its name is not an edit of it.
    fn place(&self, path: &Utf8Path, entry: &Entry, applied: Option<&File>) -> Result<Utf8PathBuf, Error> {
        let is_elsewhere = is_migration(path) && self.root.read(path)? == Content::Nothing;
        let Some(file) = applied.filter(|_| is_elsewhere) else { return Ok(path.to_owned()) };
        let files = self.files()?;
        let place = match entry {
            Entry::Gone => find_migration(path, file, &files).map(Utf8PathBuf::as_path),
            Entry::Hash { .. } | Entry::Text { .. } => migration_place(path, file, &files),
        };
        Ok(place.unwrap_or(path).to_owned())
    }

    /// What `render` has that the base does not have, or has with another content. Files that the user deleted stay away.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn upstream(&self, render: &Tree) -> Result<Vec<Patch>, Error> {
        let mut patches = Vec::new();
        for (path, file) in render.files() {
            let entry = self.base.entries.get(path);
            let is_same = entry.is_some_and(|entry| match entry.state() {
                Some(state) => state == (file.sha256().as_str(), file.executable),
                None => true,
            });
            if !is_same {
                let new = Some(rendered(file));
                patches.push(Patch { path: path.to_owned(), old: self.applied(path, render)?, new });
            }
        }
        let removed = |(path, entry): &(&Utf8PathBuf, &Entry)| **entry != Entry::Gone && render.get(path).is_none();
        for (path, _) in self.base.entries.iter().filter(removed) {
            patches.push(Patch { path: path.clone(), old: self.applied(path, render)?, new: None });
        }
        patches.sort_by(|one, next| one.path.cmp(&next.path));
        Ok(patches)
    }
}

/// A file as it is rendered.
pub fn rendered(file: &crate::tree::File) -> File {
    File { bytes: file.bytes.clone(), executable: file.executable }
}

/// Whether a `restwell.toml` has this hash without its table about files.
fn is_receipt(file: &File, hash: &str) -> bool {
    let text = str::from_utf8(&file.bytes).ok().and_then(without_files);
    text.is_some_and(|text| has_hash(&File { bytes: text.into_bytes(), executable: file.executable }, hash))
}

/// Whether a file has this SHA-256, in hexadecimal; line ends that git converted are no difference.
pub fn has_hash(file: &File, hash: &str) -> bool {
    sha256(&file.bytes) == hash || sha256(&with_lf(file.bytes.clone())) == hash
}
