//! Habits of a project that are no edits: its line ends, whether files end with a newline, a byte order mark.

use std::borrow::Cow;

use super::conflict::Part;

const MARK: &str = "\u{feff}";

/// How the user's editor writes a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Habit {
    crlf: bool,
    unended: bool,
    marked: bool,
}

impl Habit {
    /// The habits of `yours` that differ from how Restwell writes: LF, one final newline, no byte order mark.
    pub(super) fn of(yours: &str) -> Self {
        Self {
            crlf: has_crlf(yours),
            unended: !yours.is_empty() && !yours.ends_with('\n'),
            marked: yours.starts_with(MARK),
        }
    }

    /// What Restwell writes, as this editor would have saved it.
    pub(super) fn follow(self, text: &str) -> Cow<'_, str> {
        if self == Self::default() || text.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut text = text.to_owned();
        if self.unended && text.ends_with('\n') {
            text.pop();
        }
        if self.crlf && !text.contains('\r') {
            text = text.replace('\n', "\r\n");
        }
        if self.marked && !text.starts_with(MARK) {
            text.insert_str(0, MARK);
        }
        Cow::Owned(text)
    }

    /// The text as Restwell would write it.
    pub(super) fn plain(self, text: &str) -> Cow<'_, str> {
        if self == Self::default() {
            return Cow::Borrowed(text);
        }
        let mut text = text.strip_prefix(MARK).unwrap_or(text).replace("\r\n", "\n");
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Cow::Owned(text)
    }

    /// Merged plain text with the line ends of this editor.
    pub(super) fn line_ends(self, text: String) -> String {
        if self.crlf { text.replace('\n', "\r\n") } else { text }
    }

    /// Merged plain text as this editor begins and ends a file.
    pub(super) fn edges(self, mut parts: Vec<Part>) -> Vec<Part> {
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.iter_mut().enumerate() {
            *part = part.clone().map(|text| {
                let start = if self.marked && index == 0 { MARK } else { "" };
                let end = if self.unended && index == last { text.trim_end_matches(['\r', '\n']) } else { &text };
                format!("{start}{end}")
            });
        }
        parts
    }
}

/// The text with the line ends that Restwell writes; other bytes as they are.
pub fn with_lf(bytes: Vec<u8>) -> Vec<u8> {
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("\r\n") => text.replace("\r\n", "\n").into_bytes(),
        _ => bytes,
    }
}

/// Whether most lines end with CRLF.
pub(super) fn has_crlf(text: &str) -> bool {
    let crlf = text.matches("\r\n").count();
    2 * crlf > text.matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rendered_follows_the_editor() {
        let habit = Habit::of("\u{feff}a\r\nb");
        assert_eq!(habit.follow("x\ny\n"), "\u{feff}x\r\ny");
        assert_eq!(habit.plain("\u{feff}x\r\ny"), "x\ny\n");
        assert_eq!(Habit::of("a\nb\n").follow("x\n"), "x\n");
    }

    #[test]
    fn a_few_foreign_line_ends_are_no_habit() {
        assert!(!has_crlf("a\r\nb\nc\n"));
        assert!(has_crlf("a\r\nb\r\nc\n"));
        assert!(!has_crlf(""));
    }
}
