//! A change as data.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::merge::File;

/// A change of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The command, for the list of changes.
    pub title: String,
    /// Whether it takes other changes back.
    pub kind: ChangeKind,
    /// What each file was when the change was decided, and what it becomes.
    pub files: BTreeMap<Utf8PathBuf, Sides>,
}

impl Change {
    /// This change and one after it as one change. A file that is in the end what it was before is no part of it.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.title = if self.title.is_empty() { next.title } else { format!("{}, {}", self.title, next.title) };
        self.kind = next.kind;
        for (path, Sides { old, new, mode }) in next.files {
            let sides = self.files.entry(path).or_insert(Sides { old, new: None, mode: None });
            (sides.new, sides.mode) = (new, mode.or(sides.mode));
        }
        self.files.retain(|_, sides| sides.old != sides.new);
        self
    }
}

/// A file before and after a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// Before; `None` if there was none.
    pub old: Option<File>,
    /// After; `None` if it is removed.
    pub new: Option<File>,
    /// The permissions after, if not those before.
    pub mode: Option<u32>,
}

/// Whether a change takes others back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It does not.
    #[default]
    Change,
    /// It takes the changes with these numbers back.
    Undo(Vec<u32>),
    /// It makes what the undo with this number took back again.
    Redo(u32),
}

/// A change that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its number.
    pub number: u32,
    /// The change. `mode` is that of the old file.
    pub change: Change,
}
