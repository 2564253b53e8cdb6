//! The merge of one text, by the kind of its file.

use camino::Utf8Path;

use super::conflict::{Hunk, Part, Reason, Side};
use super::habit::Habit;
use super::lines::{self, Rule};
use super::seam::is_seam;
use super::valid::is_valid;
use super::{json, toml};

/// The three sides of one text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides<'a> {
    pub(super) base: &'a str,
    pub(super) yours: &'a str,
    pub(super) new: &'a str,
}

/// The merged text: one settled part if nothing is in conflict. A valid text stays valid.
pub(super) fn merge(path: &Utf8Path, sides: Sides<'_>) -> Vec<Part> {
    by_key(path, sides).unwrap_or_else(|| by_line(path, sides))
}

/// The merge of a text that is a map; `None` if it is none, or a side is not valid.
fn by_key(path: &Utf8Path, sides: Sides<'_>) -> Option<Vec<Part>> {
    let merge = match path.extension() {
        Some("toml") => toml::merge,
        Some("json") => json::merge,
        _ => return None,
    };
    let habit = Habit::of(sides.yours);
    let [base, yours, new] = [sides.base, sides.yours, sides.new].map(|text| habit.plain(text));
    let parts = merge(Sides { base: &base, yours: &yours, new: &new })?;
    if !is_valid_with(&parts, path) {
        return None;
    }
    Some(parts.into_iter().map(|part| part.map(|text| habit.line_ends(text))).collect::<Vec<_>>())
        .map(|parts| habit.edges(parts))
}

/// The merge by lines, more careful until the result is valid.
fn by_line(path: &Utf8Path, sides: Sides<'_>) -> Vec<Part> {
    let is_checked = is_valid(path, sides.yours) && is_valid(path, sides.new);
    let rules = if is_seam(path) { &[Rule::Both, Rule::Apart, Rule::Strict][..] } else { &[Rule::Apart, Rule::Strict] };
    let mut parts = Vec::new();
    for &rule in rules {
        parts = lines::merge(path, sides, rule);
        if !is_checked || is_valid_with(&parts, path) {
            return parts;
        }
    }
    if parts.iter().any(|part| matches!(part, Part::Open(_))) {
        return parts;
    }
    let Sides { base, yours, new } = sides;
    let [base, yours, new] = [base, yours, new].map(str::to_owned);
    vec![Part::Open(Hunk { line: 1, base, yours, new, reason: Reason::Invalid })]
}

/// Whether the text is valid with either side at every open place.
fn is_valid_with(parts: &[Part], path: &Utf8Path) -> bool {
    let has_open = parts.iter().any(|part| matches!(part, Part::Open(_)));
    let sides = if has_open { &[Side::Yours, Side::New][..] } else { &[Side::Yours] };
    sides.iter().all(|side| {
        let text: String = parts.iter().map(|part| part.decided(&mut |_| (*side).into())).collect();
        is_valid(path, &text)
    })
}
