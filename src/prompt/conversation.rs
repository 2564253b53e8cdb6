//! The state of the wizard: the answers so far, the next question, and the previous one. Pure.
//!
//! Going back removes the answer; it is remembered only as the initial position of the cursor. If an answer is changed
//! from the review, only the answers that a rule now forbids are removed.

use crate::answers::Input;
use crate::choice::{Choice, Value};
use crate::preset::{PRESETS, Preset};
use crate::rules;
use crate::stack::{Answers, Origin, Stack};

/// The current page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Name,
    Preset,
    Choice(Choice),
    Review,
    /// The list of answers to change.
    Edit,
}

/// The values of a choice that are possible beside the other answers, and those that are not.
#[derive(Debug, Default)]
pub(super) struct Offered {
    pub(super) possible: Vec<Value>,
    pub(super) refused: Vec<(Value, &'static str)>,
}

pub(super) struct Conversation<'a> {
    input: &'a Input,
    /// The choices without an answer.
    open: Vec<Choice>,
    /// The answers given in the wizard.
    given: Answers,
    /// Answers that were removed by going back.
    remembered: Answers,
    preset: Option<Preset>,
    /// The index of the last selected preset, for the position of the cursor.
    pub(super) started_from: usize,
    /// The answers before the current change from the review.
    before_edit: Option<(Answers, Option<Preset>)>,
    asks_name: bool,
    pub(super) step: Step,
}

/// With fewer open choices, presets are not offered.
const MIN_CHOICES_FOR_PRESETS: usize = 3;

impl<'a> Conversation<'a> {
    pub(super) fn new(input: &'a Input, asks_name: bool) -> Self {
        let mut conversation = Self {
            input,
            open: input.missing(),
            given: Answers::default(),
            remembered: Answers::default(),
            preset: None,
            started_from: 0,
            before_edit: None,
            asks_name,
            step: Step::Name,
        };
        if !asks_name {
            conversation.step = conversation.after_name();
        }
        conversation
    }

    /// All current answers, from any source.
    pub(super) fn answers(&self) -> Answers {
        let answers = self.given.clone().or(&self.input.answers);
        match self.preset {
            Some(preset) => answers.or(&preset.answers()),
            None => answers,
        }
    }

    pub(super) fn offered(&self, choice: Choice) -> Offered {
        // During a change from the review only answers from outside the wizard are fixed; the others may be removed.
        let mut fixed = if self.before_edit.is_some() { Answers::default() } else { self.given.clone() };
        fixed = fixed.or(&self.input.answers);
        fixed.clear(choice);
        let mut offered = Offered::default();
        for &value in choice.values() {
            let mut answers = fixed.clone();
            answers.set(value, Origin::Prompt);
            if Stack::is_possible(&answers) {
                offered.possible.push(value);
            } else {
                let rule = rules::forbidding(value, &fixed.asked());
                offered
                    .refused
                    .push((value, rule.map_or("no project can have it beside the other answers", |rule| rule.because)));
            }
        }
        offered
    }

    /// The values from flags, variables, a file or the wizard, in the order of the choices, without `except`.
    pub(super) fn settled(&self, except: Option<Choice>) -> Vec<Value> {
        let mut answers = self.given.clone().or(&self.input.answers);
        if let Some(choice) = except {
            answers.clear(choice);
        }
        answers.asked()
    }

    /// The values of choices for which the answers leave only one value, with the reason.
    pub(super) fn implied(&self, except: Option<Choice>) -> Vec<(Value, &'static str)> {
        let unanswered = self.open.iter().filter(|&&choice| self.given.get(choice).is_none() && Some(choice) != except);
        let offered = unanswered.map(|&choice| self.offered(choice));
        offered.filter_map(|offered| Some((*offered.possible.first()?, only(&offered)?))).collect()
    }

    /// The number of the question, and the current number of questions.
    pub(super) fn progress(&self, current: Choice) -> (usize, usize) {
        let is_asked = |choice: &Choice| {
            *choice == current || self.given.get(*choice).is_some() || self.offered(*choice).possible.len() > 1
        };
        let asked: Vec<Choice> = self.open.iter().copied().filter(is_asked).collect();
        let number = asked.iter().position(|&choice| choice == current).map_or(0, |index| index + 1);
        (number, asked.len())
    }

