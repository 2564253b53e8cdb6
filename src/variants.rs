//! Subsets of stacks, for checks that are too slow to run for each.

use std::collections::BTreeSet;

use crate::choice::{Choice, Combination, Reach, Value};
use crate::stack::Stack;

/// Two values in one stack.
type Pair = (Value, Value);

/// A few stacks with distinct Rust code that cover every valid pair of values.
///
/// Greedy and deterministic: each step takes the first stack with the most uncovered pairs.
pub fn pairwise() -> Vec<Stack> {
    let stacks = Stack::rust_distinct();
    let mut open: BTreeSet<Pair> = stacks.iter().flat_map(pairs).collect();
    let mut taken = Vec::new();
    while !open.is_empty() {
        let fresh = |stack: &&Stack| pairs(stack).filter(|pair| open.contains(pair)).count();
        let best = stacks.iter().rev().max_by_key(fresh).expect("open pairs come from a stack");
        for pair in pairs(best) {
            open.remove(&pair);
        }
        taken.push(*best);
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

fn pairs(stack: &Stack) -> impl Iterator<Item = Pair> + use<> {
    let values: Vec<Value> =
        Choice::ALL.iter().filter(|choice| choice.reach() == Reach::Rust).map(|&choice| stack.get(choice)).collect();
    let two =
        |(index, &one): (usize, &Value)| values[index + 1..].iter().map(|&other| (one, other)).collect::<Vec<_>>();
    values.iter().enumerate().flat_map(two).collect::<Vec<_>>().into_iter()
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
        let met: BTreeSet<Pair> = pairwise().iter().flat_map(pairs).collect();
        let possible: BTreeSet<Pair> = Stack::rust_distinct().iter().flat_map(pairs).collect();
        assert_eq!(met, possible);
        assert!(pairwise().len() < Stack::rust_distinct().len());
    }
}
