//! The command line: a sub-command and the settings. A setting is a flag, or the environment variable of the same name,
//! or that variable in `.env`, or a default. Each module of the platform defines its own; `--help` prints their doc
//! comments as the reference.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::platform::{self, settings, settings::Environment, settings::Problem};

#[derive(Clone, Subcommand)]
pub enum Command {
    /// Serve the API until SIGTERM; the default
    Serve,
    #[command(flatten)]
    Platform(platform::command::Command),
}

#[derive(Parser)]
#[command(version, about, args_override_self = true)]
pub struct Config {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub platform: platform::Settings,
}

impl Config {
    /// Reads flags, then the environment with `.env`, then defaults.
    ///
    /// # Errors
    /// clap's, or one that lists every setting with an invalid value.
    pub fn read(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let settings::Settings { values, arguments, mut problems } = settings::read(&command, arguments, environment)?;
        let mut config = Self::from_arg_matches(&values)?;
        if arguments.subcommand().is_some() {
            config.command = Some(Command::from_arg_matches(&arguments)?);
        }
        let contradictions = config.platform.contradictions();
        //= contradictions
        for (settings, rule) in contradictions {
            // An invalid setting was left at its default, so its contradictions are not reported.
            if !problems.iter().any(|problem| settings.contains(&problem.setting.as_str())) {
                problems.push(Problem::new(settings[0], rule));
            }
        }
        if problems.is_empty() { Ok(config) } else { Err(settings::refuse(&mut command, &problems)) }
    }
}
