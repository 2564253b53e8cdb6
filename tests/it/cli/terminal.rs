//! A terminal with restwell on it: keys are pressed, the screen is read.

use std::path::Path;
use std::process::Command;

use rexpect::process::wait::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

use super::session::{Listing, PROGRAM, listing};

/// How long a screen may take to say what is expected of it, in milliseconds.
const PATIENCE: u64 = 20_000;

/// Keys as a terminal sends them.
pub(super) const ENTER: &str = "\r";
pub(super) const DOWN: &str = "\u{1b}[B";
pub(super) const ESCAPE: &str = "\u{1b}";
pub(super) const CONTROL_C: &str = "\u{3}";

/// A terminal.
pub(super) struct Terminal {
    directory: TempDir,
    session: PtySession,
}

/// Starts restwell on a terminal, in an empty directory.
pub(super) fn on_terminal<const N: usize>(words: [&str; N]) -> Terminal {
    on_terminal_with(words, &[])
}

/// The same with variables of the environment.
pub(super) fn on_terminal_with<const N: usize>(words: [&str; N], variables: &[(&str, &str)]) -> Terminal {
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(PROGRAM);
    command
        .args(words)
        .current_dir(directory.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", directory.path())
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied());
    let session = spawn_command(command, Some(PATIENCE)).expect("it starts");
    Terminal { directory, session }
}

impl Terminal {
    /// Waits until the screen has this text.
    #[track_caller]
    pub(super) fn sees(mut self, text: &str) -> Self {
        if let Err(error) = self.session.exp_string(text) {
            panic!("`{text}` never came: {error}");
        }
        self
    }

    /// Presses keys.
    pub(super) fn presses(mut self, keys: &str) -> Self {
        self.session.send(keys).expect("sent");
        self.session.flush().expect("sent");
        self
    }

    /// Waits for the end, and gives what came on the screen until then.
    #[track_caller]
    pub(super) fn exits(mut self, code: i32) -> Ended {
        let rest = self.session.exp_eof().expect("it ends");
        match self.session.process.wait().expect("a process") {
            WaitStatus::Exited(_, found) => assert_eq!(found, code, "{rest}"),
            status => panic!("it ended with {status:?}: {rest}"),
        }
        Ended { directory: self.directory, rest }
    }
}

/// What is left when restwell is gone.
pub(super) struct Ended {
    directory: TempDir,
    rest: String,
}

impl Ended {
    /// What came on the screen after the last text that was waited for.
    pub(super) fn rest(&self) -> &str {
        &self.rest
    }

    /// What is on disk.
    pub(super) fn listing(&self) -> Listing {
        listing(self.directory.path())
    }

    /// Where it ran.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}
