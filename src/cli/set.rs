//! `restwell set` and `restwell update`: merge the difference of two renders into a project.

mod ask;
mod lock;
mod plan;
mod resource;
mod table;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::choices::{check_pairs, pairs};
use crate::answers;
use crate::choice::Value;
use crate::disk::{Change, Root};
use crate::error::{Error, Misuse, OpenPlace, Unmerged};
use crate::interrupt;
use crate::merge::{Conflict, Labels, Side, Step};
use crate::project::{Checked, Depth, Merging, Project, Wanted, check};
use crate::shell::Shell;
use crate::stack::{Answers, Origin};
use crate::version::{VERSION, is_newer};

use ask::Questions;
pub(super) use lock::packages;
pub(super) use plan::Planned;

/// Change choices of a project
///
/// What the new values render otherwise is merged with your edits. The plan is printed first. If a person has to decide,
/// nothing is written and the exit code is 7. `restwell undo` takes the change back.
#[derive(Args, Debug)]
pub(super) struct Set {
    /// The new values, such as `cache=redis`; without any, what `restwell.toml` asks for
    #[arg(value_name = "CHOICE=VALUE", value_parser = pairs(), hide_possible_values = true)]
    values: Vec<Value>,
    #[command(flatten)]
    options: MergeOptions,
}

/// Apply the templates of this version to a project, with the choices that it has
///
/// Works like `restwell set`.
#[derive(Args, Debug)]
pub(super) struct Update {
    /// Allow a version older than the one that was applied
    #[arg(long)]
    downgrade: bool,
    #[command(flatten)]
    options: MergeOptions,
}

#[derive(Args, Debug)]
pub(super) struct MergeOptions {
    /// Print the plan, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Where this file, or a file in this directory, is in conflict, keep your side; can be repeated
    #[arg(long, value_name = "PATH")]
    ours: Vec<Utf8PathBuf>,
    /// Where this file, or a file in this directory, is in conflict, take restwell's side; can be repeated
    #[arg(long, value_name = "PATH")]
    theirs: Vec<Utf8PathBuf>,
    /// What becomes of conflicts
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    conflict: OnConflict,
    /// Leave this file, the files in this directory, or those that a pattern such as `ops/alerts/*.yml` matches as they
    /// are; the next run offers them again; can be repeated
    #[arg(long, value_name = "PATH")]
    except: Vec<Utf8PathBuf>,
    /// Compare with the project in this directory instead of `.restwell/base`: one that the version that was applied
    /// rendered from the same choices
    #[arg(long, value_name = "DIR")]
    base: Option<Utf8PathBuf>,
    /// Do not run `cargo check` on the result before it is written
    #[arg(long)]
    no_check: bool,
    /// Run the tests of the result, too, before it is written
    #[arg(long, conflicts_with = "no_check")]
    test: bool,
}

/// What becomes of conflicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OnConflict {
    /// Write nothing
    #[default]
    Stop,
    /// Ask about each place, on a terminal
    Ask,
    /// Write the rest, and both sides between markers
    Markers,
}

impl Set {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        check_pairs(&self.values)?;
        let title = self.values.iter().fold("set".to_owned(), |title, value| format!("{title} {value}"));
        let asked: Answers = self.values.iter().map(|&value| (value, Origin::Flag)).collect();
        self.options.run("set", title, |project| project.wanted(asked), shell)
    }
}

impl Update {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let Self { downgrade, options } = self;
        let same = |project: &Project| {
            if is_newer(&project.base.version, VERSION) && !downgrade {
                return Err(Error::Merge(Unmerged::Older { applied: project.base.version.clone() }));
            }
            project.unchanged()
        };
        options.run("update", "update".to_owned(), same, shell)
    }
}

impl MergeOptions {
    pub(super) fn run(
        self,
        command: &str,
        title: String,
        want: impl FnOnce(&Project) -> Result<Wanted, Error>,
        shell: &mut Shell,
    ) -> Result<(), Error> {
        super::warn_of(&answers::check(&answers::environment())?, shell);
        if self.conflict == OnConflict::Ask && !shell.can_ask() {
            return Err(Error::Usage(Misuse::NoTerminal));
        }
        let root = if self.base.is_some() { Root::find_without_base()? } else { Root::find()? };
        let turn = if self.dry_run { None } else { Some(root.take_turn()?) };
        let project = match &self.base {
            Some(directory) => Project::based_on(directory, root.clone())?,
            None => Project::at(root.clone())?,
        };
        let wanted = want(&project)?;
        table::check(&project, &wanted)?;
        let mut merging = project.merge(&wanted.resolution.stack, &wanted.resources)?;
        self.leave(&project, &mut merging)?;
        self.resolve(&project, &mut merging)?;
        let marked = self.decide(&mut merging, &project, shell)?;
        let mut change = merging.change(&project, title)?;
        let planned = Planned::of(&project, &wanted, &merging, &change);
        planned.say(self.dry_run, shell);
        if let Some(turn) = turn.filter(|_| !change.files.is_empty()) {
            // After a signal cargo is ended and its copy removed before the program ends.
            let shield = interrupt::hold();
            if !merging.is_locked() {
                merging.lock(&root, &mut change)?;
            }
            let is_checked = !self.no_check && marked.is_empty();
            let checked = if is_checked { self.checked(&root, &mut merging, &mut change, shell)? } else { None };
            drop(shield);
            turn.make(&change)?;
            if let Some(checked) = checked {
                shell.say(checked);
            }
            shell.say("undo           restwell undo");
        }
        if !marked.is_empty() {
            return Err(Error::Merge(Unmerged::Marked { paths: marked, is_dry: self.dry_run }));
        }
        planned.print(command, shell)
    }

