//! `restwell policy check`: the rules of a team over a project, as text, JSON or SARIF.

mod sarif;

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answers;
use crate::disk::read_answers;
use crate::error::Error;
use crate::policy::{Fix, Policy, Violation};
use crate::project::Project;
use crate::shell::{Format, Shell};
use crate::version::VERSION;

/// Check a project against the rules of a team
///
/// The file has the oldest version that may have been applied, the values that are allowed, and the files that must be
/// unchanged. If the project breaks a rule, the exit code is 6. Nothing is written.
#[derive(Args, Debug)]
pub(super) struct PolicyCommand {
    /// What to do
    #[arg(value_enum)]
    action: Action,
    /// The policy, a TOML file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
    /// The format of the output
    // Replaces the global flag: this command has one more format.
    #[arg(
        id = "format",
        long,
        value_parser = super::formats([Format::Human, Format::Json, Format::Sarif]),
        default_value = "human",
        hide_default_value = true,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    _format: Format,
}

/// What is done with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Check the project around the working directory
    Check,
}

/// A project that breaks no rule.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Kept {
    /// The name of the project.
    name: String,
    /// The version of this restwell.
    version: &'static str,
    /// The policy.
    policy: String,
}

impl PolicyCommand {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let Self { action: Action::Check, file, _format } = self;
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let text = read_answers(&file)?;
        let policy = Policy::parse(&text)?;
        let project = Project::open()?;
        let violations = policy.check(&project)?;
        if shell.options.format == Format::Sarif {
            shell.object(&sarif::report(&violations))?;
        }
        if !violations.is_empty() {
            let (what, fixes) = violations.into_iter().map(|Violation { what, fix, .. }| (what, fix)).unzip();
            return Err(violates(text.name, what, fixes));
        }
        let kept = Kept { name: project.name.clone(), version: VERSION, policy: text.name };
        match shell.options.format {
            Format::Json => shell.json("policy", kept),
            Format::Sarif => Ok(()),
            Format::Human | Format::GithubMatrix => {
                shell.say(format!("{} breaks no rule of `{}`", kept.name, kept.policy));
                Ok(())
            }
        }
    }
}

fn violates(policy: String, what: Vec<String>, all: Vec<Fix>) -> Error {
    let (mut fixes, mut help) = (Vec::new(), Vec::new());
    for fix in all {
        match fix {
            Fix::Command(line) => fixes.push(line),
            Fix::Help(text) => help.push(text),
        }
    }
    Error::Violates { policy, what, fixes, help }
}
