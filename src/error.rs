//! Errors as data.
//!
//! An [`Error`] holds the facts in named fields. Its text is in `error/words.rs`, the stable codes with their
//! explanations in `error/code.rs`; the shell renders both.

mod code;
mod done;
mod look;
mod mistake;
mod misuse;
mod target;
mod unmerged;
mod unsuitable;
mod words;

use camino::Utf8PathBuf;

use crate::base;
use crate::choice::Choice;
use crate::command_line::CommandLine;
use crate::name;
use crate::stack::{Answers, Conflict};
use crate::tree::Bug;

pub use code::{CODES, Code, exit};
pub use done::Done;
pub use look::Look;
pub use mistake::{AnswersFault, AnswersMistake, Place};
pub use misuse::Misuse;
pub use target::{Membership, Obstacle, Occupant};
pub use unmerged::{OpenPlace, Unmerged};
pub use unsuitable::Unsuitable;
pub use words::Words;
pub(crate) use words::clause;

/// Why a command failed.
#[derive(Debug)]
pub enum Error {
    /// A flag that the command does not have.
    UnknownFlag {
        /// As typed, with its dashes.
        flag: String,
        /// The command line with the flags that were probably meant.
        mended: Option<CommandLine>,
    },
    /// A command that does not exist.
    UnknownCommand {
        /// As typed.
        word: String,
        /// The command line with the command that was probably meant.
        mended: Option<CommandLine>,
    },
    /// An invalid value.
    UnknownValue {
        /// Where it was given.
        place: Place,
        /// As typed.
        word: String,
        /// The valid values.
        allowed: Vec<String>,
        /// The command line with the values that were probably meant, if it can be corrected there.
        mended: Option<Box<CommandLine>>,
    },
    /// A misspelt `RESTWELL_*` variable.
    UnknownVariable {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
        /// The variable that was probably meant.
        nearest: String,
    },
    /// The answers file is not TOML, or has unknown keys or invalid values.
    Answers {
        /// The answers file.
        file: String,
        /// Every mistake in it; never empty.
        faults: Vec<AnswersFault>,
    },
    /// The answers file cannot be read.
    AnswersUnreadable {
        /// The answers file.
        file: String,
        /// The reason, in one clause.
        detail: String,
    },
    /// A command line that cannot be used, although its words are known.
    Usage(Misuse),
    /// The path of the project is missing and prompts are disabled.
    NoPath,
    /// `--expect-version` names another version.
    OtherVersion {
        /// The version that was expected.
        expected: String,
    },
    /// `--show` names a file that the project does not have.
    NotInPlan {
        /// As typed.
        path: String,
        /// The most similar path.
        nearest: Option<String>,
    },
    /// `explain` does not know the word.
    NothingToExplain {
        /// As typed.
        word: String,
        /// The most similar known word.
        nearest: Option<String>,
    },
    /// A resource that is not valid, or cannot be added or removed.
    Resource(Unsuitable),
    /// An invalid project name.
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        fault: name::Fault,
        /// A valid name, similar if possible.
        better: String,
        /// Whether the name was taken from the path.
        is_from_path: bool,
    },
    /// The user asked for values that cannot be combined.
    Conflict {
        /// The broken rules and the nearest valid stacks.
        conflict: Conflict,
        /// The answers with their origins.
        answers: Answers,
    },
    /// Answers are missing and prompts are disabled.
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
    /// The project would become a member of the cargo workspace around the target.
    Member {
        /// The path of the project as typed.
        path: Utf8PathBuf,
        /// The workspace, and how to exclude the project from it.
        membership: Membership,
    },
    /// Something that is never replaced exists at the target or at a path of the project.
    InTheWay {
        /// Where.
        path: Utf8PathBuf,
        /// What is there.
        what: Obstacle,
    },
    /// There is no base in the working directory or above it.
    NoProject,
    /// The base of a project cannot be used.
    Base {
        /// The directory that was given with `--base`; `None` for the project itself.
        directory: Option<Utf8PathBuf>,
        /// Why.
        fault: base::Fault,
    },
    /// There is no change to take back, or to make again.
    NothingToUndo {
        /// Whether it is to be made again.
        is_redo: bool,
        /// The number that was asked for.
        number: Option<u32>,
    },
    /// A merge that was not made, or only with markers.
    Merge(Unmerged),
    /// Another run is changing the project.
    InUse,
    /// Files of a project that are not what a change was decided for.
    Moved {
        /// Their paths.
        paths: Vec<String>,
        /// Whether the change was interrupted before, and is made in part.
        is_half: bool,
    },
    /// A path at which a project has no file of restwell's.
    NoSuchFile {
        /// As typed.
        path: String,
        /// The most similar path.
        nearest: Option<String>,
    },
    /// A check found differences.
    Differs {
        /// Each difference, in one clause.
        what: Vec<String>,
        /// The commands that show them.
        look: Vec<Look>,
    },
    /// A policy has a mistake.
    Policy {
        /// The file.
        file: String,
        /// The mistake, in one clause.
        what: String,
    },
    /// A project breaks a policy.
    Violates {
        /// The file of the policy.
        policy: String,
        /// Each rule that is broken, in one clause.
        what: Vec<String>,
        /// The commands that mend it.
        fixes: Vec<CommandLine>,
        /// Advice that is not a command.
        help: Vec<String>,
    },
    /// The operating system returned an error.
    Io {
        /// The action, such as `create` or `write`.
        action: &'static str,
        /// The path.
        path: Utf8PathBuf,
        /// The error.
        source: std::io::Error,
        /// What was done before it.
        done: Done,
    },
    /// Standard output could not be written.
    Output(std::io::Error),
    /// A bug in Restwell.
    Bug(String),
    /// The user or a signal ended the run.
    Interrupted,
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFlag { .. } => "RW0101",
            Self::UnknownValue { .. } => "RW0102",
            Self::UnknownVariable { .. } => "RW0103",
            // Mistakes of several kinds are reported under the code of the file.
            Self::Answers { faults, .. } => match &faults[..] {
                [first, rest @ ..] if rest.iter().all(|fault| fault.what.code() == first.what.code()) => {
                    first.what.code()
                }
                _ => "RW0105",
            },
            Self::AnswersUnreadable { .. } => "RW0106",
            Self::UnknownCommand { .. } => "RW0107",
            Self::Usage(_) => "RW0108",
            Self::OtherVersion { .. } => "RW0109",
            Self::Resource(_) => "RW0120",
            Self::NotInPlan { .. } => "RW0110",
            Self::NothingToExplain { .. } => "RW0111",
            Self::Name { fault, .. } => match fault {
                name::Fault::Empty | name::Fault::Start(_) | name::Fault::Character(_) | name::Fault::Long => "RW0201",
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
            Self::InTheWay { what: Obstacle::File | Obstacle::Directory | Obstacle::Special, .. } => "RW0503",
            Self::NoSuchFile { .. } => "RW0112",
            Self::Policy { .. } => "RW0115",
            Self::Violates { .. } => "RW0902",
            Self::NoProject => "RW0603",
            Self::Base { .. } => "RW0604",
            Self::NothingToUndo { .. } => "RW0113",
            Self::Merge(unmerged) => unmerged.code(),
            Self::InUse => "RW0605",
            Self::Moved { .. } => "RW0606",
            Self::Differs { .. } => "RW0901",
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
