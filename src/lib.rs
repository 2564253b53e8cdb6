//! Restwell generates Rust API projects from a closed set of choices. The receipt of each variant says whether it was
//! compiled for this build, and whether its own tests were run: [`proof`].
//!
//! [`answers::Input`] is resolved to a [`stack::Stack`], which is planned as a [`plan::Plan`] and rendered to a
//! [`tree::Tree`]. These steps do no I/O. `docs/architecture.md` explains them and the order of the modules.
//!
//! I/O happens at the edges: [`answers`] and [`prompt`] read input, [`disk`] and [`program`] change the system, and
//! [`shell`] prints.

pub mod addition;
pub mod answers;
pub mod base;
pub mod choice;
pub mod cli;
pub mod command_line;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the one room that touches the disk")]
pub mod disk;
pub mod envelope;
pub mod error;
pub mod feature;
pub mod git;
pub mod interrupt;
pub mod merge;
pub mod name;
pub mod part;
pub mod pattern;
pub mod plan;
pub mod policy;
pub mod precomputed;
pub mod preset;
pub mod program;
pub mod project;
#[expect(clippy::disallowed_methods, reason = "the one room that asks the user")]
pub mod prompt;
pub mod proof;
pub mod replay;
pub mod report;
pub mod resource;
pub mod rules;
pub mod shell;
pub mod spelling;
pub mod stack;
pub mod target;
pub mod template;
pub mod tree;
pub mod variants;
pub mod version;
pub mod wrap;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use cli::Parsed;
use error::{Error, Misuse};
use shell::Shell;

pub use version::VERSION;

/// The whole program: parses a command line, runs it, reports the error, and returns the exit code.
pub fn main(argv: Vec<OsString>) -> ExitCode {
    let (parsed, options) = cli::parse(&argv);
    let typed = cli::typed(&argv);
    let command = cli::command_name(&argv).map(str::to_owned);
    let mut shell = Shell::new(options);
    let (last, line) = (command.clone(), typed.clone());
    let report = move || Shell::new(options).error(last.as_deref(), &Error::Interrupted, &line);
    let end = || {
        program::end_all();
        prompt::restore_terminal();
    };
    interrupt::watch(end, report);
    let Err(error) = guard(|| run(parsed, &mut shell)) else {
        return ExitCode::SUCCESS;
    };
    if matches!(error, Error::Interrupted) && !interrupt::claim_exit() {
        interrupt::wait_for_exit();
    }
    shell.error(command.as_deref(), &error, &typed);
    ExitCode::from(error.exit())
}

/// Runs a parsed command line.
///
/// # Errors
/// Any error of the command.
pub fn run(parsed: Parsed, shell: &mut Shell) -> Result<(), Error> {
    match parsed {
        Parsed::Command(command) => command.run(shell),
        Parsed::Text { command, text } => {
            shell.answer(command, || cli::HelpText { text: text.clone() }, || text.clone())
        }
        Parsed::Bare(help) => {
            shell.ask(help);
            Err(Error::Usage(Misuse::NoCommand))
        }
        Parsed::Error(error) => Err(error),
    }
}

/// Turns a panic into [`Error::Bug`], which is reported like every other error and without a trace.
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
    use crate::command_line::CommandLine;

    #[test]
    fn a_panic_is_reported_as_a_bug() {
        let Err(error) = guard(|| panic!("an invariant broke")) else { panic!("a panic is not a success") };
        assert_eq!(error.exit(), 70);
        assert_eq!(error.words(&CommandLine::default()).reasons, ["an invariant broke"]);
    }
}
