//! The merge of lines.
//!
//! Edits that share no line both stand, also when they are adjacent. Two insertions at one place are kept both only in
//! a seam, and only if each is whole items (`insertion`). Imports and lists of modules are sets (`names`).

mod edit;
mod insertion;
mod names;

use std::ops::Range;

use camino::Utf8Path;

use super::conflict::{Hunk, Part, Reason};
use super::text::Sides;
use edit::{Edit, edits};

/// When two edits both stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// If a line that neither touches is between them.
    Strict,
    /// If they share no line and do not insert at one place.
    Apart,
    /// Also if both insert whole items at one place.
    Both,
}

/// Merges the lines.
pub(super) fn merge(path: &Utf8Path, sides: Sides<'_>, rule: Rule) -> Vec<Part> {
    let [base, yours, new] = [sides.base, sides.yours, sides.new].map(split);
    let mut walk = Walk {
        path,
        rule,
        yours: edits(&base, &yours),
        new: edits(&base, &new),
        base: &base,
        at: 0,
        shift: 0,
        parts: Vec::new(),
    };
    walk.run();
    walk.parts
}

/// The parts of three texts that are equal but where a person has to decide.
pub(super) fn differences(sides: Sides<'_>, reason: &Reason) -> Vec<Part> {
    let mut parts = merge(Utf8Path::new(""), sides, Rule::Strict);
    for part in &mut parts {
        if let Part::Open(hunk) = part {
            hunk.reason = reason.clone();
        }
    }
    if parts.iter().any(|part| matches!(part, Part::Open(_))) {
        return parts;
    }
    let [base, yours, new] = [sides.base, sides.yours, sides.new].map(str::to_owned);
    vec![Part::Open(Hunk { line: 1, base, yours, new, reason: reason.clone() })]
}

/// The lines with their ends.
fn split(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// One pass over the base.
struct Walk<'a> {
    path: &'a Utf8Path,
    rule: Rule,
    base: &'a [&'a str],
    /// The edits of each side, in order.
    yours: Vec<Edit<'a>>,
    new: Vec<Edit<'a>>,
    /// The first line of the base that is not yet in the result.
    at: usize,
    /// By how many lines the user's file is longer so far.
    shift: isize,
    parts: Vec<Part>,
}

