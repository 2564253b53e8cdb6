//! Answers: at most one value per choice, with its origin.

use crate::choice::{Choice, Value};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag,
    /// A `RESTWELL_*` variable.
    Environment,
    /// The answers file.
    File,
    /// A prompt.
    Prompt,
    /// The selected preset.
    Preset,
    /// The default of the choice.
    Default,
}

impl Origin {
    /// Whether the user asked for the value, so that it must not be replaced.
    pub const fn is_asked(self) -> bool {
        match self {
            Self::Flag | Self::Environment | Self::File | Self::Prompt => true,
            Self::Preset | Self::Default => false,
        }
    }

    /// The name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "answers file",
            Self::Prompt => "prompt",
            Self::Preset => "preset",
            Self::Default => "default",
        }
    }
}

/// A value and its origin.
pub type Answer = (Value, Origin);

/// At most one answer per choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    answers: Vec<Answer>,
}

impl Answers {
    /// The answer to `choice`, if there is one.
    pub fn get(&self, choice: Choice) -> Option<Answer> {
        self.answers.iter().copied().find(|(value, _)| value.choice() == choice)
    }

    /// Records an answer, replacing an earlier one.
    pub fn set(&mut self, value: Value, origin: Origin) {
        self.answers.retain(|(earlier, _)| earlier.choice() != value.choice());
        self.answers.push((value, origin));
    }

    /// Removes an answer.
    pub fn clear(&mut self, choice: Choice) {
        self.answers.retain(|(value, _)| value.choice() != choice);
    }

    /// These answers, completed by those of `other`.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        for &(value, origin) in &other.answers {
            if self.get(value.choice()).is_none() {
                self.set(value, origin);
            }
        }
        self
    }

    /// The values that the user asked for, in the order of the choices.
    pub fn asked(&self) -> Vec<Value> {
        Choice::ALL
            .iter()
            .filter_map(|&choice| self.get(choice))
            .filter(|(_, origin)| origin.is_asked())
            .map(|(value, _)| value)
            .collect()
    }
}

impl FromIterator<Answer> for Answers {
    fn from_iter<I: IntoIterator<Item = Answer>>(answers: I) -> Self {
        let mut collected = Self::default();
        for (value, origin) in answers {
            collected.set(value, origin);
        }
        collected
    }
}
