//! A question with a list of answers as data, and its rendering at any size. Pure.

use anstyle::Style;

use super::page::Head;
use super::pager::Paragraph;
use super::terminal::Size;
use super::text::{Hanging, Line, join, wrap};
use crate::shell::{LABEL, QUIET, STRONG};

/// A question with its context and answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    /// The name of the project, once there is one.
    pub(super) subject: String,
    /// `3/8`, or the name of the page.
    pub(super) place: String,
    /// The current answers, such as `database postgres`.
    pub(super) settled: Vec<String>,
    /// What follows from them, such as `cache none: without a database …`.
    pub(super) implied: Vec<String>,
    pub(super) title: String,
    pub(super) items: Vec<Item>,
    /// The answers that are not possible, grouped by reason.
    pub(super) refused: Vec<Refused>,
    /// The initial position of the cursor.
    pub(super) start: usize,
    pub(super) can_go_back: bool,
}

/// One answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) word: String,
    /// The difference from the others, in one clause.
    pub(super) clause: String,
    /// The details of the answer.
    pub(super) facts: Vec<Fact>,
}

/// Answers that are not possible, with the reason.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) words: Vec<&'static str>,
    pub(super) because: &'static str,
}

/// A label such as `costs` with its text.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) text: String,
}

/// What is omitted on a small screen, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Nothing,
    Gaps,
    Clauses,
    Settled,
    Keys,
    Refused,
}

const CUTS: [Cut; 6] = [Cut::Nothing, Cut::Gaps, Cut::Clauses, Cut::Settled, Cut::Keys, Cut::Refused];
/// Where facts and clauses start.
const INDENT: usize = 2;
const FACTS: usize = 11;

impl Question {
    /// The screen with the cursor on one item.
    pub(super) fn lines(&self, cursor: usize, size: Size) -> Vec<Line> {
        let fitting = CUTS.into_iter().map(|cut| self.lines_without(cut, cursor, size.columns));
        let fitting = fitting.into_iter().find(|lines| lines.len() <= size.rows);
        fitting.unwrap_or_else(|| self.smallest(cursor, size))
    }

    /// Every answer with all details, for the page that `?` opens.
    pub(super) fn everything(&self) -> Vec<Paragraph> {
        let mut paragraphs = vec![Paragraph::line(Line::new(STRONG, &self.title))];
        for item in &self.items {
            paragraphs.push(Paragraph::line(Line::default()));
            paragraphs.push(Paragraph::line(Line::new(LABEL, &item.word)));
            paragraphs.extend(item.facts.iter().map(Fact::paragraph));
        }
        let notes = self.refused.iter().map(Refused::text).chain(self.implied.iter().cloned());
        paragraphs.extend(notes.flat_map(|note| [Paragraph::line(Line::default()), Paragraph::text(INDENT, note)]));
        paragraphs
    }

    /// The reason if an answer is not possible.
    pub(super) fn refusal(&self, word: &str) -> Option<&'static str> {
        self.refused.iter().find(|refused| refused.words.contains(&word)).map(|refused| refused.because)
    }

    fn head(&self) -> Head {
        let back = self.can_go_back.then_some("b back");
        let keys = ["↑↓ choose", "enter confirm"].into_iter().chain(back).chain(["? more", "ctrl-c quit"]);
        Head { subject: self.subject.clone(), place: self.place.clone(), keys: keys.collect() }
    }

    fn lines_without(&self, cut: Cut, cursor: usize, width: usize) -> Vec<Line> {
        let items = (0..self.items.len()).flat_map(|index| self.item(index, cursor, cut < Cut::Clauses, width));
        let title = wrap(&self.title, width).into_iter().map(|line| Line::new(STRONG, line));
        let refused = if cut < Cut::Refused { &self.refused[..] } else { &[] };
        let blocks: [Vec<Line>; 5] = [
            if cut < Cut::Keys { self.head().full(width) } else { vec![self.head().short()] },
            if cut < Cut::Settled { self.above(width) } else { Vec::new() },
            title.collect(),
            items.chain(refused.iter().flat_map(|refused| quiet(&refused.text(), INDENT, width))).collect(),
            self.facts(cursor, width),
        ];
        let gap = (cut < Cut::Gaps).then(Line::default);
        let filled = blocks.into_iter().filter(|block| !block.is_empty()).enumerate();
        filled.flat_map(|(index, block)| gap.clone().filter(|_| index > 0).into_iter().chain(block)).collect()
    }

    /// For the smallest screens: as many items as fit, then as many facts.
    fn smallest(&self, cursor: usize, size: Size) -> Vec<Line> {
        let Size { columns, rows } = size;
        let above = [self.head().short(), Line::new(STRONG, &self.title)];
        let above = above.into_iter().take(rows.saturating_sub(1));
        let room = rows.saturating_sub(above.len()).max(1);
        let shown = room.min(self.items.len());
        let first = cursor.saturating_sub(shown / 2).min(self.items.len() - shown);
        let items = (first..first + shown).flat_map(|index| self.item(index, cursor, false, columns));
        let mut facts = self.facts(cursor, columns);
        let room = room - shown;
        if facts.len() > room {
            facts.truncate(room);
            if let Some(last) = facts.last_mut() {
                *last = Line::new(QUIET, "  …  ? shows the rest");
            }
        }
        above.chain(items).chain(facts).map(|line| line.fit(columns)).collect()
    }

    fn above(&self, width: usize) -> Vec<Line> {
        let settled = join(&self.settled, width.saturating_sub(INDENT)).into_iter();
        let settled = settled.map(|line| Line::new(QUIET, format!("{:INDENT$}{line}", "")).fit(width));
        settled.chain(self.implied.iter().flat_map(|note| quiet(note, INDENT, width))).collect()
    }

    /// The item in one line, or with its whole clause.
    fn item(&self, index: usize, cursor: usize, is_wrapped: bool, width: usize) -> Vec<Line> {
        let Item { word, clause, .. } = &self.items[index];
        let column = self.items.iter().map(|item| item.word.len()).max().unwrap_or_default().max(9) + 3;
        let is_chosen = index == cursor;
        let style = if is_chosen { LABEL } else { Style::new() };
        let label = Line::new(style, format!("{} {word}", if is_chosen { "❯" } else { " " }));
        if is_wrapped {
            return Hanging { label: &label, indent: INDENT + column, style: Style::new() }.lines(clause, width);
        }
        let gap = " ".repeat((INDENT + column).saturating_sub(label.width()));
        vec![label.then(Style::new(), format!("{gap}{clause}")).fit(width)]
    }

    fn facts(&self, cursor: usize, width: usize) -> Vec<Line> {
        let facts = self.items.get(cursor).map(|item| &item.facts[..]).unwrap_or_default();
        facts.iter().flat_map(|fact| fact.paragraph().lines(width)).collect()
    }
}

impl Refused {
    /// In one line.
    pub(super) fn text(&self) -> String {
        format!("not available: {} ({})", self.words.join(", "), self.because)
    }
}

impl Fact {
    pub(super) fn new(label: &'static str, text: impl Into<String>) -> Self {
        Self { label, text: text.into() }
    }

    pub(super) fn paragraph(&self) -> Paragraph {
        let label = Line::plain(" ".repeat(INDENT)).then(QUIET, self.label);
        Paragraph { label, indent: FACTS, text: self.text.clone() }
    }
}

fn quiet(text: &str, indent: usize, width: usize) -> Vec<Line> {
    Hanging { label: &Line::plain(" ".repeat(indent)), indent, style: QUIET }.lines(text, width)
}
