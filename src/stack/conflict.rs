//! A conflict between answers, with the nearest valid stacks.

use std::sync::LazyLock;

use super::Stack;
use crate::choice::{Choice, Value};
use crate::rules::{self, Rule};

/// Values that the user asked for and that cannot be combined.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Every broken rule with the two values that break it.
    pub broken: Vec<(&'static Rule, Value, Value)>,
    /// The valid stacks that change the fewest of these values.
    pub nearest: Vec<Nearest>,
}

/// A valid stack close to a conflict.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// The corrected values; with the defaults they resolve to the stack.
    pub asked: Vec<Value>,
}

/// The most stacks to suggest.
const NEAREST_SHOWN: usize = 3;

/// Every rule that `asked` breaks, and the nearest valid stacks.
pub(super) fn of(asked: &[Value]) -> Conflict {
    let broken =
        rules::RULES.iter().filter_map(|rule| rule.broken_by(asked).map(|(one, other)| (rule, one, other))).collect();
    Conflict { broken, nearest: nearest(asked) }
}

/// The valid stacks that change the fewest values, one for each set of changed choices.
fn nearest(asked: &[Value]) -> Vec<Nearest> {
    static ALL: LazyLock<Vec<Stack>> = LazyLock::new(Stack::all);
    let changes = |stack: &Stack| -> Vec<Choice> {
        asked.iter().map(|value| value.choice()).filter(|&choice| !asked.contains(&stack.get(choice))).collect()
    };
    let stacks: Vec<(Vec<Choice>, Stack)> = ALL.iter().map(|stack| (changes(stack), *stack)).collect();
    let fewest = stacks.iter().map(|(changed, _)| changed.len()).min().unwrap_or_default();
    let mut found: Vec<(Vec<Choice>, Stack)> = Vec::new();
    for (changed, stack) in stacks {
        if changed.len() == fewest && !found.iter().any(|(known, _)| *known == changed) {
            found.push((changed, stack));
        }
    }
    found
        .into_iter()
        .take(NEAREST_SHOWN)
        .map(|(_, stack)| Nearest { asked: asked.iter().map(|value| stack.get(value.choice())).collect() })
        .collect()
}
