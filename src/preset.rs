//! Named stacks.

use crate::choice::{Auth, Cache, Choice, Database, Deploy, Limiter, Upstream, Value};
use crate::stack::{Answers, Origin};

/// A named stack.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The word a user types.
    pub id: &'static str,
    /// What it is, in one clause.
    pub about: &'static str,
    /// The same in one clause that fits a line.
    pub clause: &'static str,
    /// When to pick it: a clause that follows "pick it" and holds even if some values are replaced.
    pub pick: &'static str,
    /// Its value for each choice.
    takes: fn(Choice) -> Value,
}

/// Every preset, the default first.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "standard",
        about: "products in SQLite behind a cache and a rate limiter, watched and deployable; needs nothing installed",
        clause: "SQLite, cache, rate limiter, metrics; nothing to install",
        pick: "to start with, and to grow from",
        takes: Choice::default_value,
    },
    Preset {
        id: "minimal",
        about: "one endpoint, health and docs, and nothing else",
        clause: "one endpoint, health and docs, nothing else",
        pick: "to see the least there is, or to add only what you name",
        takes: |choice| choice.parse("none").expect("every choice can be left out"),
    },
    Preset {
        id: "scale",
        about: "several replicas on Kubernetes with one Postgres and one Redis, tokens, an outbound call that may fail, watched",
        clause: "Postgres, Redis, JWT, outbound calls, Kubernetes",
        pick: "when one replica is not enough",
        takes: |choice| match choice {
            Choice::Database => Value::Database(Database::Postgres),
            Choice::Cache => Value::Cache(Cache::Redis),
            Choice::Limiter => Value::Limiter(Limiter::Redis),
            Choice::Auth => Value::Auth(Auth::Jwt),
            Choice::Upstream => Value::Upstream(Upstream::Http),
            Choice::Deploy => Value::Deploy(Deploy::Kubernetes),
            Choice::Monitoring | Choice::Ci => choice.default_value(),
        },
    },
];

impl Preset {
    /// The preset that a user spells `word`.
    pub fn named(word: &str) -> Option<Self> {
        PRESETS.iter().copied().find(|preset| preset.id == word)
    }

    /// Its value for `choice`.
    pub fn value(&self, choice: Choice) -> Value {
        (self.takes)(choice)
    }

    /// An answer to every choice.
    pub fn answers(&self) -> Answers {
        Choice::ALL.iter().map(|&choice| (self.value(choice), Origin::Preset)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Stack;

    #[test]
    fn every_preset_is_a_valid_stack_as_it_stands() {
        for preset in PRESETS {
            let resolution = Stack::resolve(&preset.answers()).expect("valid");
            assert!(resolution.moved.is_empty(), "{}", preset.id);
        }
    }
}
