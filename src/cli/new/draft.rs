//! A project that is ready to be written: rendered, compared with what is there, and described.

use crate::error::Error;
use crate::name::Name;
use crate::plan::Plan;
use crate::replay::{self, Replay};
use crate::report::{Git, Report};
use crate::stack::{Resolution, Stack};
use crate::tree::Tree;
use crate::write::{Changes, Site, Surroundings};

/// Everything `new` decides before it writes.
pub(super) struct Draft {
    pub(super) tree: Tree,
    pub(super) changes: Changes,
    pub(super) report: Report,
}

impl Draft {
    /// Draws up the project of a stack at a site. Nothing is written.
    pub(super) fn new(resolution: Resolution, site: &Site, name: &Name) -> Result<Self, Error> {
        let stack = resolution.stack;
        let plan = Plan::new(&stack, name.as_str());
        let tree = plan.render()?;
        let changes = site.compare(&tree)?;
        let surroundings = site.surroundings();
        let mut report = Report::new(&plan, &tree, resolution);
        report.path.clone_from(&site.path);
        report.replaced.clone_from(&changes.replaced);
        report.git = git(site, &surroundings);
        report.surround(&surroundings);
        report.replay = replay(site, name, &stack).line();
        if site.path != "." {
            let enter = format!("cd {}", replay::quote(site.path.as_str()));
            report.next_steps.insert(0, enter);
        }
        Ok(Self { tree, changes, report })
    }

    /// The same without a repository, as asked for.
    pub(super) fn without_git(mut self) -> Self {
        self.report.git = Git::Not("`--no-git` was given".into());
        self.report.replay.push_str(" --no-git");
        self
    }
}

fn git(site: &Site, surroundings: &Surroundings) -> Git {
    match &surroundings.repository {
        _ if site.is_repository() => Git::Not(format!("`{}` is a git repository already", site.path)),
        Some(repository) => Git::Not(format!("`{repository}` is a git repository around it")),
        None => Git::Init,
    }
}

fn replay<'a>(site: &'a Site, name: &'a Name, stack: &'a Stack) -> Replay<'a> {
    let is_named = site.absolute.file_name() != Some(name.as_str());
    Replay { path: &site.path, name: is_named.then_some(name.as_str()), stack }
}
