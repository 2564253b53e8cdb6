//! The families of variants: those that differ only in their monitoring.

use std::collections::BTreeMap;

use restwell::choice::{Choice, Combination};
use restwell::stack::Stack;
use restwell::variants::id;

/// The first variant of the family of each variant, by their names.
///
/// The first one is compiled whole, the others without the test modules that are the same: see
/// [`differing`](super::differing).
pub(super) struct Families(BTreeMap<String, String>);

impl Families {
    /// Those of all variants.
    pub(super) fn new(stacks: &[Stack]) -> Self {
        let values = Choice::Monitoring.values();
        let family = |stack: &Stack| -> Combination { stack.with(values[0]) };
        let mut firsts = BTreeMap::new();
        for value in values {
            for stack in stacks.iter().filter(|stack| stack.get(Choice::Monitoring) == *value) {
                firsts.entry(family(stack)).or_insert_with(|| id(stack));
            }
        }
        Self(stacks.iter().map(|stack| (id(stack), firsts[&family(stack)].clone())).collect())
    }

    /// The first variant of the family of this one.
    pub(super) fn first(&self, name: &str) -> &str {
        &self.0[name]
    }

    /// Whether it is the first of its family.
    pub(super) fn is_first(&self, name: &str) -> bool {
        self.first(name) == name
    }

    /// How many of the variants are compiled whole.
    pub(super) fn extent(&self, stacks: &[Stack]) -> String {
        let cut = stacks.iter().filter(|stack| !self.is_first(&id(stack))).count();
        let first = Choice::Monitoring.values()[0].id();
        let all = stacks.len();
        format!(
            "{cut} of {all} with only the test modules that differ from those of monitoring={first}, and what they need"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_first_variant_of_each_family_has_the_first_monitoring() {
        let stacks = Stack::rust_distinct();
        let families = Families::new(&stacks);
        let by_id: BTreeMap<String, Stack> = stacks.iter().map(|stack| (id(stack), *stack)).collect();
        assert_eq!(families.0.len(), stacks.len());
        for (name, first) in &families.0 {
            let (stack, first) = (by_id[name], by_id[first]);
            assert_eq!(first.get(Choice::Monitoring), Choice::Monitoring.values()[0], "{name}");
            assert_eq!(*first, stack.with(first.get(Choice::Monitoring)), "{name}");
        }
        let firsts: BTreeSet<&String> = families.0.values().collect();
        let cut = stacks.len() - firsts.len();
        assert!(families.extent(&stacks).starts_with(&format!("{cut} of {} with only", stacks.len())));
    }
}
