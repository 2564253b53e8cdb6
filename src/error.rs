//! Everything that can go wrong, as data.
//!
//! An [`Error`] holds what happened in named fields. Its prose is in `error/words.rs`, the stable codes with their
//! meanings in `error/code.rs`; the shell renders both.

mod code;
mod mistake;
mod target;
mod words;

use camino::Utf8PathBuf;

use crate::choice::Choice;
use crate::command_line::CommandLine;
use crate::name;
use crate::stack::{Answers, Conflict};
use crate::tree::Bug;

pub use code::{CODES, Code, exit};
pub use mistake::{AnswersFault, AnswersMistake};
pub use target::{Membership, Obstacle, Occupant};
pub use words::Words;
pub(crate) use words::clause;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// A flag that no command, or not this one, has.
    UnknownFlag {
        /// As typed, with its dashes.
        flag: String,
        /// The command line with the flags that were most likely meant.
        mended: Option<CommandLine>,
    },
    /// A command that does not exist.
    UnknownCommand {
        /// As typed.
        word: String,
        /// The command line with the command that was most likely meant.
        mended: Option<CommandLine>,
    },
    /// A word that is none of those allowed in its place.
    UnknownValue {
        /// Where it was said, so that it can be mended there.
        place: Place,
        /// As typed.
        word: String,
        /// The words allowed.
        allowed: Vec<String>,
        /// The command line with the values that were most likely meant, where it can be mended there.
        mended: Option<Box<CommandLine>>,
    },
    /// A `RESTWELL_*` variable that means nothing.
    UnknownVariable {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
        /// The variable that was most likely meant.
        nearest: String,
    },
    /// The answers file is not TOML, or has keys or values that mean nothing.
    Answers {
        /// The answers file.
        file: String,
        /// Everything that is wrong with it; never empty.
        faults: Vec<AnswersFault>,
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
    /// Nothing was typed but the name of the program.
    NoCommand,
    /// The path of the project is missing and there is no one to ask.
    NoPath,
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
        /// A name that would do, close to it if one can be made.
        better: String,
        /// Whether the name was taken from the path.
        is_from_path: bool,
    },
    /// Values that were asked for and cannot go together.
    Conflict {
        /// The rules that are broken and the ways out.
        conflict: Conflict,
        /// Who gave which value.
        answers: Answers,
    },
    /// Answers are missing and there is no one to ask.
    Missing {
        /// The choices without an answer.
        choices: Vec<Choice>,
    },
    /// The target exists and is not empty.
    Occupied {
        /// The path of the project as typed.
        path: Utf8PathBuf,
        /// What is there.
        by: Occupant,
    },
    /// A cargo workspace around the target would take the project for a member.
    Member {
        /// The path of the project as typed.
        path: Utf8PathBuf,
        /// The workspace, and how to keep the project out of it.
        membership: Membership,
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
    /// An argument.
    Argument,
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFlag { .. } => "RW0101",
            Self::UnknownValue { .. } => "RW0102",
            Self::UnknownVariable { .. } => "RW0103",
            // Mistakes of several kinds are told under the code of the file.
            Self::Answers { faults, .. } => match &faults[..] {
                [first, rest @ ..] if rest.iter().all(|fault| fault.what.code() == first.what.code()) => {
                    first.what.code()
                }
                _ => "RW0105",
            },
            Self::AnswersUnreadable { .. } => "RW0106",
            Self::UnknownCommand { .. } => "RW0107",
            Self::Usage { .. } | Self::NoCommand => "RW0108",
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
            Self::NoPath => "RW0402",
            Self::Occupied { .. } => "RW0501",
            Self::InTheWay { what: Obstacle::Link | Obstacle::DanglingLink, .. } => "RW0502",
            Self::Member { .. } => "RW0504",
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
