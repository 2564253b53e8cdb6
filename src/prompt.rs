//! The wizard: the name if it is missing, presets, one question for each open choice, and a review before anything is
//! written. Every step can be undone.
//!
//! `conversation` determines the next step, `describe` the text; pages (`choosing`, `naming`, `reviewing`, `pager`) are
//! data that draw themselves at any size. Only `terminal` and `lines` use a terminal.

mod choosing;
mod conversation;
mod describe;
mod job;
mod key;
mod lines;
mod naming;
mod page;
mod pager;
mod question;
mod reviewing;
mod sheet;
mod terminal;
mod text;

use console::Term;

use crate::answers::Input;
use crate::error::Error;
use crate::report::Report;
use crate::shell::Shell;
use crate::stack::Answers;

use choosing::{Choosing, Picked};
use conversation::{Conversation, Step};
use naming::{NameQuestion, Named, Naming, Place};
use reviewing::{Reviewing, Verdict};
use sheet::Sheet;
use terminal::Terminal;

pub use terminal::Lent;

/// Restores the terminal, for a program that ends during a prompt.
pub fn restore_terminal() {
    terminal::restore();
}

/// Lends the terminal to another program until the result is dropped.
pub fn lend_terminal() -> Lent {
    Lent::now()
}

/// What the wizard needs from its caller. `D` is the project that the answers lead to.
pub struct Subject<'a, D> {
    /// The input from all other sources.
    pub input: &'a Input,
    /// The name; `None` if the user must be prompted for it.
    pub name: Option<String>,
    /// The default of the question for the name.
    pub offered: Option<String>,
    /// Describes the target of a project of a given name, or why it cannot have the name.
    pub place: &'a Place<'a>,
    /// Whether the project is only shown, not written.
    pub is_dry: bool,
    /// Renders the project of a name and answers, for the review.
    pub review: &'a dyn Fn(&str, &Answers) -> Result<D, Error>,
}

/// How questions are asked.
enum Asker {
    /// A page on the screen, with a cursor.
    Pages(Terminal),
    /// Line by line.
    Lines,
}

/// Asks for everything that is missing, then for confirmation. Returns the project that was confirmed in the review.
///
/// # Errors
/// [`Error::Interrupted`] if the user leaves; any error of the review.
pub fn ask<D: AsRef<Report>>(subject: &Subject<'_, D>, shell: &mut Shell) -> Result<D, Error> {
    let mut conversation = Conversation::new(subject.input, subject.name.is_none());
    let mut name = subject.name.clone();
    let mut asker = Asker::open(shell);
    loop {
        match conversation.step {
            Step::Name => {
                let question = NameQuestion {
                    offered: subject.offered.clone(),
                    earlier: name.clone(),
                    place: subject.place,
                    can_go_back: conversation.can_go_back(),
                };
                match asker.name(shell, &question)? {
                    Named::Name(named) => {
                        name = Some(named);
                        conversation.named();
                    }
                    Named::Back => conversation.back(),
                }
            }
            Step::Preset | Step::Choice(_) | Step::Edit => {
                let question = describe::question(&conversation, name.as_deref());
                match asker.choose(shell, &question)? {
                    Picked::Item(index) => take(&mut conversation, index),
                    Picked::Back => conversation.back(),
                }
            }
            Step::Review => {
                let project = (subject.review)(name.as_deref().unwrap_or_default(), &conversation.answers())?;
                let sheet = Sheet { report: project.as_ref(), is_dry: subject.is_dry };
                match asker.review(shell, &sheet)? {
                    Verdict::Write => return Ok(project),
                    Verdict::Edit => conversation.edit(),
                    Verdict::Back => conversation.back(),
                }
            }
        }
    }
}

/// Asks only for the name; `offered` is the default.
///
/// # Errors
/// [`Error::Interrupted`] if the user leaves.
pub fn ask_name(offered: Option<String>, place: &Place<'_>, shell: &mut Shell) -> Result<String, Error> {
    let question = NameQuestion { offered, earlier: None, place, can_go_back: false };
    match Asker::open(shell).name(shell, &question)? {
        Named::Name(name) => Ok(name),
        Named::Back => Err(Error::Interrupted),
    }
}

/// Asks a yes-or-no question; the default is no. Input from before the question is discarded.
pub fn agrees(question: &str, shell: &mut Shell) -> bool {
    if terminal::discard_input().is_err() {
        return false;
    }
    shell.ask(format!("{question} [y/N]"));
    lines::read_line().is_ok_and(|line| ["y", "yes"].contains(&line.to_lowercase().as_str()))
}

/// Asks for one of some words, or its first letter, until one is typed.
///
/// # Errors
/// [`Error::Interrupted`] if the input ends.
pub fn pick<'a>(question: &str, words: &[&'a str], shell: &mut Shell) -> Result<&'a str, Error> {
    loop {
        shell.ask(question);
        let typed = lines::read_line()?.to_lowercase();
        match words.iter().find(|word| typed == **word || (typed.len() == 1 && word.starts_with(&typed))) {
            Some(word) => return Ok(word),
            None => shell.ask(format!("`{typed}` is not one of {}", words.join(", "))),
        }
    }
}

/// Answers the current question with the item at this index.
fn take(conversation: &mut Conversation<'_>, index: usize) {
    match conversation.step {
        Step::Choice(choice) => {
            let possible = conversation.offered(choice).possible;
            conversation.take(possible.get(index).copied().unwrap_or(choice.default_value()));
        }
        Step::Edit => {
            let step = describe::editable(conversation).get(index).copied().unwrap_or(Step::Review);
            conversation.turn_to(step);
        }
        Step::Preset | Step::Name | Step::Review => conversation.start_from(index),
    }
}

impl Asker {
    fn open(shell: &Shell) -> Self {
        let has_cursor = !shell.options.plain && Term::stderr().features().is_attended() && !console::is_dumb();
        let terminal = has_cursor.then(|| Terminal::open(shell.is_colored())).flatten();
        terminal.map_or(Self::Lines, Self::Pages)
    }

    fn choose(&mut self, shell: &mut Shell, question: &question::Question) -> Result<Picked, Error> {
        match self {
            Self::Pages(terminal) => terminal.show(&mut Choosing::new(question)),
            Self::Lines => lines::choose(shell, question),
        }
    }

    fn name(&mut self, shell: &mut Shell, question: &NameQuestion<'_>) -> Result<Named, Error> {
        match self {
            Self::Pages(terminal) => terminal.show(&mut Naming::new(question)),
            Self::Lines => lines::name(shell, question),
        }
    }

    fn review(&mut self, shell: &mut Shell, sheet: &Sheet<'_>) -> Result<Verdict, Error> {
        match self {
            Self::Pages(terminal) => terminal.show(&mut Reviewing::new(sheet)),
            Self::Lines => lines::review(shell, sheet),
        }
    }
}
