//! Formats Rust as the project is formatted, with the `rustfmt` of the machine. Without one a text stays as it is.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::Document;

use crate::disk::Root;
use crate::merge::{File, Files, Merge, Step};
use crate::program::{self, Call};

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

    /// Formats the base and the new render of each file that the user formatted with an own configuration, and new files.
    pub(super) fn follow(&self, base: &mut Files, yours: &Files, new: &mut Files) {
        let is_own = |path: &Utf8Path| match (base.get(path), yours.get(path)) {
            (Some(before), Some(file)) => before.bytes != file.bytes && self.is_formatted(file),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let paths: BTreeSet<&Utf8PathBuf> = base.keys().chain(new.keys()).filter(|path| is_rust(path)).collect();
        let paths: Vec<Utf8PathBuf> = paths.into_iter().cloned().collect();
        let followed = parallel(&paths, |path| {
            if !is_own(path) {
                return None;
            }
            let [before, after] = [base.get(path), new.get(path)].map(|file| file.map(|file| self.formatted(file)));
            Some((path.clone(), before, after))
        });
        for (path, before, after) in followed.into_iter().flatten() {
            base.extend(before.map(|file| (path.clone(), file)));
            new.extend(after.map(|file| (path, file)));
        }
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

fn is_rust(path: &Utf8Path) -> bool {
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
