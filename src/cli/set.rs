//! `restwell set` and `restwell update`: merge the difference of two renders into a project.

mod lock;
mod plan;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use glob::Pattern;

use super::choices::pairs;
use crate::answers;
use crate::choice::Value;
use crate::disk::Root;
use crate::error::{Error, OpenPlace, Unmerged};
use crate::merge::{Labels, Side, Step};
use crate::project::{Checked, Merging, Project, Wanted, check};
use crate::shell::Shell;
use crate::spelling;
use crate::stack::{Answers, Origin};
use crate::version::{VERSION, is_newer};

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
    /// Leave files whose path matches as they are; the next run offers them again; can be repeated
    #[arg(long, value_name = "GLOB")]
    except: Vec<Pattern>,
    /// Do not run `cargo check` on the result before it is written
    #[arg(long)]
    no_check: bool,
}

/// What becomes of conflicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OnConflict {
    /// Write nothing
    #[default]
    Stop,
    /// Write the rest, and both sides between markers
    Markers,
}

impl Set {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        for (index, value) in self.values.iter().enumerate() {
            if self.values[..index].iter().any(|other| other.choice() == value.choice()) {
                let message = format!("`{}` is given more than one value", value.choice().id());
                return Err(Error::Usage { message, command: "set".into() });
            }
        }
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
        let root = Root::find()?;
        let turn = if self.dry_run { None } else { Some(root.take_turn()?) };
        let project = Project::at(root.clone())?;
        let wanted = want(&project)?;
        let mut merging = project.merge(&wanted.resolution.stack, &wanted.resources)?;
        merging.except(|path| self.except.iter().any(|pattern| pattern.matches(path.as_str())));
        self.resolve(&project, &mut merging)?;
        let marked = self.mark(&mut merging, &project)?;
        let change = merging.change(&project, title)?;
        let planned = Planned::of(&project, &wanted, &merging, &change);
        planned.say(self.dry_run, shell);
        if let Some(turn) = turn.filter(|_| !change.files.is_empty()) {
            let checked = if self.no_check || !marked.is_empty() { None } else { self.check(&root, &merging, shell)? };
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

    /// Takes the side that was asked for.
    fn resolve(&self, project: &Project, merging: &mut Merging) -> Result<(), Error> {
        for (typed, side) in
            self.ours.iter().map(|path| (path, Side::Yours)).chain(self.theirs.iter().map(|path| (path, Side::New)))
        {
            let steps = || merging.merge.steps.keys();
            let is_known = |path: &Utf8PathBuf| steps().any(|known| known.starts_with(path));
            // An error names files relative to the project.
            let inside = [project.root.inside(typed), Some(typed.clone())];
            let Some(wanted) = inside.into_iter().flatten().find(is_known) else {
                let nearest = spelling::nearest(typed.as_str(), steps().map(|path| path.as_str()));
                return Err(Error::NoSuchFile { path: typed.to_string(), nearest: nearest.map(str::to_owned) });
            };
            let paths: Vec<Utf8PathBuf> = steps().filter(|path| path.starts_with(&wanted)).cloned().collect();
            for path in paths {
                merging.merge.resolve(path, side);
            }
        }
        Ok(())
    }

    /// Writes markers into conflicts if that was asked for; returns their files.
    fn mark(&self, merging: &mut Merging, project: &Project) -> Result<Vec<String>, Error> {
        let (base, new) = (format!("restwell {}", project.base.version), format!("restwell {VERSION}"));
        let labels = Labels { yours: "yours", base: &base, new: &new };
        let marked: Vec<(Utf8PathBuf, Option<Step>)> = merging
            .merge
            .conflicts()
            .map(|(path, conflict)| (path.clone(), conflict.marked(labels).map(Step::Merged)))
            .collect();
        if marked.is_empty() {
            return Ok(Vec::new());
        }
        if self.conflict == OnConflict::Stop || marked.iter().any(|(_, step)| step.is_none()) {
            return Err(Error::Merge(Unmerged::Open { places: places(merging), to_port: merging.to_port(project) }));
        }
        let paths = marked.iter().map(|(path, _)| path.to_string()).collect();
        merging.merge.steps.extend(marked.into_iter().filter_map(|(path, step)| Some((path, step?))));
        Ok(paths)
    }

    /// Checks the result in a copy; what was checked, in one line.
    fn check(&self, root: &Root, merging: &Merging, shell: &mut Shell) -> Result<Option<String>, Error> {
        shell.say("checking       cargo check --all-targets --locked, in a copy");
        match check(root, &merging.result())? {
            Checked::Passed(seconds) => Ok(Some(format!("checked        cargo check passed in {seconds} s"))),
            Checked::NotPossible(because) => Ok(Some(format!("not checked    {because}"))),
            Checked::Failed(lines) => Err(Error::Merge(Unmerged::Broken { lines })),
        }
    }
}

/// Every place that a person has to decide.
fn places(merging: &Merging) -> Vec<OpenPlace> {
    let mut places = Vec::new();
    for (path, conflict) in merging.merge.conflicts() {
        let path: &Utf8Path = path;
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
