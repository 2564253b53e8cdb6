//! The page that asks for the project's name.

use anstyle::Style;

use super::key::Key;
use super::page::{Head, Page};
use super::terminal::Size;
use super::text::{Line, wrap};
use crate::shell::{LABEL, QUIET, STRONG, WARNING};

/// Describes the target of a project with this name, or why the name cannot be used.
pub(super) type Place<'a> = dyn Fn(&str) -> Result<String, Vec<String>> + 'a;

/// The question for the name, as data.
pub(super) struct NameQuestion<'a> {
    /// The default for empty input.
    pub(super) offered: Option<String>,
    /// The previous answer.
    pub(super) earlier: Option<String>,
    pub(super) place: &'a Place<'a>,
    pub(super) can_go_back: bool,
}

/// The answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    Name(String),
    Back,
}

pub(super) struct Naming<'a> {
    question: &'a NameQuestion<'a>,
    text: String,
    /// Whether Enter was pressed on an invalid name.
    was_refused: bool,
}

pub(super) const TITLE: &str = "What is the project called?";

impl<'a> Naming<'a> {
    pub(super) fn new(question: &'a NameQuestion<'a>) -> Self {
        Self { question, text: question.earlier.clone().unwrap_or_default(), was_refused: false }
    }

    fn name(&self) -> &str {
        match (self.text.as_str(), &self.question.offered) {
            ("", Some(offered)) => offered,
            (text, _) => text,
        }
    }

    fn field(&self, width: usize) -> Line {
        const PROMPT: &str = "❯ ";
        const CURSOR: &str = "█";
        // Of a long name the end is shown.
        let room = width.saturating_sub(3);
        let letters: Vec<char> = self.text.chars().collect();
        let shown: String = letters[letters.len().saturating_sub(room)..].iter().collect();
        let line = Line::new(LABEL, PROMPT).then(STRONG, shown).then(Style::new(), CURSOR);
        match (&self.question.offered, self.text.is_empty()) {
            (Some(offered), true) => line.then(QUIET, format!(" {offered}")),
            (Some(_) | None, _) => line,
        }
        .fit(width)
    }

    fn notes(&self) -> Vec<(Style, String)> {
        const SHAPE: &str = "ASCII letters, digits, `-` and `_`; it is the name of the package and of its directory";
        match (self.question.place)(self.name()) {
            Ok(place) if self.text.is_empty() => vec![(QUIET, format!("enter confirms `{}`; {place}", self.name()))],
            Ok(place) => vec![(QUIET, place)],
            Err(reasons) if self.was_refused => reasons.into_iter().map(|reason| (WARNING, reason)).collect(),
            Err(_) => vec![(QUIET, SHAPE.to_owned())],
        }
    }
}

impl Page for Naming<'_> {
    type Outcome = Named;

    fn lines(&mut self, size: Size) -> Vec<Line> {
        let back = self.question.can_go_back.then_some("esc back");
        let keys = ["enter confirm"].into_iter().chain(back).chain(["ctrl-c quit"]).collect();
        let head = Head { subject: "restwell new".into(), place: "name".into(), keys };
        let width = size.columns;
        let wrapped = |style: Style, text: &str| wrap(text, width).into_iter().map(move |line| Line::new(style, line));
        let mut lines = head.full(width);
        lines.push(Line::default());
        lines.extend(wrapped(STRONG, TITLE));
        lines.push(Line::default());
        lines.push(self.field(width));
        lines.push(Line::default());
        lines.extend(self.notes().iter().flat_map(|(style, text)| wrapped(*style, text)));
        if lines.len() > size.rows {
            lines.retain(|line| *line != Line::default());
        }
        // The field must be visible.
        if lines.len() > size.rows {
            lines = vec![self.field(width)];
        }
        lines
    }

    fn press(&mut self, key: &Key) -> Option<Named> {
        match key {
            Key::Letter(letter) => self.text.push(*letter),
            // Only the first line is meant for this question.
            Key::Paste(text) => {
                let line = text.trim_start().lines().next().unwrap_or_default();
                self.text.extend(line.trim_end().chars().filter(|letter| !letter.is_control()));
            }
            Key::Erase => drop(self.text.pop()),
            Key::EraseLine => self.text.clear(),
            Key::Enter if (self.question.place)(self.name()).is_ok() => {
                return Some(Named::Name(self.name().to_owned()));
            }
            Key::Enter => {
                self.was_refused = true;
                return None;
            }
            Key::Escape if self.question.can_go_back => return Some(Named::Back),
            Key::Up | Key::Down | Key::PageUp | Key::PageDown | Key::Home | Key::End => return None,
            Key::Escape | Key::Leave | Key::Other => return None,
        }
        self.was_refused = false;
        None
    }

    fn takes_text(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Result<String, Vec<String>> {
        let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if is_name { Ok(format!("it is written to `{name}`")) } else { Err(vec![format!("`{name}` is no name")]) }
    }

    fn question(offered: Option<&str>) -> NameQuestion<'static> {
        NameQuestion { offered: offered.map(str::to_owned), earlier: None, place: &place, can_go_back: false }
    }

    fn screen(naming: &mut Naming<'_>) -> String {
        let lines = naming.lines(Size { columns: 60, rows: 20 });
        lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_name_is_typed_and_taken() {
        let question = question(None);
        let mut naming = Naming::new(&question);
        assert_eq!(naming.press(&Key::Enter), None);
        assert!(screen(&mut naming).contains("`` is no name"));
        for letter in "shop!".chars() {
            assert_eq!(naming.press(&Key::Letter(letter)), None);
        }
        assert!(!screen(&mut naming).contains("is no name"), "no error is shown while the name is typed");
        naming.press(&Key::Enter);
        assert!(screen(&mut naming).contains("`shop!` is no name"));
        naming.press(&Key::Erase);
        assert!(screen(&mut naming).contains("it is written to `shop`"));
        assert_eq!(naming.press(&Key::Enter), Some(Named::Name("shop".into())));
    }

    #[test]
    fn the_directory_s_name_is_offered() {
        let question = question(Some("shop-api"));
        let mut naming = Naming::new(&question);
        assert!(screen(&mut naming).contains("enter confirms `shop-api`"));
        assert_eq!(naming.press(&Key::Enter), Some(Named::Name("shop-api".into())));
    }

    #[test]
    fn a_pasted_text_gives_its_first_line() {
        let question = question(None);
        let mut naming = Naming::new(&question);
        assert_eq!(naming.press(&Key::Paste("shop\nw\n".into())), None);
        assert_eq!(naming.press(&Key::Enter), Some(Named::Name("shop".into())));
    }
}
