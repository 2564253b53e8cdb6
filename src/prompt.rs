//! The wizard: the name if there is none, presets, one question for each choice that is open, a way back, and a review
//! before anything is written.
//!
//! What is asked next is decided by `conversation`, what is said by `describe`; pages (`choosing`, `naming`,
//! `reviewing`, `pager`) are data that draw themselves at any size. Only `terminal` and `lines` touch a terminal.

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
use crate::plan::Plan;
use crate::report::Report;
use crate::shell::Shell;
use crate::stack::{Answers, Stack};

use choosing::{Choosing, Picked};
use conversation::{Conversation, Step};
use naming::{NameQuestion, Named, Naming, Place};
use reviewing::{Reviewing, Verdict};
use sheet::Sheet;
use terminal::Terminal;

/// Leaves the terminal as it was, for a program that ends in the middle of a question.
pub fn restore_terminal() {
    terminal::restore();
}

/// What the wizard needs to know and cannot find out itself.
pub struct Subject<'a> {
    /// What was said before anything is asked.
    pub input: &'a Input,
    /// The name, where it is not asked for.
    pub name: Option<String>,
    /// The name that is offered.
    pub offered: Option<String>,
    /// Says where a project of a name goes, or why it cannot have the name.
    pub place: &'a Place<'a>,
    /// Whether the project is only shown, not written.
    pub is_dry: bool,
    /// Draws up the project that the answers lead to.
    pub review: &'a dyn Fn(&str, &Answers) -> Result<Report, Error>,
}

/// What was agreed in the review.
pub struct Agreed {
    /// The name of the project.
    pub name: String,
    /// An answer to each choice that has more than one possible value.
    pub answers: Answers,
}

/// How questions are asked.
enum Asker {
    /// A page on the screen, with a cursor.
    Pages(Terminal),
    Lines,
}

/// Asks for what is missing, and then whether to write it.
///
/// # Errors
/// [`Error::Interrupted`] if the user leaves; whatever the review fails with.
pub fn ask(subject: &Subject<'_>, shell: &mut Shell) -> Result<Agreed, Error> {
    let mut conversation = Conversation::new(subject.input, subject.name.is_none());
    let mut name = subject.name.clone();
    let mut asker = Asker::open(shell);
    loop {
        match conversation.step {
            Step::Name => {
                let question = subject.name_question(name.clone(), conversation.can_go_back());
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
                let named = name.clone().unwrap_or_default();
                let report = (subject.review)(&named, &conversation.answers())?;
                let sheet = Sheet { crates: crates(&report), is_dry: subject.is_dry, report };
                match asker.review(shell, &sheet)? {
                    Verdict::Write => return Ok(Agreed { name: named, answers: conversation.answers() }),
                    Verdict::Edit => conversation.edit(),
                    Verdict::Back => conversation.back(),
                }
            }
        }
    }
}

/// Asks for nothing but the name.
///
/// # Errors
/// [`Error::Interrupted`] if the user leaves.
pub fn ask_name(subject: &Subject<'_>, shell: &mut Shell) -> Result<String, Error> {
    match Asker::open(shell).name(shell, &subject.name_question(None, false))? {
        Named::Name(name) => Ok(name),
        Named::Back => Err(Error::Interrupted),
    }
}

/// Asks a question whose answer is no unless it is `y`. What was typed before the question is no answer.
pub fn agrees(question: &str, shell: &mut Shell) -> bool {
    if terminal::discard_input().is_err() {
        return false;
    }
    shell.ask(format!("{question} [y/N]"));
    lines::read_line().is_ok_and(|line| ["y", "yes"].contains(&line.to_lowercase().as_str()))
}

/// Takes the item with this index as the answer to the question that is asked.
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

/// How many crates the project depends on directly.
fn crates(report: &Report) -> usize {
    let values = report.origins.iter().copied().collect();
    let count = |stack: &Stack| Plan::new(stack, &report.name).parts.manifest.normal().count();
    Stack::resolve(&values).map(|resolution| count(&resolution.stack)).unwrap_or_default()
}

impl Subject<'_> {
    fn name_question(&self, earlier: Option<String>, can_go_back: bool) -> NameQuestion<'_> {
        NameQuestion { offered: self.offered.clone(), earlier, place: self.place, can_go_back }
    }
}

impl Asker {
    fn open(shell: &Shell) -> Self {
        let has_cursor = !shell.manner.plain && Term::stderr().features().is_attended() && !console::is_dumb();
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

    fn review(&mut self, shell: &mut Shell, sheet: &Sheet) -> Result<Verdict, Error> {
        match self {
            Self::Pages(terminal) => terminal.show(&mut Reviewing::new(sheet)),
            Self::Lines => lines::review(shell, sheet),
        }
    }
}
