//! A project that is ready to be written: rendered, compared with the target, and described.

use std::thread;

use super::{Request, leftover};
use crate::base::Base;
use crate::choice::Database;
use crate::command_line::{path_word, quote};
use crate::disk::{Changes, Found, Site, State, Surroundings, Traces};
use crate::error::Error;
use crate::git;
use crate::name::Name;
use crate::plan::Plan;
use crate::proof::{self, PROOFS, Proof};
use crate::replay::Replay;
use crate::report::{Git, Report, Resumed};
use crate::resource::Resource;
use crate::stack::{Resolution, Stack};
use crate::tree::{Bug, Tree};

/// Everything that `new` decides before it writes. A dry run, `--show`, JSON, the review and the real run all use it.
pub(super) struct Draft {
    pub(super) site: Site,
    pub(super) tree: Tree,
    pub(super) changes: Changes,
    pub(super) report: Report,
}

impl AsRef<Report> for Draft {
    fn as_ref(&self) -> &Report {
        &self.report
    }
}

impl Draft {
    /// Renders the project and compares it with the target. Nothing is written.
    pub(super) fn new(request: &Request<'_>, resolution: Resolution) -> Result<Self, Error> {
        let Request { input, site, name, is_shown } = request;
        let stack = resolution.stack;
        let plan = Plan::new(&stack, name.as_str()).with(&input.resources);
        let (mut tree, proof) = rendered(&plan, input.resources.is_empty())?;
        Base::of(&stack, &input.resources, &tree).add_to(&mut tree)?;
        let changes = match (*is_shown, site.membership(&tree)) {
            (true, _) => Changes::default(),
            (false, Some(membership)) => return Err(Error::Member { path: site.path.clone(), membership }),
            (false, None) => site.compare(&tree)?,
        };
        let surroundings = surroundings(site);
        let mut report = Report::new(&plan, &tree, resolution);
        report.proof = proof;
        report.path.clone_from(&site.path);
        report.replaced.clone_from(&changes.replaced);
        report.resumed = resumed(site, &tree)?;
        report.stays = leftover::stays(site, &tree)?;
        report.git = git(site, &surroundings);
        if site.has_other_git() {
            report.warnings.push(format!("no git repository was created: {OTHER_GIT}"));
        }
        report.surround(&surroundings);
        report.warnings.extend(input.warnings());
        report.warnings.extend(unstored(&stack, &input.resources));
        report.replay = replay(site, name, &stack, &input.resources).line();
        if site.path != "." {
            report.next_steps.insert(0, format!("cd {}", quote(&path_word(site.path.as_str()))));
        }
        Ok(Self { site: site.clone(), tree, changes, report })
    }

    /// The same project without a git repository, for `--no-git`.
    pub(super) fn without_git(mut self) -> Self {
        self.report.git = Git::Not("`--no-git` was given".into());
        self.report.replay = self.report.replay.with_flag("--no-git");
        self
    }
}

/// The rendered project, and what was proved about it; what was proved has no resources but products.
fn rendered(plan: &Plan<'_>, is_plain: bool) -> Result<(Tree, Option<Proof>), Bug> {
    if !is_plain {
        return Ok((plan.render()?, None));
    }
    let stack = plan.stack;
    if plan.name == proof::NAME {
        let tree = plan.render()?;
        let proof = PROOFS.holding(stack, Some((plan.name, &tree)))?;
        return Ok((tree, proof));
    }
    // Under another name the digests need a second rendering, which takes no time of its own on a second core.
    thread::scope(|scope| {
        let proof = scope.spawn(|| PROOFS.holding(stack, None));
        let tree = plan.render()?;
        let proof = proof.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok((tree, proof))
    })
}

/// The warning that resources have no code, for a stack without a database.
fn unstored(stack: &Stack, resources: &[Resource]) -> Option<String> {
    if stack.database != Database::None || resources.is_empty() {
        return None;
    }
    let names: Vec<String> = resources.iter().map(|resource| format!("`{}`", resource.name())).collect();
    let names = names.join(", ");
    Some(format!("there is no code for {names} without a database; after `restwell set database=sqlite` there is"))
}

/// Why no repository is created beside another kind of `.git`.
const OTHER_GIT: &str = "`.git` exists and is not a repository";

/// The repository and workspace around the site. As in cargo, a repository that ignores the site does not count.
fn surroundings(site: &Site) -> Surroundings {
    let mut surroundings = site.surroundings();
    surroundings.repository = surroundings.repository.filter(|repository| !git::ignores(repository, &site.real));
    surroundings
}

fn git(site: &Site, surroundings: &Surroundings) -> Git {
    match &surroundings.repository {
        _ if site.is_repository() => Git::Not(format!("`{}` is a git repository already", site.path)),
        Some(repository) => Git::Not(format!("it is inside the git repository `{}`", repository.display())),
        None if site.has_other_git() => Git::Not(OTHER_GIT.into()),
        None => Git::Init,
    }
}

/// The part of the project that an interrupted run has written.
fn resumed(site: &Site, tree: &Tree) -> Result<Option<Resumed>, Error> {
    let State::Directory { traces: Traces::Unfinished(_), .. } = site.state else { return Ok(None) };
    let mut present = 0;
    for (path, file) in tree.files() {
        present += usize::from(site.look(path, &file.bytes)? == Found::Same);
    }
    Ok((present > 0).then_some(Resumed { present }))
}

fn replay<'a>(site: &'a Site, name: &'a Name, stack: &'a Stack, added: &'a [Resource]) -> Replay<'a> {
    let is_named = site.file_name() != Some(name.as_str());
    Replay { path: &site.path, name: is_named.then_some(name.as_str()), stack, added }
}
