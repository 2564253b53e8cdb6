//! `restwell man`: manual pages, from the same definition as the command line.

use clap::Args;
use clap_mangen::Man as Page;
use serde_json::json;

use super::definition;
use crate::error::{Error, Place};
use crate::shell::Shell;

/// Print a manual page, of restwell or of one command
#[derive(Args, Debug)]
pub(super) struct Man {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl Man {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let mut page = Vec::new();
        // Rendering into memory cannot fail.
        Page::new(self.definition()?).render(&mut page).map_err(|error| Error::Bug(error.to_string()))?;
        let page = String::from_utf8_lossy(&page);
        shell.answer("man", || json!({ "page": page }), || page.to_string())
    }

    fn definition(&self) -> Result<clap::Command, Error> {
        let mut root = definition();
        let Some(word) = &self.command else {
            return Ok(root);
        };
        root.build();
        root.find_subcommand(word).cloned().ok_or_else(|| Error::UnknownValue {
            place: Place::Flag("man".into()),
            word: word.clone(),
            allowed: root.get_subcommands().map(|command| command.get_name().to_owned()).collect(),
        })
    }
}
