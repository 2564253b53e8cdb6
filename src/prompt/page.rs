//! A page on the screen: data that draws itself at any size and handles keys. Only [`Terminal::show`] uses the terminal.

use super::key::Key;
use super::terminal::{Event, Size, Terminal, discard_input, size};
use super::text::{Line, join};
use crate::error::Error;
use crate::shell::{QUIET, STRONG};

/// A page that is shown until a key produces an outcome.
pub(super) trait Page {
    type Outcome;

    /// The whole screen, with at most as many lines as rows.
    fn lines(&mut self, size: Size) -> Vec<Line>;

    /// Handles a key.
    fn press(&mut self, key: &Key) -> Option<Self::Outcome>;

    /// Whether text can be typed here. Otherwise letters are commands, and a burst of them is an accidental paste.
    fn takes_text(&self) -> bool {
        false
    }
}

impl Terminal {
    /// Shows a page until it has an outcome. One burst of keys affects at most this page.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the user leaves.
    pub(super) fn show<P: Page>(&mut self, page: &mut P) -> Result<P::Outcome, Error> {
        loop {
            self.draw(page.lines(size()));
            let Event::Keys(keys) = self.read()? else { continue };
            if keys == [Key::Leave] {
                return Err(Error::Interrupted);
            }
            if is_text(&keys) && !page.takes_text() {
                continue;
            }
            if let Some(outcome) = keys.iter().find_map(|key| page.press(key)) {
                discard_input()?;
                return Ok(outcome);
            }
        }
    }
}

/// Whether a burst of keys is text. A single letter is a command, even if a slow connection delivers it together with
/// cursor keys.
fn is_text(keys: &[Key]) -> bool {
    let moves = |letter: char| matches!(letter, 'j' | 'k');
    let letters = keys.iter().filter(|key| matches!(key, Key::Letter(letter) if !moves(*letter))).count();
    let enters = keys.iter().filter(|key| matches!(key, Key::Enter)).count();
    letters > 0 && letters + enters > 1
}

/// The first lines of every page: the project, the position, and the keys.
pub(super) struct Head {
    /// The name of the project, once it is known.
    pub(super) subject: String,
    /// `3/8`, or the name of the page.
    pub(super) place: String,
    /// `enter confirm`
    pub(super) keys: Vec<&'static str>,
}

impl Head {
    /// With every key, on one or more lines.
    pub(super) fn full(&self, width: usize) -> Vec<Line> {
        let mut parts = vec![self.subject.clone(), self.place.clone()];
        parts.extend(self.keys.iter().map(|&key| key.to_owned()));
        let mut lines = join(&parts, width).into_iter();
        let first = lines.next().unwrap_or_default();
        let rest = first.strip_prefix(&self.subject).unwrap_or_default().to_owned();
        let first = Line::new(STRONG, &self.subject).then(QUIET, rest);
        std::iter::once(first).chain(lines.map(|line| Line::new(QUIET, line))).collect()
    }

    /// In one line, with the key for help.
    pub(super) fn short(&self) -> Line {
        let more = self.keys.iter().find(|key| key.starts_with('?')).map(|key| format!(" · {key}"));
        Line::new(STRONG, &self.subject).then(QUIET, format!(" · {}{}", self.place, more.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_with_letters_is_a_text() {
        assert!(!is_text(&[Key::Letter('w')]));
        assert!(is_text(&[Key::Enter, Key::Letter('w')]));
        assert!(is_text(&[Key::Letter('o'), Key::Letter('n')]));
        assert!(!is_text(&[Key::Down, Key::Enter]));
        assert!(!is_text(&[Key::Down, Key::Letter('w')]));
    }

    #[test]
    fn the_keys_wrap() {
        let keys = vec!["↑↓ choose", "enter confirm", "b back", "? more", "ctrl-c quit"];
        let head = Head { subject: "shop-api".into(), place: "3/8".into(), keys };
        let lines = |width| head.full(width).iter().map(Line::text).collect::<Vec<_>>();
        assert_eq!(lines(80), ["shop-api · 3/8 · ↑↓ choose · enter confirm · b back · ? more · ctrl-c quit"]);
        assert_eq!(lines(44), ["shop-api · 3/8 · ↑↓ choose · enter confirm", "b back · ? more · ctrl-c quit"]);
        assert_eq!(head.short().text(), "shop-api · 3/8 · ? more");
    }
}
