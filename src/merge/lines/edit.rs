//! What one side changed: lines of the base that became other lines.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// The lines `lines` of the base became `new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit<'a> {
    pub(super) lines: Range<usize>,
    pub(super) new: &'a [&'a str],
}

impl<'a> Edit<'a> {
    /// Whether both touch a line, or both insert at one place.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let shares = self.lines.start < other.lines.end && other.lines.start < self.lines.end;
        shares || (self.lines == other.lines && self.lines.is_empty())
    }

    /// Whether both touch a line or adjacent lines.
    pub(super) fn touches(&self, other: &Self) -> bool {
        self.lines.start <= other.lines.end && other.lines.start <= self.lines.end
    }

    /// Whether it stands first. An insertion stands before what is replaced at its place.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        (self.lines.start, self.lines.end) <= (other.lines.start, other.lines.end)
    }

    /// An insertion that begins at a blank line, or with an attribute, where the lines around it leave a choice: so it is whole
    /// items. The first line that it may stand at, and the place of its lines in the side, bound the choice.
    fn slid(self, base: &[&str], side: &'a [&'a str], (floor, became): (usize, Range<usize>)) -> Self {
        if !self.lines.is_empty() || self.new.len() != became.len() || self.new.is_empty() {
            return self;
        }
        let at = self.lines.start;
        let steps = (0..at - floor).take_while(|step| base[at - 1 - step] == side[became.end - 1 - step]).count();
        let starts = |step: &usize| {
            let first = side[became.start - step].trim();
            (first.is_empty(), first.starts_with("#["))
        };
        let best = (0..=steps).max_by_key(|step| (starts(step), usize::MAX - step)).unwrap_or(0);
        let lines = at - best..at - best;
        Self { lines, new: &side[became.start - best..became.end - best] }
    }

    /// By how many lines it makes the text longer.
    pub(super) fn growth(&self) -> isize {
        self.new.len().cast_signed() - self.lines.len().cast_signed()
    }
}

/// What `side` changed, in order.
pub(super) fn edits<'a>(base: &[&'a str], side: &'a [&'a str]) -> Vec<Edit<'a>> {
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for operation in capture_diff_slices(Algorithm::Patience, base, side) {
        let (tag, old, new) = operation.as_tag_tuple();
        match found.last_mut() {
            _ if tag == DiffTag::Equal => {}
            Some((lines, became)) if lines.end == old.start && became.end == new.start => {
                lines.end = old.end;
                became.end = new.end;
            }
            _ => found.push((old, new)),
        }
    }
    let mut edits: Vec<Edit<'a>> = Vec::new();
    for (lines, became) in found {
        let floor = edits.last().map_or(0, |edit| edit.lines.end);
        edits.push(trimmed(base, lines.clone(), &side[became.clone()]).slid(base, side, (floor, became)));
    }
    edits
}

/// The edit without the lines at its ends that stay equal.
fn trimmed<'a>(base: &[&str], mut lines: Range<usize>, mut new: &'a [&'a str]) -> Edit<'a> {
    while !lines.is_empty() && new.first() == Some(&base[lines.start]) {
        lines.start += 1;
        new = &new[1..];
    }
    while !lines.is_empty() && new.last() == Some(&base[lines.end - 1]) {
        lines.end -= 1;
        new = &new[..new.len() - 1];
    }
    Edit { lines, new }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insertion_begins_with_the_blank_line_above_its_item() {
        let lines = |text: &'static str| text.split_inclusive('\n').collect::<Vec<_>>();
        let base = lines("a\n\n#[test]\nfn one() {\n}\n\n#[test]\nfn two() {\n}\n");
        let side = lines("a\n\n#[test]\nfn one() {\n}\n\n#[test]\nfn new() {\n}\n\n#[test]\nfn two() {\n}\n");
        let found = edits(&base, &side);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].lines.clone(), found[0].new.concat()), (5..5, "\n#[test]\nfn new() {\n}\n".to_owned()));
    }
}
