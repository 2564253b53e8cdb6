//! Tier 1: every project with distinct Rust is compiled under clippy, all of them as members of one workspace.
//!
//! Of variants that differ only in their monitoring, all but the first are compiled without the test modules that are
//! the same: see [`differing`]. One workspace means that each dependency is compiled once for all. It also means that
//! features are unified, which hides a missing one: `suites` compiles a pairwise set alone.

mod differing;
mod families;
mod format;
mod lock;
mod sources;
mod workspace;

use anyhow::{Result, bail};
use restwell::stack::Stack;
use restwell::variants::id;

use crate::changed::{Options, VariantOptions};
use crate::tally::Tally;
use crate::{dirs, rotation};
use families::Families;
use workspace::{Time, Workspace};

/// The number of runs of `variants` after which each variant has been compiled.
const TURNS: usize = 9;

/// Runs the stage `variants`.
pub(crate) fn run(VariantOptions { changed: options, all }: &VariantOptions) -> Result<()> {
    let mut tally = Tally::new("variants")?;
    let mut stacks = Stack::rust_distinct();
    let families = Families::new(&stacks);
    let Some(mut workspace) = Workspace::write(&mut tally, &families, options) else {
        return tally.close();
    };
    workspace.changes.select(&mut stacks, &mut tally);
    if !all && !options.is_given() {
        stacks = of_this_turn(stacks, &families, &mut tally)?;
    }
    if !stacks.is_empty() {
        tally.check("rustfmt", || format::check(&workspace.sources, &dirs::target().join("variants-format")));
        tally.note("test modules", || Ok(families.extent(&stacks)));
        workspace.compile(&mut tally, &stacks, &families, Time::OfStage)?;
    }
    tally.close()
}

/// Runs the stage `remaining`: every variant that has not been compiled as it is rendered now.
pub(crate) fn remaining() -> Result<()> {
    let mut tally = Tally::new("remaining")?;
    let mut stacks = Stack::rust_distinct();
    let families = Families::new(&stacks);
    let Some(mut workspace) = Workspace::write(&mut tally, &families, &Options::default()) else {
        return tally.close();
    };
    let compiled = workspace.changes.proved();
    stacks.retain(|stack| !compiled.contains_key(&id(stack)));
    if !stacks.is_empty() {
        workspace.compile(&mut tally, &stacks, &families, Time::OfOthers)?;
    }
    tally.close()
}

/// The first variant of every family, and one of the others of every third family, whose turn it is.
fn of_this_turn(stacks: Vec<Stack>, families: &Families, tally: &mut Tally) -> Result<Vec<Stack>> {
    let (mut chosen, others): (Vec<Stack>, Vec<Stack>) =
        stacks.into_iter().partition(|stack| families.is_first(&id(stack)));
    let turns: Vec<usize> = (0..TURNS).collect();
    let [turn] = rotation::part(&turns, 1)?[..] else { bail!("a part has one turn") };
    let all = chosen.len() + others.len();
    chosen.extend(others.into_iter().enumerate().filter(|(place, _)| turn_of(*place) == turn).map(|(_, stack)| stack));
    let note = format!("{} of {all}; `cargo xtask remaining` compiles the others", chosen.len());
    tally.note("turn", || Ok(note));
    Ok(chosen)
}

/// The turn of a variant that is not the first of its family, by its place among these. The three of a family follow each
/// other: each has a turn of its own, and every turn has all three values.
fn turn_of(place: usize) -> usize {
    (place + place / TURNS) % TURNS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use restwell::choice::Choice;

    use super::*;

    #[test]
    fn each_variant_has_a_turn_and_each_turn_all_values() {
        let stacks = Stack::rust_distinct();
        let families = Families::new(&stacks);
        let is_first = |stack: &Stack| families.is_first(&id(stack));
        let others: Vec<Stack> = stacks.iter().copied().filter(|stack| !is_first(stack)).collect();
        let mut compiled = 0;
        for turn in 0..TURNS {
            let chosen = others.iter().enumerate().filter(|(place, _)| turn_of(*place) == turn);
            let chosen: Vec<&Stack> = chosen.map(|(_, stack)| stack).collect();
            let firsts: BTreeSet<String> = chosen.iter().map(|stack| families.first(&id(stack)).to_owned()).collect();
            assert_eq!(firsts.len(), chosen.len(), "in turn {turn}");
            for value in &Choice::Monitoring.values()[1..] {
                let uses = chosen.iter().filter(|stack| stack.get(Choice::Monitoring) == *value).count();
                assert!((16..=17).contains(&uses), "{uses} of {value} in turn {turn}");
            }
            compiled += chosen.len();
        }
        assert_eq!(compiled, others.len());
    }
}
