//! A `Cargo.lock` that fits the manifest: cargo resolves what no lock has, offline if possible.

use camino::Utf8Path;

use super::Merging;
use super::check::{Cargo, errors, late};
use crate::disk::{Change, Root, Sides};
use crate::error::{Error, Unmerged};
use crate::merge::{self, File, Step};
use crate::program::{Outcome, not_started};

const LOCK: &str = "Cargo.lock";

impl Merging {
    /// Whether the lock resolves what the manifest names, or is left as it is.
    pub fn is_locked(&self) -> bool {
        !self.merge.steps.contains_key(Utf8Path::new(LOCK)) || merge::is_locked(&self.result())
    }

    /// Has cargo add to the lock what the manifest needs, and adds that to the change. Versions that are locked stay.
    ///
    /// # Errors
    /// [`Error::Merge`] if cargo cannot resolve it, [`Error::Io`], [`Error::Interrupted`].
    pub fn lock(&mut self, root: &Root, change: &mut Change) -> Result<(), Error> {
        let files = self.result();
        let cargo = Cargo::on(root, &files)?;
        let mut lines = Vec::new();
        for offline in [&["--offline"][..], &[]] {
            match cargo.run(&[&["update", "--quiet", "--workspace"], offline].concat()) {
                Err(error) => lines = vec![not_started("cargo", &error)],
                Ok(Outcome::Failure(stderr)) => lines = errors(&stderr),
                Ok(Outcome::TimedOut) => lines = vec![late("update")],
                Ok(Outcome::Interrupted) => return Err(Error::Interrupted),
                Ok(Outcome::Success) => {
                    let bytes = cargo.read(LOCK)?;
                    let old = self.yours.get(Utf8Path::new(LOCK)).cloned();
                    let new = File { bytes, executable: old.as_ref().is_some_and(|file| file.executable) };
                    self.merge.steps.insert(LOCK.into(), Step::Merged(new.clone()));
                    change.files.insert(LOCK.into(), Sides { old, new: Some(new), mode: None });
                    return Ok(());
                }
            }
        }
        Err(Error::Merge(Unmerged::Unlocked { lines }))
    }
}
