//! `restwell help`: the same text as `--help`, of restwell or of one command.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::{COMMANDS, definition};
use crate::command_line::CommandLine;
use crate::error::{Error, Place};
use crate::shell::Shell;
use crate::spelling;

/// Print this help, or that of one command
#[derive(Args, Debug)]
pub(super) struct Help {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// A page of help.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HelpText {
    /// The text of the page.
    pub text: String,
}

impl Help {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let mut page = page("help", self.command.as_deref())?;
        let text = page.render_long_help().to_string();
        shell.answer("help", || HelpText { text: text.clone() }, || text.clone())
    }
}

/// The definition of a command, for `help` and `man`.
pub(super) fn page(asker: &str, command: Option<&str>) -> Result<clap::Command, Error> {
    let mut root = definition();
    root.build();
    let Some(word) = command else {
        return Ok(root);
    };
    root.find_subcommand(word).cloned().ok_or_else(|| Error::UnknownValue {
        place: Place::Argument("[COMMAND]".to_owned()),
        word: word.to_owned(),
        allowed: COMMANDS.iter().map(|&name| name.to_owned()).collect(),
        mended: spelling::nearest(word, COMMANDS.iter().copied()).map(|near| Box::new(CommandLine::new([asker, near]))),
    })
}
