//! Entries in order, and what tells the items of an array apart.

use super::node::{Kind, Node};

/// The fields that name an object, the best first.
const NAMES: [&str; 5] = ["\"title\"", "\"name\"", "\"refId\"", "\"uid\"", "\"id\""];

/// What tells the items of an array apart.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identity {
    /// The item itself, a scalar.
    Itself,
    /// This field.
    Field(&'static str),
}

impl Identity {
    pub(super) fn name(self, item: &Node<'_>) -> Option<String> {
        let node = match self {
            Self::Itself => item,
            Self::Field(field) => item.member(field)?,
        };
        matches!(node.kind, Kind::Scalar).then(|| node.raw.to_owned())
    }
}

/// What tells apart the items of all these arrays; `None` if nothing does.
pub(super) fn identity(arrays: [&[Node<'_>]; 3]) -> Option<Identity> {
    let mut all = std::iter::once(Identity::Itself).chain(NAMES.map(Identity::Field));
    all.find(|identity| {
        arrays.iter().all(|items| {
            let mut names: Vec<_> = items.iter().map(|item| identity.name(item)).collect();
            names.sort_unstable();
            let is_distinct = names.windows(2).all(|pair| pair[0] != pair[1]);
            is_distinct && names.iter().all(Option::is_some)
        })
    })
}

/// The names of both sides: yours in their order, each new one after the name that stands before it in `new`.
pub(super) fn ordered(yours: Vec<String>, new: Vec<String>) -> Vec<String> {
    let mut order = yours;
    for (at, name) in new.iter().enumerate() {
        if !order.contains(name) {
            let mut neighbours = new[..at].iter().rev();
            let neighbour = neighbours.find_map(|neighbour| order.iter().position(|other| other == neighbour));
            order.insert(neighbour.map_or(0, |place| place + 1), name.clone());
        }
    }
    order
}