    /// Leaves the files as they are that it was asked for.
    fn leave(&self, project: &Project, merging: &mut Merging) -> Result<(), Error> {
        // The user's files have no step.
        let known: BTreeSet<&Utf8PathBuf> = merging.merge.steps.keys().chain(project.base.entries.keys()).collect();
        let patterns = self.except.iter().map(|typed| project.pattern_of(typed, known.iter().copied()));
        let patterns = patterns.collect::<Result<Vec<_>, _>>()?;
        merging.except(|path| patterns.iter().any(|pattern| pattern.matches(path)));
        Ok(())
    }

    /// Takes the side that was asked for.
    fn resolve(&self, project: &Project, merging: &mut Merging) -> Result<(), Error> {
        let known = |typed: &Utf8PathBuf| project.path_of(typed, merging.merge.steps.keys());
        let mut wanted = Vec::new();
        for typed in &self.ours {
            wanted.push((known(typed)?, Side::Yours));
        }
        for typed in &self.theirs {
            let path = known(typed)?;
            if let Some(index) = wanted.iter().position(|(other, side)| *other == path && *side == Side::Yours) {
                let [ours, theirs] = [&self.ours[index], typed].map(ToString::to_string);
                return Err(Error::Usage(Misuse::TwoSides { ours, theirs }));
            }
            wanted.push((path, Side::New));
        }
        // A file is more exact than the folder around it.
        wanted.sort_by_key(|(path, _)| Reverse(path.components().count()));
        for (wanted, side) in wanted {
            let steps = merging.merge.steps.keys();
            let paths: Vec<Utf8PathBuf> = steps.filter(|path| path.starts_with(&wanted)).cloned().collect();
            for path in paths {
                merging.merge.resolve(path, side);
            }
        }
        Ok(())
    }

    /// Decides the conflicts as it was asked for. Returns the files with markers.
    fn decide(&self, merging: &mut Merging, project: &Project, shell: &mut Shell) -> Result<Vec<String>, Error> {
        let (base, new) = (format!("restwell {}", project.base.version), format!("restwell {VERSION}"));
        let labels = Labels { yours: "yours", base: &base, new: &new };
        let open = |merging: &Merging| {
            let to_port = merging.to_port(project);
            let to_port = to_port.iter().map(|path| project.root.relative(path.as_ref()).into()).collect();
            let unmerged = Unmerged::Open { places: places(merging, &project.root), to_port };
            Err(Error::Merge(unmerged))
        };
        if merging.merge.conflicts().next().is_none() {
            return Ok(Vec::new());
        }
        match self.conflict {
            OnConflict::Stop => open(merging),
            OnConflict::Ask => match (Questions { root: &project.root, labels, shell }).ask(merging)? {
                true => Ok(Vec::new()),
                false => open(merging),
            },
            OnConflict::Markers => mark(merging, labels, &project.root).map_or_else(|| open(merging), Ok),
        }
    }

    /// Checks the result in a copy; what was checked, in one line.
    fn checked(
        &self,
        root: &Root,
        merging: &mut Merging,
        change: &mut Change,
        shell: &mut Shell,
    ) -> Result<Option<String>, Error> {
        let (depth, what) =
            if self.test { (Depth::Test, "cargo check and cargo test") } else { (Depth::Compile, "cargo check") };
        let tests = if self.test { ", then its tests" } else { "" };
        shell.say(format!("checking       cargo check --all-targets --locked, in a copy{tests}"));
        let mut checked = check(root, &merging.result(), depth)?;
        if checked == Checked::Unlocked {
            merging.lock(root, change)?;
            checked = check(root, &merging.result(), depth)?;
        }
        match checked {
            Checked::Passed(seconds) => Ok(Some(format!("checked        {what} passed in {seconds} s"))),
            Checked::NotPossible(because) => Ok(Some(format!("not checked    {because}"))),
            Checked::Unlocked => Err(Error::Merge(Unmerged::Unlocked { lines: Vec::new() })),
            Checked::Failed(lines) => Err(Error::Merge(Unmerged::Broken { lines })),
        }
    }
}

/// Writes markers into conflicts; returns their files, relative to the working directory, or `None` if a decision is about
/// a whole file.
fn mark(merging: &mut Merging, labels: Labels<'_>, root: &Root) -> Option<Vec<String>> {
    let step =
        |(path, conflict): (&Utf8PathBuf, &Conflict)| Some((path.clone(), Step::Merged(conflict.marked(labels)?)));
    let marked: Vec<(Utf8PathBuf, Step)> = merging.merge.conflicts().map(step).collect::<Option<_>>()?;
    let paths = marked.iter().map(|(path, _)| root.relative(path).into()).collect();
    merging.merge.steps.extend(marked);
    Some(paths)
}

/// Every place that a person has to decide, relative to the working directory.
fn places(merging: &Merging, root: &Root) -> Vec<OpenPlace> {
    let mut places = Vec::new();
    for (path, conflict) in merging.merge.conflicts() {
        let path = root.relative(path);
        if conflict.hunks().next().is_none() {
            places.push(OpenPlace {
                path: path.to_string(),
                line: None,
                reason: conflict.reason().clone(),
                sides: None,
            });
        }
        places.extend(conflict.hunks().map(|hunk| OpenPlace {
            path: path.to_string(),
            line: Some(hunk.line),
            reason: hunk.reason.clone(),
            sides: Some([hunk.base.clone(), hunk.yours.clone(), hunk.new.clone()]),
        }));
    }
    places
}
