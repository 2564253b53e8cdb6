//! Which entries of the journal can be taken back or made again, and which are kept.
//!
//! An undo names the changes that it takes back, and a redo the undo. A change that was made again is the same change as
//! before, so that it can be taken back alone, and neither its undo nor its redo is needed any more.

use std::collections::BTreeSet;

use super::super::Root;
use super::{ChangeKind, DONE, KEPT, Made};
use crate::error::Error;

/// The changes of a project.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Those that can be taken back, the newest last.
    pub made: Vec<Made>,
    /// The undos that can be made again, the newest last.
    pub undone: Vec<Made>,
}

/// The same as numbers.
#[derive(Default)]
pub(super) struct Order {
    made: Vec<u32>,
    undone: Vec<Undone>,
}

/// An undo and the changes that it takes back.
struct Undone {
    number: u32,
    taken: Vec<u32>,
}

impl Root {
    /// The changes that can be taken back, and those that can be made again.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn history(&self) -> Result<History, Error> {
        let mut order = Order::default();
        for number in self.done() {
            order.add(number, self.journal(number, DONE)?.kind);
        }
        let undone = order.undone.iter().map(|undone| self.made(undone.number)).collect::<Result<_, _>>()?;
        let made = order.made.into_iter().map(|number| self.made(number)).collect::<Result<_, _>>()?;
        Ok(History { made, undone })
    }

    /// The numbers of the entries that are no longer needed, sorted. An entry that cannot be read is one of them.
    pub(super) fn obsolete(&self) -> Vec<u32> {
        let mut order = Order::default();
        for number in self.done() {
            if let Ok(journal) = self.journal(number, DONE) {
                order.add(number, journal.kind);
            }
        }
        let kept = order.kept();
        self.done().filter(|number| !kept.contains(number)).collect()
    }

    fn done(&self) -> impl Iterator<Item = u32> {
        self.numbers().into_iter().filter(|number| self.entry(*number).join(DONE).is_file())
    }
}

impl Order {
    fn add(&mut self, number: u32, kind: ChangeKind) {
        match kind {
            ChangeKind::Change => {
                self.undone.clear();
                self.made.push(number);
            }
            ChangeKind::Undo(numbers) => {
                let taken = self.made.extract_if(.., |made| numbers.contains(made)).collect();
                self.undone.push(Undone { number, taken });
            }
            ChangeKind::Redo(undo) => {
                let again = self.undone.extract_if(.., |undone| undone.number == undo);
                self.made.extend(again.flat_map(|undone| undone.taken));
                self.made.sort_unstable();
            }
        }
    }

    /// The last changes, whether they are made or taken back, and the undos.
    fn kept(&self) -> BTreeSet<u32> {
        let taken = self.undone.iter().flat_map(|undone| &undone.taken);
        let changes: BTreeSet<u32> = self.made.iter().chain(taken).copied().collect();
        let undos = self.undone.iter().map(|undone| undone.number);
        changes.into_iter().rev().take(KEPT).chain(undos).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(kinds: &[ChangeKind]) -> (Vec<u32>, Vec<u32>) {
        let mut order = Order::default();
        for (number, kind) in (1..).zip(kinds) {
            order.add(number, kind.clone());
        }
        (order.made, order.undone.iter().map(|undone| undone.number).collect())
    }

    #[test]
    fn a_redo_gives_back_each_of_the_changes_that_an_undo_took() {
        use ChangeKind::{Change, Redo, Undo};
        let both = [Change, Change, Change, Undo(vec![2, 3])];
        assert_eq!(order(&both), (vec![1], vec![4]));
        assert_eq!(order(&[&both[..], &[Undo(vec![1])]].concat()), (vec![], vec![4, 5]));
        assert_eq!(order(&[&both[..], &[Redo(4)]].concat()), (vec![1, 2, 3], vec![]));
        assert_eq!(order(&[&both[..], &[Redo(4), Undo(vec![3])]].concat()), (vec![1, 2], vec![6]));
        assert_eq!(order(&[&both[..], &[Change]].concat()), (vec![1, 5], vec![]), "nothing is left to make again");
    }
}
