//! `restwell man`: manual pages, from the same definition as the command line.

use clap::Args;
use clap_mangen::Man as Page;
use schemars::JsonSchema;
use serde::Serialize;

use super::help;
use crate::error::Error;
use crate::shell::Shell;

/// Print a manual page, of restwell or of one command
#[derive(Args, Debug)]
pub(super) struct Man {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// A manual page.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ManualPage {
    /// The page, in roff.
    page: String,
}

impl Man {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let mut page = Vec::new();
        let definition = help::page("man", self.command.as_deref())?;
        // Rendering into memory cannot fail.
        Page::new(definition).render(&mut page).map_err(|error| Error::Bug(error.to_string()))?;
        let page = String::from_utf8_lossy(&page);
        shell.answer("man", || ManualPage { page: page.to_string() }, || page.to_string())
    }
}
