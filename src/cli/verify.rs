//! `restwell verify`: what of a project is what this version renders, and what was proved about that.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::set::packages;
use crate::answers;
use crate::disk::Content;
use crate::error::{Error, Look};
use crate::merge::migration_place;
use crate::project::{Project, has_hash, rendered};
use crate::proof::{self, PROOFS, Proof, is_compiled};
use crate::shell::{Format, Shell};
use crate::tree::Tree;
use crate::version::VERSION;

const LOCK: &str = "Cargo.lock";

/// Print which files and packages of the project are those that this version renders
///
/// Compares the files that the compiler reads, and the packages of `Cargo.lock`, with what this version renders from the
/// choices of the project. Nothing is written.
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// Exit with 6 if anything differs or the stack is not proved by this build
    #[arg(long)]
    check: bool,
}

/// What of a project is proved.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Verified {
    /// The version of this restwell.
    version: &'static str,
    /// What was recorded when these files were compiled; null if this version renders other files.
    proof: Option<Proof>,
    /// The number of files that are those that were compiled.
    same: usize,
    /// Files that differ from those.
    edited: Vec<String>,
    /// Files that are missing.
    missing: Vec<String>,
    /// Files of yours that the compiler reads.
    yours: Vec<String>,
    /// The packages of `Cargo.lock`; null if there is none that can be read.
    lock: Option<Packages>,
}

/// The packages of a lock, as `name version`.
#[derive(Debug, Serialize, JsonSchema)]
struct Packages {
    /// The number of packages that are those that were compiled.
    same: usize,
    /// Packages that only the project has.
    yours: Vec<String>,
    /// Packages that it does not have.
    missing: Vec<String>,
}

impl Verify {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let project = Project::open()?;
        let verified = Verified::of(&project)?;
        let differences = verified.differences();
        let differs = self.check && !differences.is_empty();
        let has_patches = !verified.edited.is_empty() || !verified.missing.is_empty();
        let look = if has_patches { vec![Look::Same, Look::Edits] } else { vec![Look::Same] };
        // A failure is one object, too.
        if !(differs && shell.options.format == Format::Json) {
            let text = verified.text();
            shell.answer("verify", || verified, || text)?;
        }
        if differs { Err(Error::Differs { what: differences, look }) } else { Ok(()) }
    }
}

impl Verified {
    fn of(project: &Project) -> Result<Self, Error> {
        let stack = &project.base.stack;
        let tree = project.rendered()?;
        let proof = match project.base.resources.as_slice() {
            [] => PROOFS.holding(stack, Some((project.name.as_str(), &tree)))?,
            // What was proved has no other resources.
            _ => None,
        };
        let files = project.files()?;
        let mut places = BTreeSet::from([LOCK.into()]);
        let (mut same, mut edited, mut missing) = (0, Vec::new(), Vec::new());
        for (path, file) in tree.files().filter(|(path, _)| is_compiled(path) && *path != LOCK) {
            let place = migration_place(path, &rendered(file), &files).unwrap_or(path);
            match project.root.read(place)? {
                Content::File(found) if has_hash(&found, &file.sha256()) => same += 1,
                Content::Nothing => missing.push(place.to_string()),
                Content::File(_) | Content::Other { .. } => edited.push(place.to_string()),
            }
            places.insert(place.to_owned());
        }
        let own = files.into_keys().filter(|path| is_compiled(path) && !places.contains(path));
        let yours = own.map(Utf8PathBuf::into_string).collect();
        let lock = locked(project, &tree)?;
        Ok(Self { version: VERSION, proof, same, edited, missing, yours, lock })
    }

    /// Each difference in one clause.
    fn differences(&self) -> Vec<String> {
        let Self { version, proof, same: _, edited, missing, yours, lock } = self;
        let proof =
            proof.is_none().then(|| format!("restwell {version} renders a stack that is not proved by this build"));
        let paths = [("edited", edited), ("missing", missing), ("yours", yours)];
        let files = paths.into_iter().flat_map(|(how, paths)| paths.iter().map(move |path| format!("`{path}`: {how}")));
        let packages = lock.iter().flat_map(|Packages { yours, missing, .. }| {
            let of = |how: &'static str, packages: &[String]| -> Vec<String> {
                packages.iter().map(|package| format!("`Cargo.lock`: {package} {how}")).collect()
            };
            [of("is yours", yours), of("is missing", missing)].concat()
        });
        let unread = lock.is_none().then(|| "`Cargo.lock` cannot be read".to_owned());
        proof.into_iter().chain(files).chain(packages).chain(unread).collect()
    }

    fn text(&self) -> String {
        let Self { proof, same, edited, missing, yours, lock, .. } = self;
        let mut lines = vec![proof::line(proof.as_ref())];
        let all = same + edited.len() + missing.len();
        lines.push(format!("files that the compiler reads: {same} of {all} are those that were rendered"));
        let lists = [("edited", edited), ("missing", missing), ("yours", yours)];
        lines.extend(
            lists.into_iter().flat_map(|(how, paths)| paths.iter().map(move |path| format!("  {path}  {how}"))),
        );
        match lock {
            None => lines.push("Cargo.lock cannot be read".to_owned()),
            Some(Packages { same, yours, missing }) => {
                let all = same + missing.len();
                lines.push(format!("packages of Cargo.lock: {same} of {all} are those that were rendered"));
                lines.extend(yours.iter().map(|package| format!("  {package}  yours")));
                lines.extend(missing.iter().map(|package| format!("  {package}  missing")));
            }
        }
        lines.join("\n") + "\n"
    }
}

/// The packages of the lock, compared with those that are rendered. The project itself is none.
fn locked(project: &Project, tree: &Tree) -> Result<Option<Packages>, Error> {
    let (Content::File(found), Some(rendered)) = (project.root.read(Utf8Path::new(LOCK))?, tree.get(LOCK)) else {
        return Ok(None);
    };
    let Some((found, rendered)) = packages(&found.bytes).zip(packages(&rendered.bytes)) else { return Ok(None) };
    let list = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect();
    let same = found.intersection(&rendered).count();
    Ok(Some(Packages { same, yours: list(&found, &rendered), missing: list(&rendered, &found) }))
}
