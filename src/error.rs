//! Everything that can go wrong, as data.
//!
//! An [`Error`] holds what happened in named fields. Its prose is in `error/words.rs`, the stable codes with their
//! meanings in `error/code.rs`; [`Shell`](crate::shell::Shell) is the one renderer of both.

mod code;
mod words;

use camino::Utf8PathBuf;

use crate::choice::Choice;
use crate::name;
use crate::stack::Conflict;
use crate::tree::Bug;

pub use code::{CODES, Code, exit};
pub use words::{Fix, Words};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// A flag that no command, or not this one, has.
    UnknownFlag {
        /// As typed, with its dashes.
        flag: String,
        /// The flag that may have been meant, with its dashes.
        nearest: Option<String>,
    },
    /// A command that does not exist.
    UnknownCommand {
        /// As typed.
        word: String,
        /// The command that may have been meant.
        nearest: Option<String>,
    },
    /// A word that is none of those allowed in its place.
    UnknownValue {
        /// Where it was said, so that it can be mended there.
        place: Place,
        /// As typed.
        word: String,
        /// The words allowed.
        allowed: Vec<String>,
    },
    /// A `RESTWELL_*` variable that means nothing.
    UnknownVariable {
        /// Its name.
        name: String,
        /// The variable that may have been meant.
        nearest: Option<String>,
    },
    /// A key of the answers file that means nothing.
    UnknownKey {
        /// The key.
        key: String,
        /// The answers file.
        file: String,
        /// The key that may have been meant.
        nearest: Option<String>,
    },
    /// The answers file is not TOML, or a value in it is not a string.
    AnswersSyntax {
        /// The answers file.
        file: String,
        /// What is wrong and where.
        detail: String,
    },
    /// The answers file cannot be read.
    AnswersUnreadable {
        /// The answers file.
        file: String,
        /// What the operating system says.
        detail: String,
    },
    /// Any other way in which a command line cannot be understood.
    Usage {
        /// What is wrong, in one clause.
        message: String,
        /// The command whose help says more, empty for restwell itself.
        command: String,
    },
    /// `--expect-version` names another version.
    OtherVersion {
        /// The version that was expected.
        expected: String,
    },
    /// `--show` names a file that is not in the plan.
    NotInPlan {
        /// As typed.
        path: String,
        /// The file that may have been meant.
        nearest: Option<String>,
    },
    /// `explain` knows no such code and no such choice.
    NothingToExplain {
        /// As typed.
        word: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A name that no project can have.
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        fault: name::Fault,
        /// A name close to it that would do, if one can be made.
        better: Option<String>,
        /// The path of the project as typed, where the name was taken from it.
        path: Option<Utf8PathBuf>,
    },
    /// Values that were asked for and cannot go together.
    Conflict {
        /// The rules that are broken and the ways out.
        conflict: Conflict,
        /// The path of the project as typed.
        path: Utf8PathBuf,
    },
    /// Answers are missing and there is no one to ask.
    Missing {
        /// The choices without an answer.
        choices: Vec<Choice>,
        /// The command as typed, words quoted, to which an answer can be added.
        typed: String,
    },
    /// The target exists and is not empty.
    Occupied {
        /// The path of the project as typed.
        path: Utf8PathBuf,
        /// What it holds; empty where another program has made it since it was looked at.
        holds: Vec<String>,
        /// The command as typed, words quoted, if it makes sense to add to it.
        typed: Option<String>,
    },
    /// Something stands where the project, or a part of it, has to go, and replacing it is not an option.
    InTheWay {
        /// Where.
        path: Utf8PathBuf,
        /// What stands there.
        what: Obstacle,
    },
    /// The operating system refused.
    Io {
        /// What was tried, as `create` or `write`.
        action: &'static str,
        /// With what.
        path: Utf8PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// Standard output could not be written.
    Output(std::io::Error),
    /// A mistake in Restwell itself.
    Bug(String),
    /// The user, or a signal, ended the run.
    Interrupted,
}

/// Where a word was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A flag, with its dashes.
    Flag(String),
    /// A variable of the environment.
    Variable(String),
    /// A key of an answers file.
    Key {
        /// The key.
        key: String,
        /// The answers file.
        file: String,
    },
}

/// What stands in the way of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A file where a directory has to be.
    File,
    /// A directory where a file has to be.
    Directory,
    /// A symbolic link: what is written through it would land elsewhere.
    Link,
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFlag { .. } => "RW0101",
            Self::UnknownValue { .. } => "RW0102",
            Self::UnknownVariable { .. } => "RW0103",
            Self::UnknownKey { .. } => "RW0104",
            Self::AnswersSyntax { .. } => "RW0105",
            Self::AnswersUnreadable { .. } => "RW0106",
            Self::UnknownCommand { .. } => "RW0107",
            Self::Usage { .. } => "RW0108",
            Self::OtherVersion { .. } => "RW0109",
            Self::NotInPlan { .. } => "RW0110",
            Self::NothingToExplain { .. } => "RW0111",
            Self::Name { fault, .. } => match fault {
                name::Fault::Empty | name::Fault::Start(_) | name::Fault::Character(_) => "RW0201",
                name::Fault::Reserved(_) => "RW0202",
                name::Fault::Dependency => "RW0203",
                name::Fault::Nowhere => "RW0204",
            },
            Self::Conflict { conflict, .. } => conflict.broken.first().map_or("RW0300", |(rule, _, _)| rule.code),
            Self::Missing { .. } => "RW0401",
            Self::Occupied { .. } => "RW0501",
            Self::InTheWay { what: Obstacle::Link, .. } => "RW0502",
            Self::InTheWay { what: Obstacle::File | Obstacle::Directory, .. } => "RW0503",
            Self::Io { .. } => "RW0601",
            Self::Output(_) => "RW0602",
            Self::Bug(_) => "RW0701",
            Self::Interrupted => "RW0801",
        }
    }

    /// The exit code of the program.
    pub fn exit(&self) -> u8 {
        exit(self.code())
    }
}

impl From<Bug> for Error {
    fn from(Bug(what): Bug) -> Self {
        Self::Bug(what)
    }
}
