//! `restwell new`: from what was said to a project on disk.

mod draft;
mod tell;

use std::ffi::OsString;

use camino::Utf8PathBuf;
use clap::Args;

use draft::Draft;

use super::choices::Choices;
use crate::answers::{self, Said};
use crate::error::Error;
use crate::git;
use crate::name::{self, Fault, Name};
use crate::precomputed::LOCKS;
use crate::preset::PRESETS;
use crate::prompt;
use crate::replay;
use crate::report::Git;
use crate::shell::Shell;
use crate::stack::{Answers, Resolution, Stack};
use crate::write::{Init, Site, State};

/// Write a project
///
/// On a terminal it asks for what is missing. Everything it could ask is also a flag, a variable (`RESTWELL_CACHE`), or
/// a key of an answers file; a flag goes before a variable, a variable before the file, the file before a preset.
#[derive(Args, Debug)]
pub(super) struct New {
    /// Where the project goes; its last part is the name. `.` is here
    #[arg(value_name = "PATH")]
    path: Utf8PathBuf,
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

/// What a command is about, once it is understood.
struct Scene {
    said: Said,
    site: Site,
    name: Name,
    /// The command, fit to be pasted and added to.
    typed: String,
}

/// An answer to every choice that needs one.
struct Complete {
    answers: Answers,
    /// Whether a person has seen the plan and agreed.
    is_reviewed: bool,
}

impl New {
    pub(super) fn run(self, non_interactive: bool, typed: &[OsString], shell: &mut Shell) -> Result<(), Error> {
        let scene = self.understand(typed)?;
        let can_ask = !non_interactive && !scene.said.non_interactive && shell.can_ask();
        let Complete { answers, is_reviewed } = self.complete(&scene, can_ask, shell)?;
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
        write(&scene.site, draft, shell)
    }

    /// Everything that can be known, or be wrong, before a question is asked.
    fn understand(&self, typed: &[OsString]) -> Result<Scene, Error> {
        if let Some(expected) = self.expect_version.as_ref().filter(|&version| version != crate::VERSION) {
            return Err(Error::OtherVersion { expected: expected.clone() });
        }
        if self.path.as_str().is_empty() {
            return Err(Error::Usage { message: "`<PATH>` is empty".into(), command: "new".into() });
        }
        let environment = answers::environment();
        let (file, preset) = (self.answers.as_deref(), self.preset.as_deref());
        let said = Said::gather(&self.choices.0, &environment, file, preset)?;
        let site = Site::survey(&self.path)?;
        let name = self.name(&site, said.name.as_deref())?;
        let scene = Scene { said, site, name, typed: command_line(typed) };
        match &scene.site.state {
            State::Directory { holds, unfinished: false } if !holds.is_empty() && !self.force => {
                Err(scene.occupied(holds))
            }
            State::Directory { .. } | State::Absent => Ok(scene),
        }
    }

    fn name(&self, site: &Site, said: Option<&str>) -> Result<Name, Error> {
        let given = self.name.as_deref().or(said);
        let word = given.or(site.absolute.file_name());
        let taken = word.ok_or(Fault::Nowhere).and_then(|word| Name::new(word, LOCKS.package_names()));
        let word = word.unwrap_or(self.path.as_str());
        taken.map_err(|fault| Error::Name {
            name: word.to_owned(),
            fault,
            better: name::better(word),
            path: given.is_none().then(|| self.path.clone()),
        })
    }

    /// The answers said, asked for, or left to defaults.
    fn complete(&self, scene: &Scene, can_ask: bool, shell: &mut Shell) -> Result<Complete, Error> {
        // A clash is a clash, whatever else is missing.
        self.resolve(&scene.said.answers)?;
        let missing = scene.said.missing();
        if missing.is_empty() || self.yes {
            return Ok(Complete { answers: scene.said.answers.clone(), is_reviewed: false });
        }
        if !can_ask {
            return Err(Error::Missing { choices: missing, typed: scene.typed.clone() });
        }
        let answers = prompt::ask(&scene.said, shell, &|answers| {
            let Draft { report, .. } = self.draft(answers, scene)?;
            let mut lines = report.summary();
            lines.extend(report.warnings.iter().map(|warning| format!("  {warning}")));
            lines.push(format!("  again: {}", report.replay));
            Ok(lines)
        })?;
        Ok(Complete { answers, is_reviewed: true })
    }

    fn resolve(&self, answers: &Answers) -> Result<Resolution, Error> {
        Stack::resolve(answers).map_err(|conflict| Error::Conflict { conflict, path: self.path.clone() })
    }

    fn draft(&self, answers: &Answers, scene: &Scene) -> Result<Draft, Error> {
        let resolution = self.resolve(answers)?;
        let mut draft = Draft::new(resolution, &scene.site, &scene.name)?;
        draft.report.warnings.extend(scene.said.warning());
        match &scene.site.state {
            // A run that was killed is finished by the next, as long as all it finds is what it would write.
            State::Directory { holds, unfinished: true } if !draft.changes.replaced.is_empty() && !self.force => {
                Err(scene.occupied(holds))
            }
            State::Directory { .. } | State::Absent if self.no_git => Ok(draft.without_git()),
            State::Directory { .. } | State::Absent => Ok(draft),
        }
    }
}

impl Scene {
    fn occupied(&self, holds: &[String]) -> Error {
        Error::Occupied { path: self.site.path.clone(), holds: holds.to_vec(), typed: Some(self.typed.clone()) }
    }
}

fn write(site: &Site, draft: Draft, shell: &mut Shell) -> Result<(), Error> {
    let Draft { tree, changes, mut report } = draft;
    let init: Option<Init> = (report.git == Git::Init).then_some(git::init);
    if let Some(because) = site.create(&tree, &changes, init)? {
        let warning = format!("no git repository was made: {because}");
        shell.warn(&warning);
        report.warnings.push(warning);
        report.git = Git::Not(because);
    }
    tell::done(&report, shell)
}

/// What was typed, fit to be pasted.
fn command_line(typed: &[OsString]) -> String {
    let words = typed.iter().skip(1).map(|word| replay::quote(&word.to_string_lossy()));
    std::iter::once("restwell".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
