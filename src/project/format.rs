//! Formats Rust as the project is formatted, with the `rustfmt` of the machine. Without one a text stays as it is.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::Document;

use super::{Edit, Kind, Patch, Project};
use crate::disk::{Content, Root};
use crate::error::Error;
use crate::merge::{File, Files, Merge, Step};
use crate::program::{self, Call};
use crate::tree::Tree;

/// The files that configure rustfmt.
const CONFIGURATIONS: [&str; 2] = ["rustfmt.toml", ".rustfmt.toml"];

const MANIFEST: &str = "Cargo.toml";

/// The edition of generated projects.
const EDITION: &str = "2024";

/// The rustfmt of a project.
#[derive(Debug)]
pub(super) struct Formatter {
    directory: PathBuf,
    edition: String,
}

impl Formatter {
    /// `None` if rustfmt is not on the machine, or does not accept the configuration of the project.
    pub(super) fn open(root: &Root, yours: &Files) -> Option<Self> {
        let formatter = Self { directory: root.path(""), edition: edition(yours).unwrap_or(EDITION.to_owned()) };
        formatter.format(b"").is_some().then_some(formatter)
    }

    /// The formatter, if the user configured it otherwise than restwell.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub(super) fn of_own_style(project: &Project, render: &Tree) -> Result<Option<Self>, Error> {
        let (mut base, mut yours) = (Files::new(), Files::new());
        for path in CONFIGURATIONS.into_iter().chain([MANIFEST]).map(Utf8Path::new) {
            base.extend(project.applied(path, render)?.map(|file| (path.to_owned(), file)));
            if let Content::File(file) = project.root.read(path)? {
                yours.insert(path.to_owned(), file);
            }
        }
        Ok(is_own_style(&base, &yours).then(|| Self::open(&project.root, &yours)).flatten())
    }

    /// Formats the base and the new render of each file that the user formatted with an own configuration, and new files.
    pub(super) fn follow(&self, base: &mut Files, yours: &Files, new: &mut Files) {
        let paths: BTreeSet<&Utf8PathBuf> = base.keys().chain(new.keys()).filter(|path| is_rust(path)).collect();
        let paths: Vec<Utf8PathBuf> = paths.into_iter().cloned().collect();
        let followed = parallel(&paths, |path| {
            let (applied, after) = (base.get(path), new.get(path));
            let before = match (applied, yours.get(path)) {
                (Some(applied), Some(file)) => Some(self.as_formatted(applied, file)?),
                (Some(_), None) => return None,
                (None, _) => None,
            };
            let after = after.map(|after| match (&before, applied) {
                // The format of before is kept where nothing else changes.
                (Some(before), Some(applied)) if after.bytes == applied.bytes => {
                    File { bytes: before.bytes.clone(), executable: after.executable }
                }
                _ => self.formatted(after),
            });
            Some((path.clone(), before, after))
        });
        for (path, before, after) in followed.into_iter().flatten() {
            base.extend(before.map(|file| (path.clone(), file)));
            new.extend(after.map(|file| (path, file)));
        }
    }

    /// What was applied, in the format that the user gave the file: the configured one, or if only the format differs,
    /// that of the file. `None` if the file has no other format, or is not formatted.
    fn as_formatted(&self, applied: &File, file: &File) -> Option<File> {
        if applied.bytes == file.bytes {
            return None;
        }
        let formatted = self.formatted(applied);
        if formatted.bytes == file.bytes {
            return Some(formatted);
        }
        let own = self.format(&file.bytes)?;
        if own == formatted.bytes {
            return Some(File { bytes: file.bytes.clone(), executable: applied.executable });
        }
        (own == file.bytes).then_some(formatted)
    }

    /// The edits without those that are only of the format.
    pub(super) fn without_format(&self, edits: &[Edit]) -> Vec<Edit> {
        let followed = parallel(edits, |edit| {
            let Edit { kind, patch: Patch { path, old, new } } = edit;
            let before = match (kind, old, new) {
                (Kind::Edited, Some(old), Some(new)) if is_rust(path) => self.as_formatted(old, new),
                _ => None,
            };
            let (Some(before), Some(after)) = (before, new) else { return Some(edit.clone()) };
            let kind = if before.bytes == after.bytes { Kind::Mode } else { Kind::Edited };
            let patch = Patch { path: path.clone(), old: Some(before), new: new.clone() };
            (patch.old != patch.new).then_some(Edit { kind, patch })
        });
        followed.into_iter().flatten().collect()
    }

    /// Formats the merged files that the user had formatted.
    pub(super) fn finish(&self, merge: &mut Merge, yours: &Files) {
        let merged = merge.steps.iter().filter_map(|(path, step)| match step {
            Step::Merged(file) if is_rust(path) => Some((path.clone(), file.clone())),
            _ => None,
        });
        let merged: Vec<(Utf8PathBuf, File)> = merged.collect();
        let formatted = parallel(&merged, |(path, file)| {
            let was_formatted = yours.get(path).is_some_and(|file| self.is_formatted(file));
            was_formatted.then(|| (path.clone(), self.formatted(file)))
        });
        let formatted = formatted.into_iter().flatten();
        merge.steps.extend(formatted.map(|(path, file)| (path, Step::Merged(file))));
    }

    fn is_formatted(&self, file: &File) -> bool {
        self.format(&file.bytes).is_some_and(|text| text == file.bytes)
    }

    /// The file, formatted if it is valid.
    fn formatted(&self, file: &File) -> File {
        let bytes = self.format(&file.bytes).unwrap_or_else(|| file.bytes.clone());
        File { bytes, executable: file.executable }
    }

    fn format(&self, text: &[u8]) -> Option<Vec<u8>> {
        let arguments = ["--edition", &self.edition].map(Path::new);
        let call = Call {
            program: "rustfmt",
            arguments: &arguments,
            directory: &self.directory,
            unset: &[],
            timeout: program::TIMEOUT,
        };
        program::filter(call, text).ok().flatten()
    }
}

/// Whether the user configured rustfmt otherwise than restwell.
pub(super) fn is_own_style(base: &Files, yours: &Files) -> bool {
    CONFIGURATIONS
        .map(Utf8Path::new)
        .iter()
        .any(|path| base.get(*path).map(|file| &file.bytes) != yours.get(*path).map(|file| &file.bytes))
}

/// Whether there is anything to format after a merge.
pub(super) fn has_merged_rust(merge: &Merge) -> bool {
    merge.steps.iter().any(|(path, step)| is_rust(path) && matches!(step, Step::Merged(_)))
}

pub(super) fn is_rust(path: &Utf8Path) -> bool {
    path.extension() == Some("rs")
}

fn edition(files: &Files) -> Option<String> {
    let manifest = str::from_utf8(&files.get(Utf8Path::new(MANIFEST))?.bytes).ok()?;
    let document = Document::parse(manifest).ok()?;
    Some(document.get("package")?.get("edition")?.as_str()?.to_owned())
}

/// `work` on each item, on every core.
fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    let work = &work;
    thread::scope(|scope| {
        let run = |part: &'_ [T]| part.iter().map(work).collect::<Vec<R>>();
        let parts: Vec<_> = items.chunks(share).map(|part| scope.spawn(move || run(part))).collect();
        let joined = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.flatten().collect()
    })
}
