//! `restwell completions`: shell completions, from the same definition as the command line.

use clap::Args;
use clap_complete::Shell as Kind;
use schemars::JsonSchema;
use serde::Serialize;

use super::definition;
use crate::error::Error;
use crate::shell::Shell;

/// Print completions for a shell
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Kind,
}

/// The completions of a shell.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Script {
    /// The shell.
    shell: String,
    /// The script to source.
    script: String,
}

impl Completions {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut definition(), "restwell", &mut script);
        let script = String::from_utf8_lossy(&script);
        let data = || Script { shell: self.shell.to_string(), script: script.to_string() };
        shell.answer("completions", data, || script.to_string())
    }
}
