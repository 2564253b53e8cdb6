//! `restwell release`: makes files the user's.

use camino::Utf8PathBuf;
use clap::Args;
use glob::Pattern;

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
    /// The files, directories of files, or patterns such as `ops/*.yml`
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
fn pattern(project: &Project, typed: &Utf8PathBuf) -> Result<String, Error> {
    let known = || project.base.entries.keys();
    let unknown = || project.no_such_file(typed, known());
    let inside = project.root.inside(typed).ok_or_else(unknown)?;
    let pattern = if known().any(|path| *path == inside) {
        Pattern::escape(inside.as_str())
    } else if inside.as_str().is_empty() {
        "**".to_owned()
    } else if known().any(|path| path.starts_with(&inside)) {
        format!("{}/**", Pattern::escape(inside.as_str()))
    } else {
        inside.into_string()
    };
    let is_matched = |path: &&Utf8PathBuf| Pattern::new(&pattern).is_ok_and(|pattern| pattern.matches(path.as_str()));
    let matched: Vec<&Utf8PathBuf> = known().filter(is_matched).collect();
    match matched[..] {
        [] => Err(unknown()),
        [only] if only == RECEIPT => Err(Error::Usage(Misuse::Receipt { path: RECEIPT })),
        _ => Ok(pattern),
    }
}
