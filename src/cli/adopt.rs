//! `restwell adopt`: takes restwell's version of a file back.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::changed::{self, Changed};
use crate::answers;
use crate::base::{BASE, Base, Entry};
use crate::disk::{Change, Root, Sides};
use crate::error::{Error, Misuse};
use crate::merge::File;
use crate::project::{Kind, Project};
use crate::shell::Shell;
use crate::tree::{RECEIPT, Tree};
use crate::version::VERSION;

/// Take back restwell's version of files that you edited or deleted
///
/// The files become what restwell last applied, and are no longer yours if `restwell release` made them so. `restwell
/// undo` gives your edits back.
#[derive(Args, Debug)]
pub(super) struct Adopt {
    /// The files, or directories of files
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
        let wanted = self.paths.iter().map(|typed| project.path_of(typed, project.base.entries.keys()));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let shown = |path: &Utf8PathBuf| if path.as_str().is_empty() { ".".to_owned() } else { path.to_string() };
        let paths: Vec<String> = wanted.iter().map(shown).collect();
        let mut change = Change { title: format!("adopt {}", paths.join(" ")), ..Change::default() };
        let render = project.rendered()?;
        for edit in project.edits(&render)? {
            let path = edit.patch.path;
            if !wanted.iter().any(|wanted| path.starts_with(wanted)) {
                continue;
            }
            if edit.kind == Kind::NoFile {
                // Names what is in the way.
                project.root.read(&path)?.into_file()?;
            }
            // Of some files only the hash is known.
            let Some(applied) = edit.patch.old else {
                return Err(Error::Usage(Misuse::Forgotten { path: path.into_string() }));
            };
            change.files.insert(path, Sides { old: edit.patch.new, new: Some(applied), mode: None });
        }
        change.files.extend(base_with(project, &render, &wanted)?);
        let patterns = wanted.iter().flat_map(|path| match path.as_str() {
            "" => vec!["**".to_owned()],
            path => vec![path.to_owned(), format!("{path}/**")],
        });
        let patterns: Vec<String> = patterns.collect();
        // The other files that are the user's stay so.
        let receipt = change.files.remove(Utf8Path::new(RECEIPT)).and_then(|sides| sides.new);
        change.files.extend(project.with_mine(&[], &patterns, receipt)?);
        Ok(change)
    }
}

/// The base in which wanted files that stay away are applied again, as this version renders them; `None` if there is none.
fn base_with(project: &Project, render: &Tree, wanted: &[Utf8PathBuf]) -> Result<Option<(Utf8PathBuf, Sides)>, Error> {
    let mut base = project.base.clone();
    for (path, entry) in Base::of(&base.stack, &base.resources, render).entries {
        let is_wanted = wanted.iter().any(|wanted| path.starts_with(wanted));
        if is_wanted && base.entries.get(&path) == Some(&Entry::Gone) {
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
