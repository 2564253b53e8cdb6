//! A pager for text that may be longer than the screen: the files of a project, or the details of a question.

use anstyle::Style;

use super::key::Key;
use super::page::{Head, Page};
use super::terminal::Size;
use super::text::{Hanging, Line};

/// A paragraph with a label before its first line.
#[derive(Clone)]
pub(super) struct Paragraph {
    pub(super) label: Line,
    pub(super) indent: usize,
    pub(super) text: String,
}

impl Paragraph {
    /// A line that is truncated, not wrapped.
    pub(super) fn line(line: Line) -> Self {
        Self { label: line, indent: 0, text: String::new() }
    }

    /// A paragraph without a label.
    pub(super) fn text(indent: usize, text: impl Into<String>) -> Self {
        Self { label: Line::default(), indent, text: text.into() }
    }

    pub(super) fn lines(&self, width: usize) -> Vec<Line> {
        match self.text.is_empty() {
            true => vec![self.label.clone().fit(width)],
            false => Hanging { label: &self.label, indent: self.indent, style: Style::new() }.lines(&self.text, width),
        }
    }
}

/// The pager was closed.
pub(super) struct Closed;

pub(super) struct Pager {
    head: Head,
    paragraphs: Vec<Paragraph>,
    /// The first visible line.
    top: usize,
    /// The number of visible lines, for the page keys.
    shown: usize,
}

impl Pager {
    pub(super) fn new(subject: &str, place: &str, paragraphs: Vec<Paragraph>) -> Self {
        let head = Head {
            subject: subject.to_owned(),
            place: place.to_owned(),
            keys: vec!["↑↓ scroll", "space page", "b back"],
        };
        Self { head, paragraphs, top: 0, shown: 1 }
    }
}

impl Page for Pager {
    type Outcome = Closed;

    fn lines(&mut self, size: Size) -> Vec<Line> {
        let text: Vec<Line> = self.paragraphs.iter().flat_map(|paragraph| paragraph.lines(size.columns)).collect();
        let mut lines = self.head.full(size.columns);
        lines.truncate(size.rows.saturating_sub(2));
        if size.rows > 6 {
            lines.push(Line::default());
        }
        self.shown = size.rows.saturating_sub(lines.len()).max(1);
        self.top = self.top.min(text.len().saturating_sub(self.shown));
        lines.extend(text.into_iter().skip(self.top).take(self.shown));
        lines
    }

    fn press(&mut self, key: &Key) -> Option<Closed> {
        match key {
            Key::Up | Key::Letter('k') => self.top = self.top.saturating_sub(1),
            Key::Down | Key::Letter('j') => self.top = self.top.saturating_add(1),
            Key::PageUp => self.top = self.top.saturating_sub(self.shown),
            Key::PageDown | Key::Letter(' ') => self.top = self.top.saturating_add(self.shown),
            Key::Home => self.top = 0,
            Key::End => self.top = usize::MAX,
            Key::Enter | Key::Escape | Key::Erase | Key::Letter('b' | 'q' | 'f' | '?') => return Some(Closed),
            Key::EraseLine | Key::Leave | Key::Letter(_) | Key::Paste(_) | Key::Other => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager() -> Pager {
        let line = |number: usize| Paragraph::line(Line::plain(format!("line {number}")));
        Pager::new("a", "files", (1..=30).map(line).collect())
    }

    fn texts(pager: &mut Pager, columns: usize, rows: usize) -> Vec<String> {
        pager.lines(Size { columns, rows }).iter().map(Line::text).collect()
    }

    #[test]
    fn it_scrolls_to_the_end_and_no_further() {
        let mut pager = pager();
        assert_eq!(texts(&mut pager, 60, 10)[2], "line 1");
        pager.press(&Key::End);
        assert_eq!(texts(&mut pager, 60, 10).last().map(String::as_str), Some("line 30"));
        pager.press(&Key::Down);
        assert_eq!(texts(&mut pager, 60, 10).last().map(String::as_str), Some("line 30"));
        pager.press(&Key::Up);
        assert_eq!(texts(&mut pager, 60, 10).last().map(String::as_str), Some("line 29"));
    }

    #[test]
    fn it_fits_every_screen() {
        for (columns, rows) in [(1, 1), (5, 2), (40, 3), (80, 24)] {
            let lines = pager().lines(Size { columns, rows });
            assert!(
                lines.len() <= rows.max(1) && lines.iter().all(|line| line.width() <= columns.max(13)),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn only_some_keys_close_it() {
        assert!(pager().press(&Key::Letter('w')).is_none());
        assert!(pager().press(&Key::Paste("q\n".into())).is_none());
        assert!(pager().press(&Key::Escape).is_some());
    }
}
