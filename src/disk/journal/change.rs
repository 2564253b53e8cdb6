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
    /// Whether it takes another change back.
    pub kind: ChangeKind,
    /// What each file was when the change was decided, and what it becomes.
    pub files: BTreeMap<Utf8PathBuf, Sides>,
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

/// Whether a change takes another one back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It does not.
    #[default]
    Change,
    /// It takes a change back.
    Undo,
    /// It makes a change again that was taken back.
    Redo,
}

/// A change that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its number.
    pub number: u32,
    /// The change. `mode` is that of the old file.
    pub change: Change,
}
