//! A page on the screen: data that draws itself at any size and answers to keys. Only [`Terminal::show`] has a terminal.

use super::key::Key;
use super::terminal::{Input, Size, Terminal, discard_input, size};
use super::text::{Line, join};
use crate::error::Error;
use crate::shell::{QUIET, STRONG};

/// What is on the screen until a key gives an outcome.
pub(super) trait Page {
    type Outcome;

    /// The whole screen. There may be fewer lines than rows, never more.
    fn lines(&mut self, size: Size) -> Vec<Line>;

    /// Takes a key.
    fn press(&mut self, key: &Key) -> Option<Self::Outcome>;

    /// Whether text can be typed here. Elsewhere letters are commands, and a burst of them is a paste that went astray.
    fn takes_text(&self) -> bool {
        false
    }
}

impl Terminal {
    /// Shows a page until it has an outcome. One burst of keys answers at most this page.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the user leaves.
    pub(super) fn show<P: Page>(&mut self, page: &mut P) -> Result<P::Outcome, Error> {
        loop {
            self.draw(page.lines(size()));
            let Input::Keys(keys) = self.read()? else { continue };
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

/// Whether a burst of keys is a text. A single letter is a command, also where a slow line delivers it together with
/// keys that move the cursor.
fn is_text(keys: &[Key]) -> bool {
    let moves = |letter: char| matches!(letter, 'j' | 'k');
    let letters = keys.iter().filter(|key| matches!(key, Key::Letter(letter) if !moves(*letter))).count();
    let enters = keys.iter().filter(|key| matches!(key, Key::Enter)).count();
    letters > 0 && letters + enters > 1
}

/// The first lines of every page: what it is about, where the user is, which keys there are.
pub(super) struct Head {
    /// The name of the project, once there is one.
    pub(super) subject: String,
    /// `3/8`, or the name of the page.
    pub(super) place: String,
    /// `enter take`
    pub(super) keys: Vec<&'static str>,
}

impl Head {
    /// With every key, on as many lines as that takes.
    pub(super) fn full(&self, width: usize) -> Vec<Line> {
        let mut parts = vec![self.subject.clone(), self.place.clone()];
        parts.extend(self.keys.iter().map(|&key| key.to_owned()));
        let mut lines = join(&parts, width).into_iter();
        let first = lines.next().unwrap_or_default();
        let rest = first.strip_prefix(&self.subject).unwrap_or_default().to_owned();
        let first = Line::new(STRONG, &self.subject).then(QUIET, rest);
        std::iter::once(first).chain(lines.map(|line| Line::new(QUIET, line))).collect()
    }

    /// In one line, with the key that shows the others.
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
    fn the_keys_go_on_below_where_a_line_is_full() {
        let keys = vec!["↑↓ choose", "enter take", "b back", "? more", "ctrl-c leave"];
        let head = Head { subject: "shop-api".into(), place: "3/8".into(), keys };
        let lines = |width| head.full(width).iter().map(Line::text).collect::<Vec<_>>();
        assert_eq!(lines(80), ["shop-api · 3/8 · ↑↓ choose · enter take · b back · ? more · ctrl-c leave"]);
        assert_eq!(lines(40), ["shop-api · 3/8 · ↑↓ choose · enter take", "b back · ? more · ctrl-c leave"]);
        assert_eq!(head.short().text(), "shop-api · 3/8 · ? more");
    }
}
