//! Choices that are misspelt, missing, or cannot be combined.

use super::{Words, help_with, listed, place_name, words};
use crate::choice::{Choice, Value};
use crate::command_line::CommandLine;
use crate::error::Place;
use crate::spelling;
use crate::stack::{Answers, Conflict, Origin};

/// A word that is not a value of a flag, a variable or an argument.
pub(super) struct InvalidValue<'a> {
    pub(super) place: &'a Place,
    pub(super) word: &'a str,
    pub(super) allowed: &'a [String],
    pub(super) mended: Option<&'a CommandLine>,
}

impl InvalidValue<'_> {
    pub(super) fn words(self, typed: &CommandLine) -> Words {
        let Self { place, word, allowed, mended } = self;
        let message = words(format!("invalid value `{word}` for {}", place_name(place)));
        let near = spelling::nearest(word, allowed.iter().map(String::as_str));
        let mended = match (place, near) {
            (Place::Variable(name), Some(near)) => Some(typed.clone().with_variable(name, Some(near))),
            (Place::Flag(_) | Place::Argument(_) | Place::Variable(_), _) => mended.cloned(),
        };
        match mended {
            Some(mended) => message.command(mended),
            None => message.because(format!("valid values: {}", listed(allowed))).command(more_about(place, typed)),
        }
    }
}

/// The command that shows the valid values.
pub(super) fn more_about(place: &Place, typed: &CommandLine) -> CommandLine {
    let asks = |choice: &&Choice| match place {
        Place::Flag(name) => choice.flag() == *name,
        Place::Variable(name) => choice.variable() == *name,
        Place::Argument(_) => false,
    };
    let line = match Choice::ALL.iter().find(asks) {
        Some(choice) => CommandLine::new(["explain", choice.id()]),
        None => help_with(typed.command().unwrap_or_default()),
    };
    match place {
        Place::Variable(name) => line.with_variable(name, None),
        Place::Flag(_) | Place::Argument(_) => line,
    }
}

pub(super) fn unknown_variable(name: &str, value: &str, nearest: &str, typed: &CommandLine) -> Words {
    words(format!("unknown variable `{name}`"))
        .because(format!("it looks like a misspelling of `{nearest}`"))
        .command(typed.clone().with_variable(name, None).with_variable(nearest, Some(value)))
}

pub(super) fn missing(choices: &[Choice], typed: &CommandLine) -> Words {
    let named: Vec<&str> = choices.iter().map(|choice| choice.id()).collect();
    let (subject, them) = if choices.len() == 1 { ("an answer is", "it") } else { ("answers are", "them") };
    let told = words(format!("{subject} missing and restwell cannot prompt for {them}: {}", named.join(", ")));
    choices
        .iter()
        .fold(told, |told, choice| {
            told.because(format!(
                "`{}` or `{}` is not set (default `{}`)",
                choice.flag(),
                choice.variable(),
                choice.default_value().id()
            ))
        })
        .command(typed.clone().with_flag("--yes"))
}

pub(super) fn conflict(conflict: &Conflict, answers: &Answers, typed: &CommandLine) -> Words {
    let mut told = match conflict.broken.first() {
        Some((_, one, other)) => {
            let [other, one] = [other, one].map(|value| as_given(*value, answers, typed));
            words(format!("{other} cannot be used with {one}"))
        }
        None => words("no project can have all of these choices"),
    };
    for (rule, _, _) in &conflict.broken {
        told = told.because(rule.because);
    }
    for nearest in &conflict.nearest {
        let changed =
            nearest.asked.iter().filter(|value| answers.get(value.choice()).map(|(given, _)| given) != Some(**value));
        let line = changed.fold(with_choices(typed), |line, value| with_value(line, *value));
        told = told.command(line);
    }
    told
}

/// The line that is to have other values of choices: `restwell set`, unless the command takes them.
fn with_choices(typed: &CommandLine) -> CommandLine {
    match typed.command() {
        None | Some("new" | "set" | "explain" | "diff") => typed.clone(),
        Some(_) => CommandLine::new(["set"]),
    }
}

/// The line with another value of a choice, as its command takes values.
fn with_value(line: CommandLine, value: Value) -> CommandLine {
    let choice = value.choice();
    let other = format!("{}=", choice.id());
    match line.command() {
        Some("set" | "explain") => line.without_values(&other).with_word(value.to_string()),
        Some("diff") => line.without_values(&other).with_typed("--set", Some(value.to_string())),
        _ => line.with_value(&choice.flag(), value.id()),
    }
}

/// A value in the syntax of the place where it was given.
fn as_given(value: Value, answers: &Answers, typed: &CommandLine) -> String {
    let choice = value.choice();
    let is_in_project = !matches!(typed.command(), None | Some("new" | "explain"));
    match answers.get(choice).map(|(_, origin)| origin) {
        Some(Origin::File) if is_in_project => format!("`{} = \"{}\"` of `restwell.toml`", choice.id(), value.id()),
        Some(_) if is_in_project => format!("`{value}`"),
        Some(Origin::Environment) => format!("`{}={}`", choice.variable(), value.id()),
        Some(Origin::File) => format!("`{} = \"{}\"` of the answers file", choice.id(), value.id()),
        Some(Origin::Flag) if typed.command() != Some("explain") => format!("`{} {}`", choice.flag(), value.id()),
        Some(Origin::Flag | Origin::Prompt | Origin::Preset | Origin::Default) | None => format!("`{value}`"),
    }
}
