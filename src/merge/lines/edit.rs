//! What one side changed: lines of the base that became other lines.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// The lines `lines` of the base became `new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit<'a> {
    pub(super) lines: Range<usize>,
    pub(super) new: &'a [&'a str],
}

impl Edit<'_> {
    /// Whether both touch a line, or both insert at one place.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let shares = self.lines.start < other.lines.end && other.lines.start < self.lines.end;
        shares || (self.lines == other.lines && self.lines.is_empty())
    }

    /// Whether it stands first. An insertion stands before what is replaced at its place.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        (self.lines.start, self.lines.end) <= (other.lines.start, other.lines.end)
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
    found.into_iter().map(|(lines, became)| trimmed(base, lines, &side[became])).collect()
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
