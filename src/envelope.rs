//! The one JSON object that a command prints under `--format json`, whether it succeeds or fails.

use schemars::JsonSchema;
use serde::Serialize;

use crate::command_line::CommandLine;
use crate::error::{Error, Words};

/// The output of a command that succeeded.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Success<'a, T> {
    /// Always `true`.
    #[schemars(extend("const" = true))]
    ok: bool,
    /// The command.
    command: &'a str,
    /// The result.
    data: T,
}

/// The output of a command that failed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Failure {
    /// Always `false`.
    #[schemars(extend("const" = false))]
    ok: bool,
    /// The command; null if none was recognised.
    command: Option<String>,
    /// The error.
    error: Fault,
}

/// An error.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fault {
    /// The stable code, for `restwell explain`.
    code: &'static str,
    /// The exit code of the program.
    exit: u8,
    /// What happened.
    message: String,
    /// Why, one clause each.
    reasons: Vec<String>,
    /// Commands that can be run instead, quoted for a POSIX shell.
    fixes: Vec<String>,
    /// Further advice, as prose.
    help: Vec<String>,
}

impl<'a, T> Success<'a, T> {
    /// The object around `data`.
    pub fn new(command: &'a str, data: T) -> Self {
        Self { ok: true, command, data }
    }
}

impl Failure {
    /// The object for an error with the text `words`.
    pub fn new(command: Option<&str>, error: &Error, words: Words) -> Self {
        let Words { message, reasons, fixes, help } = words;
        let fixes = fixes.iter().map(CommandLine::to_string).collect();
        let fault = Fault { code: error.code(), exit: error.exit(), message, reasons, fixes, help };
        Self { ok: false, command: command.map(str::to_owned), error: fault }
    }
}