    /// The initial position of the cursor: the previous answer.
    pub(super) fn start(&self, choice: Choice, possible: &[Value]) -> usize {
        let held = self.answers().get(choice).or(self.remembered.get(choice));
        held.and_then(|(value, _)| possible.iter().position(|&other| other == value)).unwrap_or_default()
    }

    pub(super) fn can_go_back(&self) -> bool {
        self.before_edit.is_some() || self.before().is_some()
    }

    /// Whether an answer is being changed from the review.
    pub(super) fn is_editing(&self) -> bool {
        self.before_edit.is_some()
    }

    pub(super) fn is_name_asked(&self) -> bool {
        self.asks_name
    }

    /// Continues after the name.
    pub(super) fn named(&mut self) {
        self.step = if self.before_edit.take().is_some() { Step::Review } else { self.after_name() };
    }

    /// Continues with the preset at this index, or without a preset.
    pub(super) fn start_from(&mut self, index: usize) {
        self.started_from = index;
        self.preset = PRESETS.get(index).copied();
        self.step = self.next();
    }

    pub(super) fn take(&mut self, value: Value) {
        self.given.set(value, Origin::Prompt);
        if self.before_edit.take().is_some() {
            for other in self.given.asked() {
                if rules::forbidding(other, &[value]).is_some() {
                    self.given.clear(other.choice());
                }
            }
        }
        self.step = self.next();
    }

    /// Opens the list of answers from the review.
    pub(super) fn edit(&mut self) {
        self.before_edit = Some((self.given.clone(), self.preset));
        self.step = Step::Edit;
    }

    /// Opens one of the answers.
    pub(super) fn turn_to(&mut self, step: Step) {
        self.step = step;
    }

    /// Returns to the previous question, if there is one.
    pub(super) fn back(&mut self) {
        if let Some((given, preset)) = self.before_edit.take() {
            (self.given, self.preset, self.step) = (given, preset, Step::Review);
            return;
        }
        let Some(step) = self.before() else { return };
        self.preset = None;
        if let Step::Choice(choice) = step {
            self.withdraw_from(choice);
        }
        self.step = step;
    }

    fn asks_preset(&self) -> bool {
        self.open.len() >= MIN_CHOICES_FOR_PRESETS
    }

    fn after_name(&self) -> Step {
        if self.asks_preset() { Step::Preset } else { self.next() }
    }

    /// The first open question with more than one possible value.
    fn next(&self) -> Step {
        let is_asked =
            |choice: &&Choice| self.given.get(**choice).is_none() && self.offered(**choice).possible.len() > 1;
        let next = if self.preset.is_some() { None } else { self.open.iter().find(is_asked) };
        next.map_or(Step::Review, |&choice| Step::Choice(choice))
    }

    /// The previous page.
    fn before(&self) -> Option<Step> {
        let answered = |until: Option<Choice>| {
            let earlier = self.open.iter().take_while(move |&&choice| Some(choice) != until);
            earlier.filter(|&&choice| self.given.get(choice).is_some()).last().map(|&choice| Step::Choice(choice))
        };
        let first = [(self.asks_preset(), Step::Preset), (self.asks_name, Step::Name)];
        let mut first = first.into_iter().filter(|&(is_asked, _)| is_asked).map(|(_, step)| step);
        match self.step {
            Step::Name => None,
            Step::Preset => first.find(|&step| step == Step::Name),
            Step::Review if self.preset.is_some() => first.next(),
            Step::Review => answered(None).or_else(|| first.next()),
            Step::Choice(choice) => answered(Some(choice)).or_else(|| first.next()),
            Step::Edit => Some(Step::Review),
        }
    }

    fn withdraw_from(&mut self, first: Choice) {
        let later = self.open.iter().skip_while(|&&choice| choice != first);
        for &choice in later {
            if let Some((value, origin)) = self.given.get(choice) {
                self.remembered.set(value, origin);
                self.given.clear(choice);
            }
        }
    }
}

/// The reason if only one value is possible.
fn only(offered: &Offered) -> Option<&'static str> {
    match (&offered.possible[..], offered.refused.first()) {
        ([_], Some(&(_, because))) => Some(because),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
