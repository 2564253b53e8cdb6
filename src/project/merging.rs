//! The merge of a project with what this version renders from a stack, and the change that makes it.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Project;
use super::edit;
use super::format::{self, Formatter};
use crate::base::{BASE, Base, Entry};
use crate::disk::{Change, Sides};
use crate::error::Error;
use crate::merge::{self, File, Files, Merge, Migrations, Side, Step};
use crate::resource::Resource;
use crate::stack::Stack;
use crate::tree::{RECEIPT, Tree};

/// A merge that is decided but not written.
#[derive(Debug)]
pub struct Merging {
    /// What was last applied.
    pub applied: Files,
    /// The project as it is.
    pub yours: Files,
    /// What this version renders.
    pub render: Tree,
    /// What becomes of each path.
    pub merge: Merge,
    stack: Stack,
    resources: Vec<Resource>,
    /// The files that stay as they are and are offered again by the next merge, by the path that restwell renders.
    pub excepted: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
    /// The files that are the user's by `restwell.toml`, likewise.
    pub mine: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
}

impl Project {
    /// Merges the project with what this version renders from `stack` and `resources`.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Bug`]
    pub fn merge(&self, stack: &Stack, resources: &[Resource]) -> Result<Merging, Error> {
        let before = self.rendered()?;
        let render = self.render(stack, resources)?;
        let mut base = merge::Base::default();
        for (path, entry) in &self.base.entries {
            match (entry, self.applied(path, &before)?) {
                (Entry::Gone, _) => drop(base.gone.insert(path.clone())),
                (_, Some(file)) => drop(base.files.insert(path.clone(), file)),
                (Entry::Hash { sha256, .. } | Entry::Text { sha256, .. }, None) => {
                    base.hashes.insert(path.clone(), sha256.clone());
                }
            }
        }
        let yours = self.files()?;
        let mut new: Files = render.files().map(|(path, file)| (path.to_owned(), edit::rendered(file))).collect();
        let migrations =
            if stack.database == self.base.stack.database { Migrations::Append } else { Migrations::Follow };
        let is_own_style = format::is_own_style(&base.files, &yours);
        let mut formatter = if is_own_style { Formatter::open(&self.root, &yours) } else { None };
        if let Some(formatter) = &formatter {
            formatter.follow(&mut base.files, &yours, &mut new);
        }
        let mut merge = merge::trees(&base, &yours, &new, migrations);
        if formatter.is_none() && !is_own_style && format::has_merged_rust(&merge) {
            formatter = Formatter::open(&self.root, &yours);
        }
        if let Some(formatter) = formatter {
            formatter.finish(&mut merge, &yours);
        }
        // A choice in `restwell.toml` that was asked for otherwise on the command line.
        merge.resolve(RECEIPT, Side::New);
        let (resources, excepted, mine) = (resources.to_vec(), BTreeMap::new(), BTreeMap::new());
        let mut merging =
            Merging { applied: base.files, yours, render, merge, stack: *stack, resources, excepted, mine };
        let is_known = |path: &Utf8Path| self.base.entries.contains_key(path) || merging.render.get(path).is_some();
        let steps = merging.merge.steps.keys().filter(|path| self.is_mine(path));
        let mine: Vec<(Utf8PathBuf, Utf8PathBuf)> =
            steps.map(|placed| (merging.rendered(placed), placed.clone())).filter(|(path, _)| is_known(path)).collect();
        for (_, placed) in &mine {
            merging.merge.steps.remove(placed);
        }
        merging.mine = mine.into_iter().collect();
        Ok(merging)
    }
}

impl Merging {
    /// Leaves the files that would change and whose path in the project is matched as they are, except `restwell.toml`:
    /// it would ask for the choices as they were.
    pub fn except(&mut self, is_matched: impl Fn(&Utf8Path) -> bool) {
        let changes = |step: &Step| step.file().is_some() || step.conflict().is_some() || *step == Step::Delete;
        let steps = self.merge.steps.iter();
        let left: Vec<Utf8PathBuf> = steps
            .filter(|(path, step)| changes(step) && *path != RECEIPT && is_matched(path))
            .map(|(path, _)| path.clone())
            .collect();
        for placed in left {
            self.merge.steps.remove(&placed);
            self.excepted.insert(self.rendered(&placed), placed);
        }
    }

