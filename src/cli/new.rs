//! `restwell new`: from what was said to a project on disk.

mod draft;
mod tell;

use std::ffi::OsString;
use std::io::IsTerminal;

use camino::Utf8PathBuf;
use clap::Args;

use draft::Draft;

use super::choices::Choices;
use crate::answers::{self, Said};
use crate::choice::Choice;
use crate::error::Error;
use crate::git;
use crate::name::{self, Fault, Name};
use crate::plan::LOCKS;
use crate::preset::PRESETS;
use crate::prompt;
use crate::replay;
use crate::report::Git;
use crate::shell::{Format, Shell};
use crate::stack::{Answers, Resolution, Stack};
use crate::write::{Changes, Site, State};

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

impl New {
    pub(super) fn run(
        self,
        non_interactive: bool,
        typed: &[OsString],
        shell: &mut Shell,
    ) -> Result<(), Error> {
        self.check_version()?;
        let environment = answers::environment();
        let said = Said::gather(
            &self.choices.0,
            &environment,
            self.answers.as_deref(),
            self.preset.as_deref(),
        )?;
        let site = Site::survey(&self.path)?;
        self.check_free(&site, typed)?;
        let name = self.name(&site, said.name.as_deref())?;
        let can_ask =
            !(non_interactive || said.non_interactive || shell.manner.format != Format::Human)
                && std::io::stdin().is_terminal()
                && std::io::stderr().is_terminal();
        let answers = self.complete(&said, (&site, &name), can_ask, typed, shell)?;
        let mut draft = self.draft(&answers, (&site, &name))?;
        draft.report.warnings.extend(said.warning());
        self.check_unfinished(&site, &draft.changes, typed)?;
        if let Some(path) = &self.show {
            return tell::file(&draft.tree, path, shell);
        }
        if self.dry_run {
            return tell::plan(&draft.report, shell);
        }
        self.write(&site, draft, shell)
    }

    fn check_version(&self) -> Result<(), Error> {
        match &self.expect_version {
            Some(expected) if expected != crate::VERSION => Err(Error::OtherVersion {
                expected: expected.clone(),
            }),
            Some(_) | None => Ok(()),
        }
    }

    fn occupied(&self, holds: &[String], typed: &[OsString]) -> Error {
        const SHOWN: usize = 3;
        let mut shown: Vec<String> = holds.iter().take(SHOWN).cloned().collect();
        if holds.len() > SHOWN {
            shown.push(format!("{} more", holds.len() - SHOWN));
        }
        Error::Occupied {
            path: self.path.clone(),
            holds: shown,
            typed: command_line(typed),
        }
    }

    /// Before any question: the answers would be for nothing.
    fn check_free(&self, site: &Site, typed: &[OsString]) -> Result<(), Error> {
        match &site.state {
            State::Directory {
                holds,
                unfinished: false,
            } if !holds.is_empty() && !self.force => Err(self.occupied(holds, typed)),
            State::Directory { .. } | State::Absent => Ok(()),
        }
    }

    /// A run that was killed is finished by the next, as long as all it finds is what it would write.
    fn check_unfinished(
        &self,
        site: &Site,
        changes: &Changes,
        typed: &[OsString],
    ) -> Result<(), Error> {
        match &site.state {
            State::Directory {
                holds,
                unfinished: true,
            } if !changes.replaced.is_empty() && !self.force => Err(self.occupied(holds, typed)),
            State::Directory { .. } | State::Absent => Ok(()),
        }
    }

    fn name(&self, site: &Site, said: Option<&str>) -> Result<Name, Error> {
        let given = self.name.as_deref().or(said);
        let from_path = site.absolute.file_name();
        let (word, path) = match (given, from_path) {
            (Some(word), _) => (word, None),
            (None, Some(word)) => (word, Some(self.path.clone())),
            (None, None) => ("", Some(self.path.clone())),
        };
        let taken = match (given, from_path) {
            (None, None) => Err(Fault::Nowhere),
            _ => Name::new(word, LOCKS.package_names()),
        };
        taken.map_err(|fault| Error::Name {
            name: word.to_owned(),
            fault,
            better: name::better(word),
            path,
        })
    }

    /// An answer to every choice that needs one: those given, asked for, or left to defaults.
    fn complete(
        &self,
        said: &Said,
        (site, name): (&Site, &Name),
        can_ask: bool,
        typed: &[OsString],
        shell: &mut Shell,
    ) -> Result<Answers, Error> {
        // A clash is a clash, whatever else is missing.
        self.resolve(&said.answers)?;
        let missing: Vec<Choice> = Choice::ALL
            .iter()
            .copied()
            .filter(|&choice| said.answers.get(choice).is_none())
            .collect();
        if missing.is_empty() || self.yes {
            return Ok(said.answers.clone());
        }
        if !can_ask {
            return Err(Error::Missing {
                choices: missing,
                typed: command_line(typed),
            });
        }
        prompt::ask(said, shell, &|answers| {
            let Draft { report, .. } = self.draft(answers, (site, name))?;
            let mut lines = report.summary();
            lines.push(format!("  again: {}", report.replay));
            Ok(lines)
        })
    }

    fn resolve(&self, answers: &Answers) -> Result<Resolution, Error> {
        Stack::resolve(answers).map_err(|conflict| Error::Conflict {
            conflict,
            path: self.path.clone(),
        })
    }

    fn draft(&self, answers: &Answers, (site, name): (&Site, &Name)) -> Result<Draft, Error> {
        let resolution = self.resolve(answers)?;
        let draft = Draft::new(resolution, site, name)?;
        Ok(if self.no_git {
            draft.without_git()
        } else {
            draft
        })
    }

    fn write(&self, site: &Site, draft: Draft, shell: &mut Shell) -> Result<(), Error> {
        let Draft {
            tree,
            changes,
            mut report,
        } = draft;
        for replaced in &changes.replaced {
            shell.say(format!(
                "replaces `{}`, kept as `{}`",
                replaced.path, replaced.kept
            ));
        }
        let wants_git = report.git == Git::Init;
        let mut failed = None;
        site.create(&tree, &changes, |staged| {
            if wants_git {
                failed = git::init(staged).err();
            }
        })?;
        if let Some(because) = failed {
            report
                .warnings
                .push(format!("no git repository was made: {because}"));
            report.git = Git::Not(because);
        }
        tell::done(&report, shell)
    }
}

/// What was typed, fit to be pasted.
fn command_line(typed: &[OsString]) -> String {
    let words = typed
        .iter()
        .skip(1)
        .map(|word| replay::quote(&word.to_string_lossy()));
    std::iter::once("restwell".to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}
