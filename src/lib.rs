//! Restwell writes Rust API projects that were compiled and tested before anyone asked for them.
//!
//! Answers become a [`stack::Stack`], the stack a [`plan::Plan`], the plan a [`tree::Tree`]: all of that is pure. Only
//! then is anything written. `docs/architecture.md` walks through it.
//!
//! The edges: [`answers`] and [`prompt`] ask, [`write`](mod@write) and [`git`] act, [`shell`] tells. [`run`] joins them.

pub mod addition;
pub mod answers;
pub mod choice;
pub mod cli;
pub mod error;
pub mod feature;
pub mod git;
pub mod interrupt;
pub mod name;
pub mod part;
pub mod plan;
pub mod precomputed;
pub mod preset;
pub mod prompt;
pub mod replay;
pub mod report;
pub mod rules;
pub mod shell;
pub mod spelling;
pub mod stack;
pub mod template;
pub mod tree;
pub mod variants;
pub mod version;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the one room that touches the disk")]
pub mod write;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use serde_json::json;

use cli::Parsed;
use error::Error;
use shell::{Format, Shell};

pub use version::VERSION;

/// The whole program: understands a command line, runs it, tells what went wrong, and gives the exit code.
pub fn main(argv: Vec<OsString>) -> ExitCode {
    let (parsed, manner) = cli::parse(&argv);
    let command = cli::command_name(&argv).map(str::to_owned);
    let mut shell = Shell::new(manner);
    let last = command.clone();
    interrupt::watch(move || {
        prompt::restore_terminal();
        Shell::new(manner).error(last.as_deref(), &Error::Interrupted);
    });
    let Err(error) = guard(|| run(parsed, &argv, &mut shell)) else {
        return ExitCode::SUCCESS;
    };
    if matches!(error, Error::Interrupted) && !interrupt::claim_the_end() {
        interrupt::wait_for_the_end();
    }
    shell.error(command.as_deref(), &error);
    ExitCode::from(error.exit())
}

/// Runs what was understood.
///
/// # Errors
/// Whatever kept the command from doing what was asked.
pub fn run(parsed: Parsed, argv: &[OsString], shell: &mut Shell) -> Result<(), Error> {
    match parsed {
        Parsed::Command(command) => command.run(argv, shell),
        Parsed::Text(text) if shell.manner.format == Format::Json => shell.json("help", json!({ "text": text })),
        Parsed::Text(text) => shell.data(text),
        Parsed::Error(error) => Err(error),
    }
}

/// Turns a panic into what it is: a bug of ours, told in our words and not as a trace.
fn guard(task: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    panic::set_hook(Box::new(|_| {}));
    panic::catch_unwind(AssertUnwindSafe(task)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let what = text.or_else(|| payload.downcast_ref::<&str>().copied());
        Err(Error::Bug(what.unwrap_or("it panicked").to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_as_a_bug() {
        let Err(error) = guard(|| panic!("an invariant broke")) else { panic!("a panic is not a success") };
        assert_eq!(error.exit(), 70);
        assert_eq!(error.words().reasons, ["an invariant broke"]);
    }
}
