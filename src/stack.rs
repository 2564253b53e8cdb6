//! From what was said to what will be built.
//!
//! [`Answers`] is partial and remembers who gave each value. [`Stack`] is total and valid; only this file makes one.
//! A default gives way where a rule forbids it beside what was asked for; what was asked for never does.

mod answers;
mod conflict;

use std::ops::Deref;

use crate::choice::{Choice, Combination, Reach, Value};
use crate::rules;

pub use answers::{Answer, Answers, Origin};
pub use conflict::{Conflict, Nearest};

/// A value for every choice, allowed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stack(Combination);

impl Deref for Stack {
    type Target = Combination;

    fn deref(&self) -> &Combination {
        &self.0
    }
}

/// A stack and how it came about.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// What will be built.
    pub stack: Stack,
    /// Preset or default values that gave way.
    pub moved: Vec<Moved>,
    /// Who gave each value, in the order of the choices.
    pub origins: Vec<Answer>,
}

/// A preset or default value that a rule forbade beside the others.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// What would have been taken.
    pub from: Value,
    /// What was taken instead.
    pub to: Value,
    /// The reason.
    pub because: &'static str,
}

impl Stack {
    /// Makes every choice, letting presets and defaults give way to what was asked for.
    ///
    /// # Errors
    /// [`Conflict`] when the asked values alone break a rule.
    pub fn resolve(answers: &Answers) -> Result<Resolution, Conflict> {
        let asked = answers.asked();
        let stack = complete(answers, &asked, Choice::ALL).ok_or_else(|| conflict::of(&asked))?;
        let origins: Vec<Answer> = stack
            .values()
            .map(|value| (value, answers.get(value.choice()).map_or(Origin::Default, |(_, origin)| origin)))
            .collect();
        let moved = origins.iter().filter_map(|&(to, _)| moved(answers, &stack, to)).collect();
        Ok(Resolution { stack, moved, origins })
    }

    /// Whether some stack has all that was asked for.
    pub fn is_possible(answers: &Answers) -> bool {
        complete(answers, &answers.asked(), Choice::ALL).is_some()
    }

    /// Every valid stack.
    pub fn all() -> Vec<Self> {
        Combination::all().into_iter().filter(rules::allow).map(Self).collect()
    }

    /// One stack for each distinct Rust: the choices that only stand around it are left out.
    pub fn rust_distinct() -> Vec<Self> {
        let around = |choice: &&Choice| choice.reach() == Reach::Around;
        Self::all()
            .into_iter()
            .filter(|stack| Choice::ALL.iter().filter(around).all(|&choice| stack.get(choice).is_none()))
            .collect()
    }

    /// How many copies of the service run side by side.
    pub fn replicas(&self) -> u32 {
        rules::replicas(self)
    }
}

/// Fills the open choices with the first values that every rule allows, going back where a choice leaves no way on.
fn complete(answers: &Answers, taken: &[Value], open: &[Choice]) -> Option<Stack> {
    let Some((&choice, open)) = open.split_first() else {
        let filled = taken.iter().fold(Combination::DEFAULT, |filled, &value| filled.with(value));
        return rules::allow(&filled).then_some(Stack(filled));
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
    fn nothing_said_gives_the_defaults() {
        let resolution = Stack::resolve(&Answers::default()).expect("the defaults are valid");
        assert_eq!(*resolution.stack, Combination::DEFAULT);
        assert!(resolution.moved.is_empty());
    }

    #[test]
    fn a_default_gives_way_and_says_so() {
        let resolution =
            Stack::resolve(&asked(&[Value::Database(Database::None)])).expect("one value is never a clash");
        assert_eq!(resolution.stack.cache, Cache::None);
        assert_eq!(resolution.moved[0].from, Value::Cache(Cache::Memory));
        assert!(resolution.moved[0].because.contains("nothing to cache"));
    }

    #[test]
    fn a_preset_gives_way_too() {
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
