//! Questions line by line, for screen readers, logs and terminals without a cursor. The user types a number or a name.

use std::io::{self, BufRead};

use super::choosing::Picked;
use super::naming::{NameQuestion, Named, TITLE};
use super::question::{Item, Question};
use super::reviewing::Verdict;
use super::sheet::Sheet;
use super::terminal::{self, discard_input};
use super::text::wrap;
use crate::error::Error;
use crate::shell::Shell;
use crate::spelling;

/// Reads one line and trims it. Further pasted lines are discarded.
pub(super) fn read_line() -> Result<String, Error> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => Err(Error::Interrupted),
        Ok(_) => {
            discard_input()?;
            Ok(line.trim().to_owned())
        }
    }
}

/// Prints text in lines that fit the terminal and keep its indentation.
fn say(shell: &mut Shell, text: impl AsRef<str>) {
    let text = text.as_ref();
    let indent = text.len() - text.trim_start().len();
    let lines = wrap(text, terminal::size().columns.saturating_sub(indent + 1));
    for line in lines {
        shell.ask(format!("{:indent$}{line}", ""));
    }
}

/// The input for a list.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Picked(Picked),
    More,
    Leave,
    Unknown(String),
}

pub(super) fn choose(shell: &mut Shell, question: &Question) -> Result<Picked, Error> {
    let Question { subject, place, settled, implied, title, items, refused, start, can_go_back } = question;
    say(shell, format!("{subject}, {place}"));
    if !settled.is_empty() {
        say(shell, format!("so far: {}", settled.join(", ")));
    }
    implied.iter().for_each(|note| say(shell, note));
    say(shell, title);
    for (index, Item { word, clause, .. }) in items.iter().enumerate() {
        say(shell, format!("  {}. {word}: {clause}", index + 1));
    }
    refused.iter().for_each(|refused| say(shell, refused.text()));
    let default = items.get(*start).map(|item| item.word.as_str()).unwrap_or_default();
    let back = if *can_go_back { ", b for back" } else { "" };
    loop {
        say(shell, format!("A number or a name [{default}], ? for more{back}, q to quit:"));
        match understand(&read_line()?, question) {
            Typed::Picked(picked) => return Ok(picked),
            Typed::Leave => return Err(Error::Interrupted),
            Typed::More => question.everything().iter().for_each(|paragraph| {
                let text = format!("{} {}", paragraph.label.text(), paragraph.text);
                say(shell, if paragraph.label.text().is_empty() { text.trim() } else { text.trim_end() });
            }),
            Typed::Unknown(complaint) => say(shell, complaint),
        }
    }
}

fn understand(typed: &str, question: &Question) -> Typed {
    let items = &question.items;
    let named = items.iter().position(|item| item.word.eq_ignore_ascii_case(typed));
    let numbered = typed.parse::<usize>().ok().filter(|number| (1..=items.len()).contains(number));
    match (typed, named.or(numbered.map(|number| number - 1))) {
        ("", _) => Typed::Picked(Picked::Item(question.start)),
        (_, Some(index)) => Typed::Picked(Picked::Item(index)),
        ("b" | "back", None) if question.can_go_back => Typed::Picked(Picked::Back),
        ("?" | "help", None) => Typed::More,
        ("q" | "quit", None) => Typed::Leave,
        (_, None) if question.refusal(typed).is_some() => {
            Typed::Unknown(format!("`{typed}` is not available: {}", question.refusal(typed).unwrap_or_default()))
        }
        (_, None) => {
            let near = spelling::nearest(typed, items.iter().map(|item| item.word.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Typed::Unknown(format!("`{typed}` is not one of 1 to {} or their names{near}", items.len()))
        }
    }
}

pub(super) fn name(shell: &mut Shell, question: &NameQuestion<'_>) -> Result<Named, Error> {
    let offered = question.earlier.as_ref().or(question.offered.as_ref());
    let default = offered.map(|name| format!(" [{name}]")).unwrap_or_default();
    // `b` and `q` are valid names.
    let back = if question.can_go_back { " An empty line goes back." } else { "" };
    loop {
        say(shell, format!("{TITLE}{default}{}", if offered.is_some() { "" } else { back }));
        let typed = read_line()?;
        let name = match (typed.is_empty(), offered) {
            (true, Some(offered)) => offered.clone(),
            (true, None) if question.can_go_back => return Ok(Named::Back),
            (true, None) | (false, _) => typed,
        };
        match (question.place)(&name) {
            Ok(place) => {
                say(shell, place);
                return Ok(Named::Name(name));
            }
            Err(reasons) => reasons.iter().for_each(|reason| say(shell, reason)),
        }
    }
}

pub(super) fn review(shell: &mut Shell, sheet: &Sheet<'_>) -> Result<Verdict, Error> {
    for (value, origin) in &sheet.report.origins {
        say(shell, format!("{} {} ({})", value.choice().id(), value.id(), origin.id()));
    }
    for (label, text) in sheet.facts() {
        match label {
            // A command is not wrapped, so that it can be pasted.
            "again" => shell.ask(format!("{label}: {text}")),
            _ => say(shell, format!("{label}: {text}")),
        }
    }
    loop {
        let outcome = if sheet.is_dry { "w finishes" } else { "w writes the project" };
        say(shell, format!("{outcome}, e changes an answer, f lists the files, b goes back, q quits:"));
        match read_line()?.as_str() {
            "w" | "write" => return Ok(Verdict::Write),
            "e" | "edit" => return Ok(Verdict::Edit),
            "b" | "back" => return Ok(Verdict::Back),
            "q" | "quit" => return Err(Error::Interrupted),
            "f" | "files" => sheet.report.listing().iter().for_each(|line| shell.ask(line.trim())),
            typed => say(shell, format!("`{typed}` is not one of w, e, f, b and q")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        let item = |word: &str| Item { word: word.to_owned(), ..Item::default() };
        Question {
            items: ["memory", "redis", "none"].map(item).into(),
            start: 1,
            can_go_back: true,
            ..Question::default()
        }
    }

    #[test]
    fn a_number_or_a_name_is_accepted() {
        for (typed, index) in [("", 1), ("1", 0), ("3", 2), ("redis", 1), ("NONE", 2)] {
            assert_eq!(understand(typed, &question()), Typed::Picked(Picked::Item(index)), "{typed}");
        }
    }

    #[test]
    fn a_misspelling_gets_a_suggestion() {
        let Typed::Unknown(complaint) = understand("reddis", &question()) else { panic!("it is no name") };
        assert_eq!(complaint, "`reddis` is not one of 1 to 3 or their names; did you mean `redis`?");
        assert_eq!(understand("b", &question()), Typed::Picked(Picked::Back));
        assert!(matches!(understand("0", &question()), Typed::Unknown(_)));
    }
}
