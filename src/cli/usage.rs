//! What clap could not understand, in Restwell's own words.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{Parsed, definition};
use crate::error::{Error, Place};
use crate::shell::{Format, Manner};
use crate::spelling;

/// Turns clap's refusal, or its help text, into ours.
pub(super) fn translate(error: &clap::Error, argv: &[OsString]) -> (Parsed, Manner) {
    let manner = manner(argv);
    let parsed = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Parsed::Text(error.render().to_string()),
        kind => Parsed::Error(refusal(kind, error, argv)),
    };
    (parsed, manner)
}

/// How to talk when the line could not be parsed: what can be read off it all the same.
fn manner(argv: &[OsString]) -> Manner {
    let words: Vec<&str> = typed(argv).collect();
    let is_json = words.windows(2).any(|pair| pair == ["--format", "json"]) || words.contains(&"--format=json");
    let color = if words.windows(2).any(|pair| pair == ["--color", "never"]) || words.contains(&"--color=never") {
        anstream::ColorChoice::Never
    } else {
        anstream::ColorChoice::Auto
    };
    Manner { format: if is_json { Format::Json } else { Format::Human }, color, ..Manner::default() }
}

/// The words before `--`, without the name of the program.
fn typed(argv: &[OsString]) -> impl Iterator<Item = &str> {
    argv.iter().skip(1).filter_map(|word| word.to_str()).take_while(|&word| word != "--")
}

/// The first word that is a command.
pub(super) fn command_name(argv: &[OsString]) -> Option<&str> {
    let definition = definition();
    typed(argv).find(|word| definition.find_subcommand(word).is_some())
}

fn refusal(kind: ErrorKind, error: &clap::Error, argv: &[OsString]) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let flag = || text(ContextKind::InvalidArg).unwrap_or_default();
    let usage = |message: String| Error::Usage { message, command: command_name(argv).unwrap_or_default().to_owned() };
    match kind {
        ErrorKind::UnknownArgument if flag().starts_with('-') => unknown_flag(&flag(), argv),
        ErrorKind::UnknownArgument => usage(format!("`{}` is one word too many", flag())),
        ErrorKind::InvalidSubcommand => unknown_command(text(ContextKind::InvalidSubcommand).unwrap_or_default()),
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_none_or(|word| word.is_empty()) => {
            usage(format!("`{}` needs a value", bare(&flag())))
        }
        ErrorKind::InvalidValue => Error::UnknownValue {
            place: Place::Flag(bare(&flag())),
            word: text(ContextKind::InvalidValue).unwrap_or_default(),
            allowed: match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(words)) => words.clone(),
                _ => Vec::new(),
            },
        },
        ErrorKind::MissingRequiredArgument => usage(format!("`{}` is missing", flag())),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            usage("a command is missing, as in `restwell new shop-api`".into())
        }
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg).unwrap_or_default();
            if bare(&other) == bare(&flag()) {
                usage(format!("`{}` is given twice", bare(&flag())))
            } else {
                usage(format!("`{}` does not go with `{}`", bare(&flag()), bare(&other)))
            }
        }
        _ => usage(first_line(error)),
    }
}

/// `--cache <VALUE>` without what stands for the value.
fn bare(flag: &str) -> String {
    flag.split([' ', '=']).next().unwrap_or(flag).to_owned()
}

fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn unknown_flag(flag: &str, argv: &[OsString]) -> Error {
    let definition = definition();
    let command = command_name(argv).and_then(|name| definition.find_subcommand(name));
    let known: Vec<String> = definition
        .get_arguments()
        .chain(command.into_iter().flat_map(clap::Command::get_arguments))
        .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .collect();
    let nearest = spelling::nearest(flag, known.iter().map(String::as_str)).map(str::to_owned);
    Error::UnknownFlag { flag: flag.to_owned(), nearest }
}

fn unknown_command(word: String) -> Error {
    let definition = definition();
    let nearest = spelling::nearest(&word, definition.get_subcommands().map(clap::Command::get_name));
    Error::UnknownCommand { nearest: nearest.map(|name| format!("restwell {name}")), word }
}
