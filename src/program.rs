//! Runs a command of the user's in the place of this program.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Becomes `command`, words separated by spaces, in `directory`. It comes back only with the reason why it could not.
#[expect(clippy::disallowed_methods, reason = "the user has just agreed to this command")]
pub fn replace(command: &str, directory: &Path) -> io::Error {
    let mut words = command.split_whitespace();
    let Some(program) = words.next() else { return io::ErrorKind::InvalidInput.into() };
    Command::new(program).args(words).current_dir(directory).exec()
}
