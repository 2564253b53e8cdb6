//! What was asked for and cannot be built, with the nearest that can.

use super::Stack;
use crate::choice::{Choice, Value};
use crate::rules::{self, Rule};

/// Values that were asked for and cannot go together.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Every rule that is broken and the two values that break it.
    pub broken: Vec<(&'static Rule, Value, Value)>,
    /// Valid stacks that keep most of what was asked, each with the asked values it changes.
    pub nearest: Vec<Nearest>,
}

/// A valid stack close to an impossible request.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// The stack.
    pub stack: Stack,
    /// What was asked for, mended: enough, with the defaults, to get this stack.
    pub asked: Vec<Value>,
}

/// How many ways out of a conflict are worth a user's attention.
const NEAREST_SHOWN: usize = 3;

/// Every reason why `asked` cannot be built, and the ways out.
pub(super) fn of(asked: &[Value]) -> Conflict {
    let broken =
        rules::RULES.iter().filter_map(|rule| rule.broken_by(asked).map(|(one, other)| (rule, one, other))).collect();
    Conflict { broken, nearest: nearest(asked) }
}

/// The valid stacks that change the fewest asked values, one for each set of choices that could be changed.
fn nearest(asked: &[Value]) -> Vec<Nearest> {
    let changes = |stack: &Stack| -> Vec<Choice> {
        asked.iter().map(|value| value.choice()).filter(|&choice| !asked.contains(&stack.get(choice))).collect()
    };
    let stacks: Vec<(Vec<Choice>, Stack)> = Stack::all().into_iter().map(|stack| (changes(&stack), stack)).collect();
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
        .map(|(_, stack)| Nearest { stack, asked: asked.iter().map(|value| stack.get(value.choice())).collect() })
        .collect()
}