/// Edits of both sides that touch the same lines.
struct Overlap<'a> {
    lines: Range<usize>,
    yours: Vec<&'a str>,
    new: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn run(&mut self) {
        let (mut i, mut j) = (0, 0);
        loop {
            match (self.yours.get(i).cloned(), self.new.get(j).cloned()) {
                (None, None) => break,
                (Some(yours), Some(new)) if self.meet(&yours, &new) => {
                    let ends = self.grow((i, j));
                    self.overlap((i, j), ends);
                    (i, j) = ends;
                }
                (Some(yours), new) if new.as_ref().is_none_or(|new| yours.is_before(new)) => {
                    self.one(&yours);
                    self.shift += yours.growth();
                    i += 1;
                }
                (_, Some(new)) => {
                    self.one(&new);
                    j += 1;
                }
                (Some(_), None) => unreachable!("an edit without another is before it"),
            }
        }
        self.copy_to(self.base.len());
    }

    fn meet(&self, yours: &Edit<'_>, new: &Edit<'_>) -> bool {
        yours.meets(new) || (self.rule == Rule::Strict && yours.touches(new) && yours != new)
    }

    /// Where the edits that hang together with those at `starts` end.
    fn grow(&self, starts: (usize, usize)) -> (usize, usize) {
        let (mut i, mut j) = (starts.0 + 1, starts.1 + 1);
        let gap = usize::from(self.rule == Rule::Strict);
        let mut end = self.yours[starts.0].lines.end.max(self.new[starts.1].lines.end);
        loop {
            let reaches =
                |edits: &[Edit<'_>], index: usize| edits.get(index).is_some_and(|edit| edit.lines.start < end + gap);
            if reaches(&self.yours, i) {
                end = end.max(self.yours[i].lines.end);
                i += 1;
            } else if reaches(&self.new, j) {
                end = end.max(self.new[j].lines.end);
                j += 1;
            } else {
                return (i, j);
            }
        }
    }

    /// Takes in an edit that no other meets.
    fn one(&mut self, edit: &Edit<'a>) {
        self.copy_to(edit.lines.start);
        self.settle(edit.new);
        self.at = edit.lines.end;
    }

    /// Takes in edits that meet.
    fn overlap(&mut self, starts: (usize, usize), ends: (usize, usize)) {
        let (mine, theirs) = (&self.yours[starts.0..ends.0], &self.new[starts.1..ends.1]);
        let all = || mine.iter().chain(theirs);
        let start = all().map(|edit| edit.lines.start).min().unwrap_or(self.at);
        let end = all().map(|edit| edit.lines.end).max().unwrap_or(start);
        let side = |edits: &[Edit<'a>]| -> Vec<&'a str> {
            let mut lines = Vec::new();
            let mut at = start;
            for edit in edits {
                lines.extend(&self.base[at..edit.lines.start]);
                lines.extend(edit.new);
                at = edit.lines.end;
            }
            lines.extend(&self.base[at..end]);
            lines
        };
        let overlap = Overlap { lines: start..end, yours: side(mine), new: side(theirs) };
        let growth: isize = mine.iter().map(Edit::growth).sum();
        self.copy_to(start);
        self.decide(overlap);
        self.shift += growth;
        self.at = end;
    }

    fn decide(&mut self, overlap: Overlap<'a>) {
        let base = &self.base[overlap.lines.clone()];
        if overlap.yours == overlap.new {
            return self.settle(&overlap.yours);
        }
        if self.rule != Rule::Strict
            && let Some(lines) = names::merge(self.path, [base, &overlap.yours, &overlap.new])
        {
            return self.settle(&[lines.as_str()]);
        }
        let before = self.last_line();
        if base.is_empty() && self.rule == Rule::Both {
            let place = insertion::Place { path: self.path, before: before.as_deref() };
            if let Some(lines) = place.both(&overlap.yours, &overlap.new) {
                return self.settle(&lines);
            }
        }
        self.open(overlap);
    }

    /// A conflict, without the lines at its ends that both sides share.
    fn open(&mut self, overlap: Overlap<'a>) {
        let base = &self.base[overlap.lines.clone()];
        let (yours, new) = (&overlap.yours, &overlap.new);
        let head = yours.iter().zip(new).take_while(|(one, other)| one == other).count();
        let (yours_rest, new_rest) = (&yours[head..], &new[head..]);
        let tail = yours_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(one, other)| one == other).count();
        let (yours_open, tail_lines) = yours_rest.split_at(yours_rest.len() - tail);
        let new_open = &new_rest[..new_rest.len() - tail];
        let base = without(base, &yours[..head], tail_lines);
        let reason = if overlap.lines.is_empty() { Reason::BothInserted } else { Reason::BothChanged };
        let first = overlap.lines.start.saturating_add_signed(self.shift) + head + 1;
        self.settle(&yours[..head]);
        self.parts.push(Part::Open(Hunk {
            line: first,
            base: base.concat(),
            yours: yours_open.concat(),
            new: new_open.concat(),
            reason,
        }));
        self.settle(tail_lines);
    }

    /// Copies the base up to this line.
    fn copy_to(&mut self, line: usize) {
        let base = self.base;
        self.settle(&base[self.at..line]);
        self.at = line;
    }

    fn settle(&mut self, lines: &[&str]) {
        if lines.is_empty() {
            return;
        }
        let text = lines.concat();
        match self.parts.last_mut() {
            Some(Part::Settled(settled)) => settled.push_str(&text),
            _ => self.parts.push(Part::Settled(text)),
        }
    }

    /// The last line of the result, if it is settled.
    fn last_line(&self) -> Option<String> {
        match self.parts.last() {
            Some(Part::Settled(text)) => text.split_inclusive('\n').next_back().map(str::to_owned),
            _ => None,
        }
    }
}

/// The lines of the base without those at its ends that both sides still have.
fn without<'a, 'b>(base: &'b [&'a str], head: &[&str], tail: &[&str]) -> &'b [&'a str] {
    let start = base.iter().zip(head).take_while(|(one, other)| one == other).count();
    let rest = &base[start..];
    let end = rest.iter().rev().zip(tail.iter().rev()).take_while(|(one, other)| one == other).count();
    &rest[..rest.len() - end]
}
