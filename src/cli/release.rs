//! `restwell release`: makes files the user's.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::changed::{self, Changed};
use crate::answers;
use crate::disk::{Change, Root};
use crate::error::{Error, Misuse};
use crate::project::Project;
use crate::shell::Shell;
use crate::tree::RECEIPT;

/// Make files yours: restwell no longer compares or changes them
///
/// Adds them to `[files] mine` in `restwell.toml`. `restwell adopt` takes restwell's version back, `restwell undo` only
/// the entry.
#[derive(Args, Debug)]
pub(super) struct Release {
    /// The files, directories of files, or patterns such as `ops/alerts/*.yml`
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<Utf8PathBuf>,
    /// Print what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Release {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let root = Root::find()?;
        let turn = if self.dry_run { None } else { Some(root.take_turn()?) };
        let project = Project::at(root.clone())?;
        let patterns = self.paths.iter().map(|typed| pattern(&project, typed)).collect::<Result<Vec<_>, _>>()?;
        let mut change = Change { title: format!("release {}", patterns.join(" ")), ..Change::default() };
        change.files.extend(project.with_mine(&patterns, &[], None)?);
        if let Some(turn) = turn.filter(|_| !change.files.is_empty()) {
            turn.make(&change)?;
        }
        changed::report("release", &Changed::of(&change, self.dry_run), shell)
    }
}

/// The pattern of what was typed, which matches at least one file of restwell's that can be the user's.
fn pattern(project: &Project, typed: &Utf8Path) -> Result<String, Error> {
    let pattern = project.pattern_of(typed, project.base.entries.keys())?;
    match project.base.entries.keys().filter(|path| pattern.matches(path)).all(|path| path == RECEIPT) {
        true => Err(Error::Usage(Misuse::Receipt { path: RECEIPT })),
        false => Ok(pattern.to_string()),
    }
}
