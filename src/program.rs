//! Runs a command of the user's in the place of this program.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::error::clause;

/// Becomes `command`, words separated by spaces, in `directory`. It returns only where it could not, with the reason in
/// one clause.
#[expect(clippy::disallowed_methods, reason = "the user has just agreed to this command")]
pub fn replace(command: &str, directory: &Path) -> String {
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    let error = Command::new(program).args(words).current_dir(directory).exec();
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no `{program}` on the path"),
        _ => clause(&error),
    }
}
