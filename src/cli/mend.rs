//! Mends a command line that clap refuses: every misspelt flag, value and command is replaced by the nearest, until the
//! line can be understood. A line that cannot be mended so is not offered.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};

use super::{Cli, definition, typed};
use crate::command_line::CommandLine;
use crate::spelling;

/// How many mistakes one line may have.
const MISTAKES: usize = 8;

/// Commands of other tools, and what they are called here.
const HABITS: &[(&str, &[&str])] = &[
    ("add", &["new"]),
    ("create", &["new"]),
    ("gen", &["new"]),
    ("generate", &["new"]),
    ("init", &["new"]),
    ("scaffold", &["new"]),
    ("start", &["new"]),
    ("ls", &["list"]),
    ("options", &["list"]),
    ("presets", &["list"]),
    ("why", &["explain"]),
    ("completion", &["completions"]),
    ("version", &["--version"]),
];

/// The line that was most likely meant.
pub(super) fn mended(argv: &[OsString]) -> Option<CommandLine> {
    let mut words: Vec<OsString> = argv.to_vec();
    for _ in 0..MISTAKES {
        let parsed = Cli::command().try_get_matches_from(&words).and_then(|matches| Cli::from_arg_matches(&matches));
        match parsed {
            Ok(_) => return Some(typed::read(&words)),
            Err(error) if matches!(error.kind(), ErrorKind::DisplayVersion | ErrorKind::DisplayHelp) => {
                return Some(typed::read(&words));
            }
            Err(error) => words = replaced(&error, &words)?,
        }
    }
    None
}

fn replaced(error: &clap::Error, words: &[OsString]) -> Option<Vec<OsString>> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let flag = text(ContextKind::InvalidArg)?;
            let known = nearest_flag(flag, words)?;
            edit(words, |word| {
                let rest = word.strip_prefix(flag).filter(|rest| rest.is_empty() || rest.starts_with('='))?;
                Some(vec![format!("{known}{rest}")])
            })
        }
        ErrorKind::InvalidSubcommand => {
            let wrong = text(ContextKind::InvalidSubcommand)?;
            let meant: Vec<String> = command_like(wrong)?.iter().map(|word| (*word).to_owned()).collect();
            let mended = edit(words, |word| (word == wrong).then(|| meant.clone()))?;
            // `init` without a path means the directory that one is in.
            let is_here = wrong == "init" && super::typed::read(&mended).plain().count() == 1;
            Some(if is_here { mended.into_iter().chain([".".into()]).collect() } else { mended })
        }
        ErrorKind::InvalidValue => {
            let wrong = text(ContextKind::InvalidValue).filter(|word| !word.is_empty())?;
            let Some(ContextValue::Strings(allowed)) = error.get(ContextKind::ValidValue) else { return None };
            let near = spelling::nearest(wrong, allowed.iter().map(String::as_str))?;
            edit(words, |word| {
                let flag = word.strip_suffix(wrong)?;
                (flag.is_empty() || flag.ends_with('=')).then(|| vec![format!("{flag}{near}")])
            })
        }
        _ => None,
    }
}

/// The first word that `change` has something for, replaced; behind `--` there are no flags to mend.
fn edit(words: &[OsString], change: impl Fn(&str) -> Option<Vec<String>>) -> Option<Vec<OsString>> {
    let found = words.iter().enumerate().skip(1).take_while(|(_, word)| *word != "--");
    let (index, instead) = found.filter_map(|(index, word)| Some((index, change(word.to_str()?)?))).next()?;
    let mut mended = words.to_vec();
    mended.splice(index..=index, instead.into_iter().map(OsString::from));
    Some(mended)
}

fn nearest_flag(flag: &str, words: &[OsString]) -> Option<String> {
    let mut definition = definition();
    // Only then are `--help` and `--version` among the flags.
    definition.build();
    let command = super::command_name(words).and_then(|name| definition.find_subcommand(name));
    let known = definition.get_arguments().chain(command.into_iter().flat_map(Command::get_arguments));
    let known: Vec<&str> = known.filter_map(|argument| argument.get_long()).collect();
    let near = spelling::nearest(flag.strip_prefix("--")?, known)?;
    Some(format!("--{near}"))
}

/// The command that was meant by `word`: one with a similar name, or the same by another name.
fn command_like(word: &str) -> Option<Vec<&'static str>> {
    let habit = HABITS.iter().find(|(habit, _)| *habit == word).map(|(_, meant)| meant.to_vec());
    habit.or_else(|| {
        let definition = definition();
        let near = spelling::nearest(word, definition.get_subcommands().map(Command::get_name))?;
        super::COMMANDS.iter().find(|name| **name == near).map(|name| vec![*name])
    })
}
