//! `restwell adopt`: takes restwell's version of a file back.

use std::collections::BTreeSet;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::changed::{self, Changed};
use crate::answers;
use crate::base::{BASE, Base, Entry};
use crate::disk::{Change, Root, Sides};
use crate::error::{Error, Misuse};
use crate::merge::File;
use crate::pattern::Pattern;
use crate::project::{Kind, Project};
use crate::shell::Shell;
use crate::tree::{RECEIPT, Tree};
use crate::version::VERSION;

/// Take back restwell's version of files that you edited or deleted
///
/// The files become what restwell last applied, and are no longer yours if `restwell release` made them so; other files
/// that it made yours stay so. `restwell undo` gives your edits back.
#[derive(Args, Debug)]
pub(super) struct Adopt {
    /// The files, directories of files, or patterns such as `ops/alerts/*.yml`
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<Utf8PathBuf>,
    /// Print what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Adopt {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let root = Root::find()?;
        let turn = if self.dry_run { None } else { Some(root.take_turn()?) };
        let project = Project::at(root.clone())?;
        let change = self.change(&project)?;
        if let Some(turn) = turn.filter(|_| !change.files.is_empty()) {
            turn.make(&change)?;
        }
        changed::report("adopt", &Changed::of(&change, self.dry_run), shell)
    }

    fn change(&self, project: &Project) -> Result<Change, Error> {
        let render = project.rendered()?;
        // The files that are rendered, too: what was released before it was applied is not in the base.
        let rendered = render.files().map(|(path, _)| path.to_owned());
        let known: BTreeSet<Utf8PathBuf> = project.base.entries.keys().cloned().chain(rendered).collect();
        let wanted = self.paths.iter().map(|typed| Wanted::of(typed, project, &known));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let title = wanted.iter().fold("adopt".to_owned(), |title, wanted| format!("{title} {wanted}"));
        let mut change = Change { title, ..Change::default() };
        let is_wanted = |path: &Utf8Path| wanted.iter().any(|wanted| wanted.has(path));
        for edit in project.edits(&render)? {
            let path = edit.patch.path;
            if !is_wanted(&path) {
                continue;
            }
            if edit.kind == Kind::NoFile {
                // Names what is in the way.
                project.root.read(&path)?.into_file()?;
            }
            // Of some files only the hash is known.
            let Some(applied) = edit.patch.old else {
                return Err(Error::Usage(Misuse::Forgotten { path: project.root.relative(&path).into_string() }));
            };
            change.files.insert(path, Sides { old: edit.patch.new, new: Some(applied), mode: None });
        }
        change.files.extend(base_with(project, &render, &is_wanted)?);
        let (left, mut removed) = project.mine_without(&known, &is_wanted);
        removed.extend(wanted.iter().flat_map(Wanted::entries));
        let receipt = change.files.remove(Utf8Path::new(RECEIPT)).and_then(|sides| sides.new);
        change.files.extend(project.with_mine(&left, &removed, receipt)?);
        Ok(change)
    }
}

/// What is to be taken back, relative to the root.
enum Wanted {
    /// A file, or the files in a directory.
    Path(Utf8PathBuf),
    /// The files that a pattern matches.
    Pattern(Pattern),
}

impl Wanted {
    /// What was typed: a known path, a pattern that matches one, or what an entry was made of whose files are no more.
    fn of(typed: &Utf8Path, project: &Project, known: &BTreeSet<Utf8PathBuf>) -> Result<Self, Error> {
        let unknown = match project.path_of(typed, known.iter()) {
            Ok(path) => return Ok(Self::Path(path)),
            Err(error) => error,
        };
        let Some(inside) = project.root.inside(typed) else { return Err(unknown) };
        let is_entry = |wanted: &Self| wanted.entries().iter().any(|entry| project.has_entry(entry));
        let path = Self::Path(inside.clone());
        if is_entry(&path) {
            return Ok(path);
        }
        let pattern = Pattern::new(inside.as_str()).map(Self::Pattern);
        let is_known = |wanted: &Self| is_entry(wanted) || known.iter().any(|path| wanted.has(path));
        pattern.ok().filter(is_known).ok_or(unknown)
    }

    fn has(&self, path: &Utf8Path) -> bool {
        match self {
            Self::Path(wanted) => path.starts_with(wanted),
            Self::Pattern(pattern) => pattern.matches(path),
        }
    }

    /// The entries of `[files] mine` that `restwell release` makes of it.
    fn entries(&self) -> Vec<String> {
        match self {
            Self::Path(path) => vec![Pattern::everything_in(path), Pattern::escape(path)],
            Self::Pattern(pattern) => vec![pattern.to_string()],
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) if path.as_str().is_empty() => f.write_str("."),
            Self::Path(path) => f.write_str(path.as_str()),
            Self::Pattern(pattern) => f.write_str(pattern.as_str()),
        }
    }
}

/// The base in which wanted files that stay away are applied again, as this version renders them; `None` if there is none.
fn base_with(
    project: &Project,
    render: &Tree,
    is_wanted: &dyn Fn(&Utf8Path) -> bool,
) -> Result<Option<(Utf8PathBuf, Sides)>, Error> {
    let mut base = project.base.clone();
    for (path, entry) in Base::of(&base.stack, &base.resources, render).entries {
        if is_wanted(&path) && base.entries.get(&path) == Some(&Entry::Gone) {
            base.entries.insert(path, entry);
        }
    }
    if base == project.base {
        return Ok(None);
    }
    if base.version != VERSION {
        base.digest = None;
    }
    let Some(old) = project.root.read(BASE.into())?.into_file()? else { return Ok(None) };
    let new = Some(File { bytes: base.render(), executable: old.executable });
    Ok(Some((BASE.into(), Sides { old: Some(old), new, mode: None })))
}
