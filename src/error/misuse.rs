//! What is wrong with a command line whose words are all known.

use crate::choice::Value;
use crate::command_line::CommandLine;

/// Why a command line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// The command is missing.
    NoCommand,
    /// An argument that the command does not have.
    Unexpected {
        /// As typed.
        word: String,
        /// The command line without it, if that is valid.
        mended: Option<CommandLine>,
    },
    /// A flag without its value.
    NoValue {
        /// The flag.
        flag: String,
    },
    /// An argument that the command needs.
    NoArgument {
        /// Its name.
        argument: String,
    },
    /// An argument that is not text.
    NotText,
    /// A flag that is given more than once.
    Repeated {
        /// The flag.
        flag: String,
        /// The command line with only the last occurrence.
        mended: Option<CommandLine>,
    },
    /// Two flags that exclude each other.
    Excluded {
        /// The flag.
        flag: String,
        /// The flag that excludes it.
        by: String,
        /// The command line without the first, if that is valid.
        mended: Option<CommandLine>,
    },
    /// Any other mistake that the parser found.
    Other {
        /// The mistake, in one clause.
        what: String,
    },
    /// Two values of one choice.
    TwoValues {
        /// The earlier one.
        first: Value,
        /// The later one.
        last: Value,
    },
    /// Both sides of one file are to be taken.
    TwoSides {
        /// The file, as typed with `--ours`.
        ours: String,
        /// The file, as typed with `--theirs`.
        theirs: String,
    },
    /// The path of a new project is empty.
    EmptyPath,
    /// Conflicts are to be asked about, and there is no terminal.
    NoTerminal,
    /// The directory given with `--base` has no project.
    NoBase {
        /// The directory.
        directory: String,
        /// The file that it does not have.
        without: &'static str,
    },
    /// The file with the choices is to be the user's.
    Receipt {
        /// The file.
        path: &'static str,
    },
    /// A file is to be as it was applied, by a version that rendered another content.
    Forgotten {
        /// The file.
        path: String,
    },
}
