//! `restwell new`: from what was said to a project on disk.

mod asking;
mod draft;
mod leftover;
mod offer;
pub(super) mod tell;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use draft::Draft;

use super::choices::Choices;
use crate::answers::{self, Input};
use crate::command_line::path_word;
use crate::disk::{self, Init, Site, State, Traces};
use crate::error::{Error, Occupant};
use crate::git;
use crate::name::{self, Fault, Name};
use crate::precomputed::LOCKS;
use crate::preset::PRESETS;
use crate::report::{Git, Report};
use crate::shell::Shell;
use crate::stack::{Answers, Resolution, Stack};

/// Write a project
///
/// On a terminal it asks for what is missing. Everything it could ask is also a flag, a variable (`RESTWELL_CACHE`), or
/// a key of an answers file; a flag goes before a variable, a variable before the file, the file before a preset.
#[derive(Args, Debug)]
pub(super) struct New {
    /// Where the project goes; its last part is the name, `.` is here. Without it, on a terminal, the name is asked
    #[arg(value_name = "PATH")]
    path: Option<Utf8PathBuf>,
    #[command(flatten)]
    choices: Choices,
    /// Start from a named stack
    #[arg(long, value_name = "NAME", value_parser = preset_words(), help_heading = "Choices")]
    preset: Option<String>,
    /// Read answers from a TOML file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    answers: Option<Utf8PathBuf>,
    /// The name of the package, if it is not the last part of PATH
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Take the default for whatever is not given
    #[arg(long, short)]
    yes: bool,
    /// Tell what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one file of the plan, and write nothing
    #[arg(long, value_name = "PATH")]
    show: Option<String>,
    /// Write into a directory that is not empty; each file that is replaced is listed and kept
    #[arg(long)]
    force: bool,
    /// Do not run `git init`
    #[arg(long)]
    no_git: bool,
    /// Fail unless this is that version of restwell
    #[arg(long, value_name = "VERSION")]
    expect_version: Option<String>,
}

fn preset_words() -> clap::builder::PossibleValuesParser {
    PRESETS
        .iter()
        .map(|preset| clap::builder::PossibleValue::new(preset.id).help(preset.about))
        .collect::<Vec<_>>()
        .into()
}

/// What was asked for, before a place and every answer are known.
struct Request {
    input: Input,
    can_ask: bool,
}

/// What a command is about, once its place is known.
struct Scene<'a> {
    input: &'a Input,
    site: Site,
    name: Name,
}

/// A place, and an answer to every choice that needs one.
struct Complete<'a> {
    scene: Scene<'a>,
    answers: Answers,
    /// Whether a person has seen the plan and agreed.
    is_reviewed: bool,
}

impl New {
    pub(super) fn run(self, non_interactive: bool, shell: &mut Shell) -> Result<(), Error> {
        let request = self.understand(!non_interactive && shell.can_ask())?;
        let Complete { scene, answers, is_reviewed } = self.complete(&request, shell)?;
        let draft = self.draft(&answers, &scene)?;
        if let Some(path) = &self.show {
            return tell::file(&draft.tree, path, shell);
        }
        if self.dry_run {
            return tell::plan(&draft.report, shell);
        }
        if !is_reviewed {
            tell::before(&draft.report, shell);
        }
        let report = write(&scene.site, draft, shell)?;
        if is_reviewed { offer::first_step(&report, &scene.site, shell) } else { Ok(()) }
    }

    /// Everything that can be known, or be wrong, before there is a place.
    fn understand(&self, can_ask: bool) -> Result<Request, Error> {
        if let Some(expected) = self.expect_version.as_ref().filter(|&version| version != crate::version::VERSION) {
            return Err(Error::OtherVersion { expected: expected.clone() });
        }
        let environment = answers::environment();
        let file = self.answers.as_deref().map(disk::read_answers).transpose()?;
        let input = Input::gather(&self.choices.0, &environment, file.as_ref(), self.preset.as_deref())?;
        Ok(Request { can_ask: can_ask && !input.non_interactive, input })
    }