    /// The path that restwell renders for a path of the project.
    fn rendered(&self, placed: &Utf8Path) -> Utf8PathBuf {
        let moved = self.merge.moved.iter().find(|(_, other)| *other == placed);
        moved.map_or_else(|| placed.to_owned(), |(rendered, _)| rendered.clone())
    }

    /// The change that makes the merge. A file in conflict stays as it is.
    ///
    /// # Errors
    /// [`Error::InTheWay`] if something is at the path of a file to write, or above it, that is never replaced.
    pub fn change(&self, project: &Project, title: String) -> Result<Change, Error> {
        let mut change = Change { title, ..Change::default() };
        for (path, step) in &self.merge.steps {
            let new = step.file().cloned();
            if new.is_none() && *step != Step::Delete {
                continue;
            }
            // What was merged, not what is there now: a later edit stops the change.
            let old = match self.yours.get(path) {
                Some(file) => Some(file.clone()),
                None => project.root.read(path)?.into_file()?,
            };
            if old != new {
                change.files.insert(path.clone(), Sides { old, new, mode: None });
            }
        }
        let base: (Utf8PathBuf, Vec<u8>) = (BASE.into(), self.base(project).render());
        let companions = Base::companions().map(|(path, text)| (path, text.as_bytes().to_vec()));
        for (path, bytes) in companions.chain([base]) {
            let old = project.root.read(&path)?.into_file()?;
            // The user's, except for the base.
            if old.is_some() && path != BASE {
                continue;
            }
            let new = Some(File { bytes, executable: old.as_ref().is_some_and(|file| file.executable) });
            if old != new {
                change.files.insert(path, Sides { old, new, mode: None });
            }
        }
        Ok(change)
    }

    /// The project after the change. Files in conflict are as they were.
    pub fn result(&self) -> Files {
        self.merge.apply(&self.yours, |_| Step::Keep)
    }

    /// The user's migrations, if the database changes: restwell does not rewrite SQL.
    pub fn to_port(&self, project: &Project) -> Vec<String> {
        let is_theirs = |step: &Step| matches!(step, Step::Yours | Step::Keep | Step::Release | Step::Conflict(_));
        if self.stack.database == project.base.stack.database {
            return Vec::new();
        }
        let migrations = self.merge.steps.iter().filter(|(path, _)| merge::is_migration(path));
        migrations.filter(|(_, step)| is_theirs(step)).map(|(path, _)| path.to_string()).collect()
    }

    /// What is applied then.
    fn base(&self, project: &Project) -> Base {
        let before = &project.base.entries;
        let mut base = Base::of(&self.stack, &self.resources, &self.render);
        let paths: BTreeSet<Utf8PathBuf> = before.keys().chain(base.entries.keys()).cloned().collect();
        for path in paths {
            let placed = self.merge.moved.get(&path).unwrap_or(&path);
            if self.excepted.contains_key(&path) || self.mine.contains_key(&path) {
                if before.get(&path) != base.entries.get(&path) {
                    base.digest = None;
                }
                match before.get(&path) {
                    Some(entry) => base.entries.insert(path, entry.clone()),
                    None => base.entries.remove(&path),
                };
            } else if matches!(self.merge.steps.get(placed), Some(Step::StaysAway { .. })) && !self.is_renumbered(&path)
            {
                base.entries.insert(path, Entry::Gone);
            }
        }
        base
    }

    /// Whether a migration is rendered under another number now: the entry of that one says what became of it.
    fn is_renumbered(&self, path: &Utf8Path) -> bool {
        self.render.get(path).is_none() && self.render.files().any(|(other, _)| merge::is_renumbered(path, other))
    }
}
