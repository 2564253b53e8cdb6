//! Habits of a project that are no edits: its line ends, whether files end with a newline, a byte order mark.

use std::borrow::Cow;

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
        assert_eq!(Habit::of("a\nb\n").follow("x\n"), "x\n");
    }

    #[test]
    fn a_few_foreign_line_ends_are_no_habit() {
        assert!(!has_crlf("a\r\nb\nc\n"));
        assert!(has_crlf("a\r\nb\r\nc\n"));
        assert!(!has_crlf(""));
    }
}