    /// Everything that can be known, or be wrong, before a question about the stack is asked.
    fn scene<'a>(&self, input: &'a Input, path: &Utf8Path) -> Result<Scene<'a>, Error> {
        let site = Site::survey(path)?;
        let name = self.name(&site, input.name.as_deref())?;
        let scene = Scene { input, site, name };
        match &scene.site.state {
            State::Directory { traces: Traces::Running, .. } => Err(scene.occupied(Occupant::Run)),
            State::Directory { holds, traces: Traces::None } if !holds.is_empty() && !self.force => {
                Err(scene.occupied(Occupant::Files(holds.clone())))
            }
            State::Directory { .. } | State::Absent => Ok(scene),
        }
    }

    /// Where the project goes, unless that has to be asked. A name that was given without a path is the path too.
    fn path(&self, input: &Input) -> Result<Option<Utf8PathBuf>, Error> {
        match (&self.path, self.name.as_ref().or(input.name.as_ref())) {
            (Some(path), _) if path.as_str().is_empty() => {
                Err(Error::Usage { message: "`<PATH>` is empty".into(), command: "new".into() })
            }
            (Some(path), _) => Ok(Some(path.clone())),
            (None, name) => Ok(name.map(|name| path_word(name).into())),
        }
    }

    fn name(&self, site: &Site, input: Option<&str>) -> Result<Name, Error> {
        let given = self.name.as_deref().or(input);
        let real = site.real.file_name().map(|name| name.to_string_lossy());
        let word = given.or(real.as_deref());
        let taken = word.ok_or(Fault::Nowhere).and_then(|word| Name::new(word, LOCKS.package_names()));
        let word = word.unwrap_or(site.path.as_str());
        taken.map_err(|fault| Error::Name {
            name: word.to_owned(),
            fault,
            better: name::better(word, || LOCKS.package_names()).unwrap_or_else(|| "shop-api".to_owned()),
            is_from_path: given.is_none(),
        })
    }

    /// The place and the answers: said, asked for, or left to defaults.
    fn complete<'a>(&self, request: &'a Request, shell: &mut Shell) -> Result<Complete<'a>, Error> {
        let Request { input, can_ask } = request;
        let path = self.path(input)?;
        if path.is_none() && !can_ask {
            return Err(Error::NoPath);
        }
        let scene = path.map(|path| self.scene(input, &path)).transpose()?;
        // A clash is a clash, whatever else is missing.
        resolve(&input.answers)?;
        let missing = if self.yes { Vec::new() } else { input.missing() };
        match scene {
            Some(scene) if missing.is_empty() => {
                Ok(Complete { scene, answers: input.answers.clone(), is_reviewed: false })
            }
            Some(_) if !can_ask => Err(Error::Missing { choices: missing }),
            scene => asking::complete(self, input, scene, shell),
        }
    }

    fn draft(&self, answers: &Answers, scene: &Scene<'_>) -> Result<Draft, Error> {
        let resolution = resolve(answers)?;
        let mut draft = Draft::new(resolution, &scene.site, &scene.name)?;
        draft.report.warnings.extend(scene.input.warnings());
        match &scene.site.state {
            State::Directory { holds, traces } if !draft.changes.replaced.is_empty() && !self.force => {
                // What has appeared since the target was looked at is in the changes alone.
                let names = if holds.is_empty() { draft.changes.names() } else { holds.clone() };
                Err(scene.occupied(scene.occupant(names, traces)))
            }
            State::Directory { .. } | State::Absent if self.no_git => Ok(draft.without_git()),
            State::Directory { .. } | State::Absent => Ok(draft),
        }
    }
}

impl Scene<'_> {
    fn occupied(&self, by: Occupant) -> Error {
        Error::Occupied { path: self.site.path.clone(), by }
    }

    /// What keeps a project from being written without `--force`: files of the user's, or a part of another project. A
    /// run that was killed is completed by the next, as long as all it finds is what it would write.
    fn occupant(&self, holds: Vec<String>, traces: &Traces) -> Occupant {
        match traces {
            Traces::Unfinished(receipt) => {
                Occupant::Part { holds, finish: leftover::finish(&self.site, receipt.as_deref()) }
            }
            Traces::None | Traces::Running => Occupant::Files(holds),
        }
    }
}

fn resolve(answers: &Answers) -> Result<Resolution, Error> {
    Stack::resolve(answers).map_err(|conflict| Error::Conflict { conflict, answers: answers.clone() })
}

fn write(site: &Site, draft: Draft, shell: &mut Shell) -> Result<Report, Error> {
    let Draft { tree, changes, mut report } = draft;
    let init: Option<Init> = (report.git == Git::Init).then_some(git::init);
    if let Some(because) = site.create(&tree, &changes, init)? {
        let warning = format!("no git repository was made: {because}");
        shell.warn(&warning);
        report.warnings.push(warning);
        report.git = Git::Not(because);
    }
    tell::done(&report, shell)?;
    Ok(report)
}
