//! What can be wrong with an answers file.

/// One mistake in an answers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswersFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: AnswersMistake,
}

/// What is wrong in a line of an answers file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswersMistake {
    /// It is not TOML, or a value is not a string: what, in one clause.
    Syntax(String),
    /// A key that means nothing.
    Key {
        /// The key.
        key: String,
        /// The key that may have been meant.
        nearest: Option<String>,
    },
    /// A value that its key cannot have.
    Value {
        /// The key.
        key: String,
        /// The value.
        word: String,
        /// The values it can have.
        allowed: Vec<String>,
    },
}

impl AnswersMistake {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "RW0105",
            Self::Key { .. } => "RW0104",
            Self::Value { .. } => "RW0102",
        }
    }
}
