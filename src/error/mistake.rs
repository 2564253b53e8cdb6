//! Mistakes in an answers file, and where a wrong value was given.

use crate::resource;

/// One mistake in an answers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswersFault {
    /// The line, from 1.
    pub line: usize,
    /// The mistake.
    pub what: AnswersMistake,
}

/// A kind of mistake in an answers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswersMistake {
    /// It is not TOML, or a value is not a string; the details in one clause.
    Syntax(String),
    /// An unknown key.
    Key {
        /// The key.
        key: String,
        /// The most similar known key.
        nearest: Option<String>,
    },
    /// An invalid value.
    Value {
        /// The key.
        key: String,
        /// The value.
        word: String,
        /// The valid values.
        allowed: Vec<String>,
    },
    /// An invalid resource.
    Resource(resource::Mistake),
}

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A flag, with its dashes.
    Flag(String),
    /// A variable of the environment.
    Variable(String),
    /// An argument, as it is shown in the usage.
    Argument(String),
}

impl AnswersMistake {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "RW0105",
            Self::Key { .. } => "RW0104",
            Self::Value { .. } => "RW0102",
            Self::Resource(_) => "RW0120",
        }
    }
}
