//! `restwell diff`: the differences of a project as patches.

use camino::Utf8PathBuf;
use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::choices::{check_pairs, pairs};
use crate::answers;
use crate::choice::Value;
use crate::error::{Error, Look};
use crate::project::{Patch, Project};
use crate::shell::{Format, Shell};
use crate::stack::{Answers, Origin};

/// Show your edits since restwell last applied the project, or what restwell would change
///
/// Nothing is written. The output is a patch that `git apply` reads.
#[derive(Args, Debug)]
pub(super) struct Diff {
    /// Only these files, or the files in these directories
    #[arg(value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
    /// Show what this version renders otherwise than it was applied
    #[arg(long)]
    new: bool,
    /// Show what another value of a choice renders otherwise, such as `cache=redis`; can be repeated
    #[arg(long, value_name = "CHOICE=VALUE", value_parser = pairs(), hide_possible_values = true)]
    set: Vec<Value>,
    /// Print one line for each file
    #[arg(long)]
    stat: bool,
    /// Exit with 6 if there is any difference
    #[arg(long)]
    check: bool,
}

/// The differences of a project.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Differences {
    files: Vec<Difference>,
}

/// The difference of one file.
#[derive(Debug, Serialize, JsonSchema)]
struct Difference {
    path: String,
    /// The number of lines added; null if the file is no text.
    added: Option<usize>,
    /// The number of lines removed; null likewise.
    removed: Option<usize>,
    /// The patch; null if the old content is not known, which can be for a file that is computed again.
    patch: Option<String>,
}

impl Diff {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        check_pairs(&self.set)?;
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let project = Project::open()?;
        let render = project.rendered()?;
        let mut patches = if self.set.is_empty() && !self.new {
            project.edits(&render)?.into_iter().map(|edit| edit.patch).collect()
        } else {
            let set: Answers = self.set.iter().map(|&value| (value, Origin::Flag)).collect();
            let stack = if self.set.is_empty() { project.base.stack } else { project.asked(set)?.stack };
            project.upstream(&project.render(&stack, &project.base.resources)?)?
        };
        self.select(&project, &mut patches)?;
        let differs = self.check && !patches.is_empty();
        if !(differs && shell.options.format == Format::Json) {
            let text = if self.stat { stat(&project, &patches) } else { text(&project, &patches) };
            let data = || Differences { files: patches.iter().map(|patch| Difference::of(patch, &project)).collect() };
            shell.answer("diff", data, || text)?;
        }
        if !differs {
            return Ok(());
        }
        let what = patches.iter().map(|patch| format!("`{}`", patch.path)).collect();
        Err(Error::Differs { what, look: vec![Look::Stat] })
    }

    /// Keeps the files that were asked for.
    fn select(&self, project: &Project, patches: &mut Vec<Patch>) -> Result<(), Error> {
        let known = project.base.entries.keys().chain(patches.iter().map(|patch| &patch.path));
        let wanted = self.paths.iter().map(|typed| project.path_of(typed, known.clone()));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        match wanted.is_empty() {
            true => patches.retain(|patch| !project.is_mine(&patch.path)),
            false => patches.retain(|patch| wanted.iter().any(|path| patch.path.starts_with(path))),
        }
        Ok(())
    }
}

impl Difference {
    fn of(patch: &Patch, project: &Project) -> Self {
        let is_known = is_known(patch, project);
        let (added, removed) = if is_known { patch.counts() } else { None }.unzip();
        Self { path: patch.path.to_string(), added, removed, patch: is_known.then(|| patch.text()) }
    }
}

/// Whether both sides are known: of a file that the base has, the old one may not be.
fn is_known(patch: &Patch, project: &Project) -> bool {
    patch.old.is_some() || !project.base.entries.contains_key(&patch.path)
}

fn text(project: &Project, patches: &[Patch]) -> String {
    let patch = |patch: &Patch| match is_known(patch, project) {
        true => patch.text(),
        false => format!("diff --git a/{0} b/{0}\nFiles a/{0} and b/{0} differ\n", patch.path),
    };
    patches.iter().map(patch).collect()
}

fn stat(project: &Project, patches: &[Patch]) -> String {
    let width = patches.iter().map(|patch| patch.path.as_str().len()).max().unwrap_or_default();
    let line = |patch: &Patch| {
        let summary = if is_known(patch, project) { patch.summary() } else { "differs".to_owned() };
        format!("{:<width$}  {summary}\n", patch.path.as_str())
    };
    patches.iter().map(line).collect()
}
