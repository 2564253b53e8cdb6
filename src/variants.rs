//! Subsets of stacks, for checks that are too slow to run for each.

use std::collections::BTreeSet;

use crate::choice::{Choice, Combination, Reach, Value};
use crate::stack::Stack;

/// Two values in one stack.
pub type Pair = (Value, Value);

/// A few stacks with distinct Rust code that cover every valid pair of values.
pub fn pairwise() -> Vec<Stack> {
    covering(&Stack::rust_distinct(), |choice| choice.reach() == Reach::Rust)
}

/// A few of `stacks` that have every pair of values of the wanted choices that any of them has.
///
/// Greedy and deterministic: each step takes the first stack with the most uncovered pairs.
pub fn covering(stacks: &[Stack], is_wanted: fn(Choice) -> bool) -> Vec<Stack> {
    let with_pairs: Vec<(&Stack, Vec<Pair>)> = stacks.iter().map(|stack| (stack, pairs(stack, is_wanted))).collect();
    let mut open: BTreeSet<Pair> = with_pairs.iter().flat_map(|(_, pairs)| pairs).copied().collect();
    let mut taken = Vec::new();
    while !open.is_empty() {
        let fresh = |(_, pairs): &&(&Stack, Vec<Pair>)| pairs.iter().filter(|pair| open.contains(pair)).count();
        let (best, covered) = with_pairs.iter().rev().max_by_key(fresh).expect("open pairs come from a stack");
        for pair in covered {
            open.remove(pair);
        }
        taken.push(**best);
    }
    taken
}

/// The stack with the same Rust and nothing around it: one of [`Stack::rust_distinct`].
pub fn same_rust(stack: &Stack) -> Stack {
    let around = Choice::ALL.iter().filter(|choice| choice.reach() == Reach::Around);
    let none = around.filter_map(|choice| choice.values().iter().find(|value| value.is_none()));
    Stack::of(none.fold(**stack, |bare, &value| bare.with(value))).unwrap_or(*stack)
}

/// A name for a stack that is valid in a path: its values joined, such as `sqlite-memory-none`.
pub fn id(stack: &Stack) -> String {
    stack.values().map(Value::id).collect::<Vec<_>>().join("-")
}

/// The stack with this [`id`].
pub fn with_id(wanted: &str) -> Option<Stack> {
    let (combination, _) =
        Choice::ALL.iter().try_fold((Combination::DEFAULT, wanted), |(combination, rest), choice| {
            // Each value is tried as a prefix, because `api-key` has a hyphen itself.
            choice.values().iter().find_map(|value| {
                let rest = rest.strip_prefix(value.id())?.trim_start_matches('-');
                Some((combination.with(*value), rest))
            })
        })?;
    Stack::of(combination).filter(|stack| id(stack) == wanted)
}

/// Each pair of values that a stack has of the wanted choices.
pub fn pairs(stack: &Stack, is_wanted: fn(Choice) -> bool) -> Vec<Pair> {
    let values: Vec<Value> = stack.values().filter(|value| is_wanted(value.choice())).collect();
    let with_later =
        |(index, &one): (usize, &Value)| values[index + 1..].iter().map(|&other| (one, other)).collect::<Vec<_>>();
    values.iter().enumerate().flat_map(with_later).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_that_of_one_stack() {
        let bare: BTreeSet<Stack> = Stack::rust_distinct().into_iter().collect();
        for stack in Stack::all() {
            assert_eq!(with_id(&id(&stack)), Some(stack));
            assert!(bare.contains(&same_rust(&stack)));
        }
        let valid = id(&Stack::all()[0]);
        for wrong in
            ["", "oracle", &valid[1..], &format!("{valid}-"), &format!("{valid}-none"), &valid.replace('-', "")]
        {
            assert_eq!(with_id(wrong), None, "{wrong}");
        }
        assert_eq!(with_id("none-redis-none-none-none-none-none-none"), None, "a rule forbids it");
    }

    #[test]
    fn every_valid_pair_is_covered_by_fewer_stacks() {
        let of = |stacks: &[Stack]| -> BTreeSet<Pair> {
            stacks.iter().flat_map(|stack| pairs(stack, |choice| choice.reach() == Reach::Rust)).collect()
        };
        let (met, possible) = (of(&pairwise()), of(&Stack::rust_distinct()));
        assert_eq!(met, possible);
        assert!(pairwise().len() < Stack::rust_distinct().len());
    }
}
