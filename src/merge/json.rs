//! The merge of JSON: objects are maps, arrays of distinct scalars are sets, and objects in an array are matched by an
//! identifying field. What neither side changed keeps its bytes.

mod grid;
mod list;
mod node;

use super::conflict::{Part, Reason};
use super::lines;
use super::text::Sides;
use list::{identity, ordered};
use node::{Kind, Node};

/// The merged text; `None` if a side is not JSON.
pub(super) fn merge(sides: Sides<'_>) -> Option<Vec<Part>> {
    let texts = grid::aligned(sides);
    let [base, yours, new] =
        texts.as_ref().map_or([sides.base, sides.yours, sides.new], |texts| texts.each_ref().map(String::as_str));
    let tail = &yours[yours.trim_end().len()..];
    let (base, yours, new) = (Node::parse(base), Node::parse(yours)?, Node::parse(new)?);
    let run = |prefer: Prefer| {
        let mut merger = Merger { prefer, conflicts: 0, unit: unit(yours.raw) };
        let text = merger.value([base.as_ref(), Some(&yours), Some(&new)], 0).unwrap_or_default();
        (text + tail, merger.conflicts)
    };
    let (text, conflicts) = run(Prefer::Yours);
    if conflicts == 0 {
        return Some(vec![Part::Settled(text)]);
    }
    let [base, new] = [Prefer::Base, Prefer::New].map(|prefer| run(prefer).0);
    Some(lines::differences(Sides { base: &base, yours: &text, new: &new }, &Reason::BothChanged))
}

/// The side to take where a value is in conflict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefer {
    Yours,
    Base,
    New,
}

/// What the three sides have at one place.
type Three<'n, 'a> = [Option<&'n Node<'a>>; 3];

struct Merger<'a> {
    prefer: Prefer,
    conflicts: usize,
    /// One level of indent.
    unit: &'a str,
}

impl Merger<'_> {
    /// The merged value at this depth; `None` if it is removed.
    fn value(&mut self, three: Three<'_, '_>, depth: usize) -> Option<String> {
        let [base, yours, new] = three;
        let same =
            |one: Option<&Node<'_>>, other: Option<&Node<'_>>| one.map(Node::compact) == other.map(Node::compact);
        let raw = |node: Option<&Node<'_>>| node.map(|node| node.raw.to_owned());
        if same(base, new) || same(yours, new) {
            return raw(yours);
        }
        if same(base, yours) {
            return raw(new);
        }
        if let (Some(yours), Some(new)) = (yours, new)
            && let Some(text) = self.inside(base, yours, new, depth)
        {
            return Some(text);
        }
        self.conflicts += 1;
        raw(match self.prefer {
            Prefer::Yours => yours,
            Prefer::Base => base,
            Prefer::New => new,
        })
    }

    /// Merges two objects or two arrays.
    fn inside(&mut self, base: Option<&Node<'_>>, yours: &Node<'_>, new: &Node<'_>, depth: usize) -> Option<String> {
        match (&yours.kind, &new.kind) {
            (Kind::Object(members), Kind::Object(others)) => {
                let keys = |members: &[(&str, Node<'_>)]| members.iter().map(|(key, _)| (*key).to_owned()).collect();
                let mut entries = Vec::new();
                for key in ordered(keys(members), keys(others)) {
                    let three = [base.and_then(|base| base.member(&key)), yours.member(&key), new.member(&key)];
                    entries.extend(self.value(three, depth + 1).map(|text| format!("{key}: {text}")));
                }
                Some(self.list(('{', '}'), &entries, yours.raw, depth))
            }
            (Kind::Array(own), Kind::Array(others)) => {
                let before = base.and_then(Node::items).unwrap_or_default();
                let field = identity([before, own, others])?;
                let names = |items: &[Node<'_>]| items.iter().filter_map(|item| field.name(item)).collect();
                let find = |items: &'_ [Node<'_>], name: &str| {
                    items.iter().position(|item| field.name(item).as_deref() == Some(name))
                };
                let mut entries = Vec::new();
                for name in ordered(names(own), names(others)) {
                    let at = |items: &[Node<'_>]| find(items, &name);
                    let three = [
                        at(before).map(|at| &before[at]),
                        at(own).map(|at| &own[at]),
                        at(others).map(|at| &others[at]),
                    ];
                    entries.extend(self.value(three, depth + 1));
                }
                Some(self.list(('[', ']'), &entries, yours.raw, depth))
            }
            (Kind::Object(_) | Kind::Array(_) | Kind::Scalar, _) => None,
        }
    }

    /// The entries in brackets, on one line if the user has them so.
    fn list(&self, (open, close): (char, char), entries: &[String], like: &str, depth: usize) -> String {
        if entries.is_empty() {
            return format!("{open}{close}");
        }
        if like.len() > 2 && !like.contains('\n') {
            let space = if like[1..].starts_with(' ') { " " } else { "" };
            return format!("{open}{space}{}{space}{close}", entries.join(", "));
        }
        let (outer, inner) = (self.unit.repeat(depth), self.unit.repeat(depth + 1));
        format!("{open}\n{inner}{}\n{outer}{close}", entries.join(&format!(",\n{inner}")))
    }
}

/// One level of indent: that of the first member.
fn unit(text: &str) -> &str {
    let line = text.lines().nth(1).unwrap_or("  ");
    &line[..line.len() - line.trim_start().len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, yours: &str, new: &str) -> Option<String> {
        match merge(Sides { base, yours, new })?.as_slice() {
            [Part::Settled(text)] => Some(text.clone()),
            _ => None,
        }
    }

    #[test]
    fn keys_of_both_stand_and_the_rest_keeps_its_bytes() {
        let base = "{\n  \"a\": { \"x\": 1 },\n  \"c\": [\"m\", \"n\"]\n}\n";
        let yours = "{\n  \"a\": { \"x\": 1 },\n  \"b\": 2,\n  \"c\": [\"k\", \"m\", \"n\"]\n}\n";
        let new = "{\n  \"a\": { \"x\": 1 },\n  \"c\": [\"m\", \"o\"],\n  \"d\": 4\n}\n";
        let expected = "{\n  \"a\": { \"x\": 1 },\n  \"b\": 2,\n  \"c\": [\"k\", \"m\", \"o\"],\n  \"d\": 4\n}\n";
        assert_eq!(merged(base, yours, new).as_deref(), Some(expected));
    }

    #[test]
    fn two_changes_of_one_value_are_a_conflict() {
        let parts = merge(Sides { base: "{\n  \"a\": 1\n}\n", yours: "{\n  \"a\": 2\n}\n", new: "{\n  \"a\": 3\n}\n" });
        let parts = parts.expect("all three are JSON");
        let hunks: Vec<_> = parts.iter().filter(|part| matches!(part, Part::Open(_))).collect();
        assert_eq!(hunks.len(), 1);
    }
}
