//! The three-way merge of a generated project, in memory.
//!
//! The base is what Restwell last wrote, `yours` is what the project has now, `new` is what Restwell would write now.
//! [`trees`] decides for each path what becomes of it: one [`Step`]. A line that the user added is in the result or in a
//! [`Conflict`], and a line that the user removed stays removed unless the new render adds it. Merging again changes
//! nothing. Nothing here does I/O or starts a program: the caller reads files, formats what is rendered as the project
//! is formatted, and writes the result.

mod conflict;
mod decide;
mod habit;
mod json;
mod lines;
mod lock;
mod manifest;
mod migration;
mod moves;
mod seam;
mod text;
mod toml;
mod valid;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use sha2::{Digest as _, Sha256};

pub use conflict::{Choice, Conflict, Hunk, Labels, Reason, Side, has_markers, marked};
pub use habit::with_lf;
pub use migration::{find as find_migration, is_migration, is_renumbered, place as migration_place};

/// A file: its content and whether it is executable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The content.
    pub bytes: Vec<u8>,
    /// Whether it is executable.
    pub executable: bool,
}

/// Files by path, relative to the project.
pub type Files = BTreeMap<Utf8PathBuf, File>;

/// What Restwell last wrote into a project.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// The files whose content is known, by the path that Restwell renders.
    pub files: Files,
    /// The SHA-256 of files of which nothing else is known.
    pub hashes: BTreeMap<Utf8PathBuf, String>,
    /// The files that the user deleted. They stay away until the user creates them again.
    pub gone: BTreeSet<Utf8PathBuf>,
    /// The rendered files that have another path in the project, such as a migration that got another number.
    pub moved: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
}

/// What becomes of migrations that were rendered before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Migrations {
    /// Nothing: a database may have run them. Only new ones are added.
    #[default]
    Append,
    /// Those that the user did not edit follow the render: the database is replaced, or a step is undone.
    Follow,
}

/// What becomes of every path that exists on a side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    /// By path in the project.
    pub steps: BTreeMap<Utf8PathBuf, Step>,
    /// The rendered files that have another path in the project: moved by the user, or a migration with another number.
    pub moved: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
}

/// What becomes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The project has exactly what Restwell would write.
    Same,
    /// Restwell changes nothing; the user's edits stay.
    Keep,
    /// The file is the user's; Restwell never wrote it.
    Yours,
    /// A new file.
    Add(File),
    /// The user did not edit the file: it becomes what Restwell writes now.
    Replace(File),
    /// Both changed the file.
    Merged(File),
    /// Restwell no longer writes the file, and the user did not edit it.
    Delete,
    /// Restwell no longer writes the file, but the user edited it: it stays and is theirs from now on.
    Release,
    /// The user deleted the file: it is not written again. Other new files may mention it.
    StaysAway {
        /// The files to be written that contain its path.
        mentioned_in: Vec<Utf8PathBuf>,
    },
    /// A person has to decide.
    Conflict(Conflict),
}

impl Step {
    /// The file to write, if this step writes one without a decision.
    pub const fn file(&self) -> Option<&File> {
        match self {
            Self::Add(file) | Self::Replace(file) | Self::Merged(file) => Some(file),
            Self::Same
            | Self::Keep
            | Self::Yours
            | Self::Delete
            | Self::Release
            | Self::StaysAway { .. }
            | Self::Conflict(_) => None,
        }
    }

    /// The conflict, if this step needs a decision.
    pub const fn conflict(&self) -> Option<&Conflict> {
        match self {
            Self::Conflict(conflict) => Some(conflict),
            _ => None,
        }
    }
}

impl Merge {
    /// The files that need a decision.
    pub fn conflicts(&self) -> impl Iterator<Item = (&Utf8PathBuf, &Conflict)> {
        self.steps.iter().filter_map(|(path, step)| Some((path, step.conflict()?)))
    }

    /// Takes one side wherever the file at `path` conflicts. Returns whether there was a conflict.
    pub fn resolve(&mut self, path: impl AsRef<camino::Utf8Path>, side: Side) -> bool {
        let Some(step) = self.steps.get_mut(path.as_ref()) else { return false };
        let Step::Conflict(conflict) = step else { return false };
        *step = conflict.resolve(side);
        true
    }

    /// The project after every step. A file in conflict is as `decide` makes it.
    pub fn apply(&self, yours: &Files, decide: impl Fn(&Conflict) -> Step) -> Files {
        let mut files = yours.clone();
        for (path, step) in &self.steps {
            let decided = step.conflict().map(&decide);
            let step = decided.as_ref().unwrap_or(step);
            if let Some(file) = step.file() {
                files.insert(path.clone(), file.clone());
            } else if *step == Step::Delete {
                files.remove(path);
            }
        }
        files
    }
}

impl Base {
    /// The base as files: a hash that the project's file still has means that its content is the base.
    fn files(&self, yours: &Files) -> Files {
        let mut files = self.files.clone();
        for (path, hash) in &self.hashes {
            let Some(file) = yours.get(path) else { continue };
            let bytes = with_lf(file.bytes.clone());
            if let Some(bytes) = [file.bytes.clone(), bytes].into_iter().find(|bytes| sha256(bytes) == *hash) {
                files.insert(path.clone(), File { bytes, executable: file.executable });
            }
        }
        files
    }
}

fn sha256(bytes: &[u8]) -> String {
    crate::tree::hex(&Sha256::digest(bytes))
}

/// Whether the lock of these files resolves exactly the dependencies that their manifest names.
pub fn is_locked(files: &Files) -> bool {
    let text = |path: &str| str::from_utf8(&files.get(camino::Utf8Path::new(path))?.bytes).ok();
    match (text(manifest::MANIFEST), text(manifest::LOCK)) {
        (Some(manifest), Some(lock)) => manifest::is_locked(manifest, lock),
        _ => true,
    }
}

/// Decides what becomes of each file.
pub fn trees(base: &Base, yours: &Files, new: &Files, migrations: Migrations) -> Merge {
    decide::all(base, yours, new, migrations)
}
