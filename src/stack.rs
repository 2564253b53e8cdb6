//! Resolves answers to a stack.
//!
//! [`Answers`] is partial and records the origin of each value. [`Stack`] is total and valid; only this file constructs
//! one. A default is replaced if a rule forbids it beside a value that the user asked for; that value never is.

mod answers;
mod conflict;

use std::ops::Deref;

use crate::choice::{Choice, Combination, Reach, Value};
use crate::rules;

pub use answers::{Answer, Answers, Origin};
pub use conflict::{Conflict, Nearest};

#[cfg(test)]
thread_local! {
    /// How often this thread has resolved answers.
    pub(crate) static RESOLVED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A value for every choice; a valid combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stack(Combination);

impl Deref for Stack {
    type Target = Combination;

    fn deref(&self) -> &Combination {
        &self.0
    }
}

/// A stack and how it was resolved.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// The stack.
    pub stack: Stack,
    /// Preset or default values that were replaced.
    pub moved: Vec<Moved>,
    /// Each value with its origin, in the order of the choices.
    pub origins: Vec<Answer>,
}

/// A preset or default value that a rule forbids beside the others.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// The original value.
    pub from: Value,
    /// The value used instead.
    pub to: Value,
    /// The reason.
    pub because: &'static str,
}

impl Stack {
    /// Completes the answers; presets and defaults are replaced where they conflict with what the user asked for.
    ///
    /// # Errors
    /// [`Conflict`] if the values that the user asked for break a rule by themselves.
    pub fn resolve(answers: &Answers) -> Result<Resolution, Conflict> {
        #[cfg(test)]
        RESOLVED.set(RESOLVED.get() + 1);
        let asked = answers.asked();
        let stack = complete(answers, &asked, Choice::ALL).ok_or_else(|| conflict::of(&asked))?;
        let origins: Vec<Answer> = stack
            .values()
            .map(|value| (value, answers.get(value.choice()).map_or(Origin::Default, |(_, origin)| origin)))
            .collect();
        let moved = origins.iter().filter_map(|&(to, _)| moved(answers, &stack, to)).collect();
        Ok(Resolution { stack, moved, origins })
    }

    /// Whether a stack with everything that the user asked for exists.
    pub fn is_possible(answers: &Answers) -> bool {
        complete(answers, &answers.asked(), Choice::ALL).is_some()
    }

    /// The stack with these values, unless a rule forbids it.
    pub fn of(combination: Combination) -> Option<Self> {
        rules::allow(&combination).then_some(Self(combination))
    }

    /// Every valid stack.
    pub fn all() -> Vec<Self> {
        Combination::all().into_iter().filter_map(Self::of).collect()
    }

    /// One stack for each distinct Rust code: choices that affect only other files are `none`.
    pub fn rust_distinct() -> Vec<Self> {
        let around = |choice: &&Choice| choice.reach() == Reach::Around;
        Self::all()
            .into_iter()
            .filter(|stack| Choice::ALL.iter().filter(around).all(|&choice| stack.get(choice).is_none()))
            .collect()
    }

    /// How many replicas of the service run; the least, if the deployment adds some under load.
    pub fn replicas(&self) -> u32 {
        rules::replicas(self).0
    }

    /// How many replicas of the service run under load.
    pub fn most_replicas(&self) -> u32 {
        rules::replicas(self).1
    }

    /// Whether the deployment runs the servers that the service needs; otherwise the operator has them elsewhere.
    pub fn runs_servers(&self) -> bool {
        self.deploy.target().servers
    }
}

/// Fills the open choices with the first values that every rule allows, with backtracking.
fn complete(answers: &Answers, taken: &[Value], open: &[Choice]) -> Option<Stack> {
    let Some((&choice, open)) = open.split_first() else {
        return Stack::of(taken.iter().fold(Combination::DEFAULT, |filled, &value| filled.with(value)));
    };
    if taken.iter().any(|value| value.choice() == choice) {
        return complete(answers, taken, open);
    }
    let preferred = answers.get(choice).map(|(value, _)| value);
    preferred
        .into_iter()
        .chain(choice.values().iter().copied())
        .filter(|&value| rules::forbidding(value, taken).is_none())
        .find_map(|value| complete(answers, &[taken, &[value]].concat(), open))
}

fn moved(answers: &Answers, stack: &Stack, to: Value) -> Option<Moved> {
    let from = answers.get(to.choice()).map_or(to.choice().default_value(), |(value, _)| value);
    if from == to {
        return None;
    }
    let others: Vec<Value> = stack.values().filter(|value| value.choice() != to.choice()).collect();
    let because = rules::forbidding(from, &others).map_or("no valid stack has it", |rule| rule.because);
    Some(Moved { from, to, because })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::{Cache, Database};

    fn asked(values: &[Value]) -> Answers {
        values.iter().map(|&value| (value, Origin::Flag)).collect()
    }

    #[test]
    fn no_answers_give_the_defaults() {
        let resolution = Stack::resolve(&Answers::default()).expect("the defaults are valid");
        assert_eq!(*resolution.stack, Combination::DEFAULT);
        assert!(resolution.moved.is_empty());
    }

    #[test]
    fn a_default_is_replaced_with_a_reason() {
        let resolution =
            Stack::resolve(&asked(&[Value::Database(Database::None)])).expect("one value is never a clash");
        assert_eq!(resolution.stack.cache, Cache::None);
        assert_eq!(resolution.moved[0].from, Value::Cache(Cache::Memory));
        assert!(resolution.moved[0].because.contains("nothing to cache"));
    }

    #[test]
    fn a_preset_value_is_replaced_too() {
        let mut answers = asked(&[Value::Cache(Cache::Memory)]);
        answers.set(Value::Database(Database::None), Origin::Preset);
        let resolution = Stack::resolve(&answers).expect("the preset's database moves");
        assert_eq!(resolution.stack.database, Database::Sqlite);
        assert_eq!(resolution.moved.len(), 1);
    }

    #[test]
    fn what_was_asked_for_is_kept_in_every_valid_stack() {
        for stack in Stack::all() {
            let values: Vec<Value> = stack.values().collect();
            assert_eq!(Stack::resolve(&asked(&values)).expect("valid").stack, stack);
        }
    }

    #[test]
    fn a_clash_names_every_broken_rule_and_the_ways_out() {
        let values = [Value::Database(Database::None), Value::Cache(Cache::Memory)];
        let conflict = Stack::resolve(&asked(&values)).expect_err("they clash");
        assert_eq!(conflict.broken.len(), 1);
        assert_eq!(conflict.nearest.len(), 2);
        for nearest in conflict.nearest {
            assert!(Stack::resolve(&asked(&nearest.asked)).is_ok());
        }
    }

    #[test]
    fn the_first_answer_wins() {
        let first = asked(&[Value::Cache(Cache::None)]);
        let second = asked(&[Value::Cache(Cache::Memory), Value::Database(Database::Sqlite)]);
        let merged = first.or(&second);
        assert_eq!(merged.asked(), [Value::Database(Database::Sqlite), Value::Cache(Cache::None)]);
    }
}
