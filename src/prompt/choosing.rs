//! The page of a question with a list of answers.

use super::key::Key;
use super::page::Page;
use super::pager::{Pager, Paragraph};
use super::question::Question;
use super::terminal::Size;
use super::text::Line;

const KEYS: &str =
    "keys: ↑↓ or j k choose, enter confirms, b or esc goes back, ctrl-c quits and writes nothing, ctrl-z suspends";

/// The outcome of a question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Picked {
    /// The item with this index.
    Item(usize),
    /// Back to the previous question.
    Back,
}

pub(super) struct Choosing<'a> {
    question: &'a Question,
    cursor: usize,
    /// The page that `?` opens.
    more: Option<Pager>,
}

impl<'a> Choosing<'a> {
    pub(super) fn new(question: &'a Question) -> Self {
        Self { question, cursor: question.start, more: None }
    }

    fn last(&self) -> usize {
        self.question.items.len() - 1
    }
}

impl Page for Choosing<'_> {
    type Outcome = Picked;

    fn lines(&mut self, size: Size) -> Vec<Line> {
        match &mut self.more {
            Some(more) => more.lines(size),
            None => self.question.lines(self.cursor, size),
        }
    }

    fn press(&mut self, key: &Key) -> Option<Picked> {
        if let Some(more) = &mut self.more {
            if more.press(key).is_some() {
                self.more = None;
            }
            return None;
        }
        match key {
            Key::Up | Key::Letter('k') => self.cursor = self.cursor.checked_sub(1).unwrap_or(self.last()),
            Key::Down | Key::Letter('j') => self.cursor = if self.cursor < self.last() { self.cursor + 1 } else { 0 },
            Key::Home | Key::PageUp => self.cursor = 0,
            Key::End | Key::PageDown => self.cursor = self.last(),
            Key::Enter => return Some(Picked::Item(self.cursor)),
            Key::Escape | Key::Erase | Key::Letter('b') if self.question.can_go_back => return Some(Picked::Back),
            Key::Letter('?') => {
                let Question { subject, place, .. } = self.question;
                let keys = [Paragraph::line(Line::default()), Paragraph::text(2, KEYS)];
                let everything = self.question.everything().into_iter().chain(keys).collect();
                self.more = Some(Pager::new(subject, place, everything));
            }
            Key::Escape | Key::Erase | Key::EraseLine | Key::Leave | Key::Letter(_) | Key::Paste(_) | Key::Other => {}
        }
        None
    }
}
