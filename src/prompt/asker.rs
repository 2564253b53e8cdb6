//! Two ways to ask for one of several things: a list with a cursor, or numbered lines for screen readers and logs.

use std::io::{self, BufRead};

use dialoguer::Select;
use dialoguer::console::{self, Term};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};

use crate::error::Error;
use crate::shell::Shell;

/// What was picked.
pub(super) enum Picked {
    /// The item with this index.
    Item(usize),
    /// The question before.
    Back,
}

/// How questions are asked.
pub(super) enum Asker {
    /// A list in which a cursor moves.
    Cursor(Box<dyn Theme>),
    /// Numbered lines, answered by a number.
    Lines,
}

/// The item that leads back.
const BACK: &str = "back        to the question before (or press esc)";

impl Asker {
    pub(super) fn new(shell: &Shell) -> Self {
        let term = Term::stderr();
        console::set_colors_enabled_stderr(shell.is_colored());
        match (shell.manner.plain || !term.features().is_attended() || console::is_dumb(), shell.is_colored()) {
            (true, _) => Self::Lines,
            (false, true) => Self::Cursor(Box::new(ColorfulTheme::default())),
            (false, false) => Self::Cursor(Box::new(SimpleTheme)),
        }
    }

    /// Asks for one of `items`, the first being the default.
    pub(super) fn pick(
        &self,
        shell: &mut Shell,
        question: &str,
        items: &[String],
        can_go_back: bool,
    ) -> Result<Picked, Error> {
        match self {
            Self::Cursor(theme) => pick_with_cursor(theme.as_ref(), question, items, can_go_back),
            Self::Lines => pick_by_number(shell, question, items, can_go_back),
        }
    }
}

fn pick_with_cursor(theme: &dyn Theme, question: &str, items: &[String], can_go_back: bool) -> Result<Picked, Error> {
    // The mark before an item and a margin: a line that wraps would be cleared only in part.
    const MARGIN: usize = 4;
    let term = Term::stderr();
    let width = usize::from(term.size().1).saturating_sub(MARGIN);
    let back = can_go_back.then(|| BACK.to_owned());
    let lines = items.iter().cloned().chain(back).map(|item| console::truncate_str(&item, width, "..").into_owned());
    let select = Select::with_theme(theme).with_prompt(question).items(lines).default(0).report(false);
    match select.interact_on_opt(&term) {
        Ok(Some(index)) if index < items.len() => Ok(Picked::Item(index)),
        // Where there is nothing to go back to, the same question is asked again.
        Ok(Some(_) | None) => Ok(Picked::Back),
        Err(_) => {
            // Ctrl-C, or the terminal is gone: then there is no one to tell.
            let _ = term.show_cursor();
            Err(Error::Interrupted)
        }
    }
}

fn pick_by_number(shell: &mut Shell, question: &str, items: &[String], can_go_back: bool) -> Result<Picked, Error> {
    shell.ask(question);
    for (index, item) in items.iter().enumerate() {
        shell.ask(format!("  {}. {item}", index + 1));
    }
    let hint = if can_go_back { ", or b to go back" } else { "" };
    loop {
        shell.ask(format!("A number{hint} [1]:"));
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => return Err(Error::Interrupted),
            Ok(_) => {}
        }
        match (line.trim(), line.trim().parse::<usize>()) {
            ("", _) => return Ok(Picked::Item(0)),
            ("b" | "back", _) if can_go_back => return Ok(Picked::Back),
            (_, Ok(number)) if (1..=items.len()).contains(&number) => {
                return Ok(Picked::Item(number - 1));
            }
            (said, _) => shell.ask(format!("`{said}` is none of 1 to {}", items.len())),
        }
    }
}

/// Asks for a line of text.
pub(super) fn line(shell: &mut Shell, question: &str) -> Result<String, Error> {
    loop {
        shell.ask(question);
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => return Err(Error::Interrupted),
            Ok(_) if line.trim().is_empty() => {}
            Ok(_) => return Ok(line.trim().to_owned()),
        }
    }
}

/// Shows the cursor again, for a program that ends in the middle of a question.
pub(super) fn restore() {
    if Term::stderr().features().is_attended() {
        let _ = Term::stderr().show_cursor();
    }
}
