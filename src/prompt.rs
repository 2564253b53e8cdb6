//! The conversation on a terminal: presets first, then one question a line, a way back, a review before anything is written.
//!
//! Values that an earlier answer forbids are not offered, and the reason is shown. How a question is asked, with a
//! cursor or line by line, is in `prompt/asker.rs`.

mod asker;

use camino::Utf8PathBuf;

use crate::addition::Addition;
use crate::answers::Said;
use crate::choice::{Choice, Value};
use crate::error::Error;
use crate::preset::{PRESETS, Preset};
use crate::rules;
use crate::shell::{QUIET, STRONG, Shell};
use crate::stack::{Answers, Origin, Stack};

use asker::{Asker, Picked};

/// Leaves the terminal as it was, for a program that ends in the middle of a question.
pub fn restore_terminal() {
    asker::restore();
}

/// Asks where a project goes that was given neither a path nor a name.
///
/// # Errors
/// [`Error::Interrupted`] if the user leaves.
pub fn ask_path(shell: &mut Shell) -> Result<Utf8PathBuf, Error> {
    asker::line(shell, "What is the project called?").map(Utf8PathBuf::from)
}

/// Draws up the project that the answers lead to, in lines for a person.
type Review<'a> = dyn Fn(&Answers) -> Result<Vec<String>, Error> + 'a;

/// Where the conversation is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Preset,
    /// The index of the choice among those that are open.
    Question(usize),
    Review,
}

struct Wizard<'a> {
    said: &'a Said,
    /// The choices without an answer.
    open: Vec<Choice>,
    /// What was answered so far, beyond what was said.
    given: Answers,
    preset: Option<Preset>,
    asker: Asker,
}

/// Asks for what is missing in `said`.
///
/// # Errors
/// [`Error::Interrupted`] if the user leaves; whatever `review` fails with.
pub fn ask(said: &Said, shell: &mut Shell, review: &Review<'_>) -> Result<Answers, Error> {
    let mut wizard =
        Wizard { said, open: said.missing(), given: Answers::default(), preset: None, asker: Asker::new(shell) };
    let mut step = Step::Preset;
    loop {
        step = match step {
            Step::Preset => wizard.ask_preset(shell)?,
            Step::Question(index) => wizard.ask_choice(index, shell)?,
            Step::Review => match wizard.review(shell, review)? {
                Some(step) => step,
                None => return Ok(wizard.answers()),
            },
        }
    }
}

impl Wizard<'_> {
    fn answers(&self) -> Answers {
        let answers = self.said.answers.clone().or(&self.given);
        match self.preset {
            Some(preset) => answers.or(&preset.answers()),
            None => answers,
        }
    }

    fn ask_preset(&mut self, shell: &mut Shell) -> Result<Step, Error> {
        self.preset = None;
        self.given = Answers::default();
        let mut items: Vec<String> = PRESETS.iter().map(|preset| item(preset.id, preset.about)).collect();
        items.push(item("one by one", "answer each question"));
        match self.asker.pick(shell, "What do you start from?", &items, false)? {
            Picked::Item(index) => {
                self.preset = PRESETS.get(index).copied();
                fold(shell, "start from", self.preset.map_or("one by one", |preset| preset.id));
                Ok(if self.preset.is_some() { Step::Review } else { Step::Question(0) })
            }
            Picked::Back => Ok(Step::Preset),
        }
    }

    fn ask_choice(&mut self, index: usize, shell: &mut Shell) -> Result<Step, Error> {
        let Some(&choice) = self.open.get(index) else {
            return Ok(Step::Review);
        };
        self.given.clear(choice);
        let (offered, refused): (Vec<Value>, Vec<Value>) =
            choice.values().iter().partition(|&&value| self.is_possible(value));
        for &value in &refused {
            let line = shell.paint(QUIET, format_args!("  {value} is not offered: {}", self.reason(value)));
            shell.ask(line);
        }
        if let [only] = offered[..] {
            fold(shell, choice.id(), only.id());
            return Ok(Step::Question(index + 1));
        }
        let items: Vec<String> = offered.iter().map(|&value| item(value.id(), &about(value))).collect();
        match self.asker.pick(shell, choice.question(), &items, true)? {
            Picked::Item(picked) => {
                let value = offered.get(picked).copied().unwrap_or(choice.default_value());
                self.given.set(value, Origin::Prompt);
                fold(shell, choice.id(), value.id());
                Ok(Step::Question(index + 1))
            }
            Picked::Back => Ok(self.before(index)),
        }
    }

    fn review(&mut self, shell: &mut Shell, review: &Review<'_>) -> Result<Option<Step>, Error> {
        for line in review(&self.answers())? {
            shell.ask(line);
        }
        let items = [item("write it", ""), item("cancel", "nothing is written")];
        match self.asker.pick(shell, "Write this project?", &items, true)? {
            Picked::Item(0) => Ok(None),
            Picked::Item(_) => Err(Error::Interrupted),
            Picked::Back if self.preset.is_some() => Ok(Some(Step::Preset)),
            Picked::Back => Ok(Some(self.before(self.open.len()))),
        }
    }

    /// The question before `index` that had more than one answer.
    fn before(&mut self, index: usize) -> Step {
        for earlier in (0..index).rev() {
            let choice = self.open[earlier];
            self.given.clear(choice);
            if choice.values().iter().filter(|&&value| self.is_possible(value)).count() > 1 {
                return Step::Question(earlier);
            }
        }
        Step::Preset
    }

    /// Whether some project has `value` beside all that was said so far.
    fn is_possible(&self, value: Value) -> bool {
        let mut answers = self.said.answers.clone().or(&self.given);
        answers.set(value, Origin::Prompt);
        Stack::resolve(&answers).is_ok()
    }

    fn reason(&self, value: Value) -> &'static str {
        let asked = self.said.answers.clone().or(&self.given).asked();
        rules::forbidding(value, &asked).map_or("no project has it beside the other answers", |rule| rule.because)
    }
}

/// What a value costs and brings, in one line.
fn about(value: Value) -> String {
    let (cost, addition) = (value.offer().cost, Addition::of(value));
    if addition.is_empty() { cost.to_owned() } else { format!("{cost}; {addition}") }
}

fn item(word: &str, about: &str) -> String {
    format!("{word:<12}{about}").trim_end().to_owned()
}

fn fold(shell: &mut Shell, question: &str, answer: &str) {
    let answer = shell.paint(STRONG, answer);
    shell.ask(format!("  {question:<12}{answer}"));
}
