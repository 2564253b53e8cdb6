//! Corrects an invalid command line: replaces each misspelt flag, value and command by the most similar one until the line
//! is valid. A line that cannot be corrected this way is not suggested.

use std::ffi::OsString;

use camino::Utf8Path;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};

use super::{COMMANDS, Cli, definition, typed, usage};
use crate::command_line::CommandLine;
use crate::name::Name;
use crate::precomputed::LOCKS;
use crate::spelling;

/// The most corrections in one line.
const MAX_CORRECTIONS: usize = 8;

/// A word within this edit distance of a command is a misspelling of it.
const MAX_EDITS: usize = 2;

/// Commands of other tools and their names here.
const FOREIGN_COMMANDS: &[(&str, &[&str])] = &[
    ("add", &["new"]),
    ("create", &["new"]),
    ("gen", &["new"]),
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

/// In other tools this command writes a project; here it needs to be told what it adds to one.
pub(super) const GENERATE: &str = "generate";

/// Its first argument.
pub(super) const WHAT: &str = "<WHAT>";

/// The line that was probably meant.
pub(super) fn mended(argv: &[OsString]) -> Option<CommandLine> {
    let mut words: Vec<OsString> = argv.to_vec();
    for _ in 0..MAX_CORRECTIONS {
        let parsed = Cli::command().try_get_matches_from(&words).and_then(|matches| Cli::from_arg_matches(&matches));
        match parsed {
            Ok(cli) => return cli.command.is_sound().then(|| typed::read(&words)),
            Err(error) if matches!(error.kind(), ErrorKind::DisplayVersion | ErrorKind::DisplayHelp) => {
                return Some(typed::read(&words));
            }
            Err(error) => words = replaced(&error, &words)?,
        }
    }
    None
}

/// The line without an argument that its command does not have.
pub(super) fn without_argument(argv: &[OsString], argument: &str) -> Option<CommandLine> {
    mended(&edit(argv, |word| (word == argument).then(Vec::new))?)
}

/// The line without a flag, with its value.
pub(super) fn without_flag(argv: &[OsString], flag: &str) -> Option<CommandLine> {
    let rest = typed::read(argv).without(flag).arguments();
    mended(&argv.iter().take(1).cloned().chain(rest.into_iter().map(OsString::from)).collect::<Vec<_>>())
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
            let Some(meant) = command_like(wrong) else { return with_new(wrong, words) };
            let meant: Vec<String> = meant.iter().map(|word| (*word).to_owned()).collect();
            let mended = edit(words, |word| (word == wrong).then(|| meant.clone()))?;
            // `init` without a path means the current directory.
            let is_here = wrong == "init" && super::typed::read(&mended).plain().count() == 1;
            Some(if is_here { mended.into_iter().chain([".".into()]).collect() } else { mended })
        }
        ErrorKind::ArgumentConflict => {
            let (flag, other) =
                (usage::bare(text(ContextKind::InvalidArg)?), usage::bare(text(ContextKind::PriorArg)?));
            let program = words.first().cloned().into_iter();
            let rest = typed::read(words).with_last(&flag).arguments();
            (flag == other).then(|| program.chain(rest.into_iter().map(OsString::from)).collect())
        }
        ErrorKind::InvalidValue => {
            let wrong = text(ContextKind::InvalidValue).filter(|word| !word.is_empty())?;
            let Some(ContextValue::Strings(allowed)) = error.get(ContextKind::ValidValue) else { return None };
            let Some(near) = spelling::nearest(wrong, allowed.iter().map(String::as_str)) else {
                let is_generate =
                    usage::command_name(words) == Some(GENERATE) && text(ContextKind::InvalidArg)? == WHAT;
                return edit(words, |word| (is_generate && word == GENERATE).then(|| vec!["new".to_owned()]));
            };
            edit(words, |word| {
                let flag = word.strip_suffix(wrong)?;
                (flag.is_empty() || flag.ends_with('=')).then(|| vec![format!("{flag}{near}")])
            })
        }
        _ => None,
    }
}

/// `restwell shop-api --yes` with the missing `new`, if the other words are flags of `new` and the name is valid.
fn with_new(path: &str, words: &[OsString]) -> Option<Vec<OsString>> {
    let definition = definition();
    let new = definition.find_subcommand("new")?;
    let line = typed::read(words);
    let is_of_new =
        new.get_arguments().filter_map(|argument| argument.get_long()).any(|name| line.has(&format!("--{name}")));
    let name = Utf8Path::new(path).file_name()?;
    let is_name = Name::new(name, LOCKS.package_names()).is_ok();
    (is_of_new && is_name)
        .then(|| edit(words, |word| (word == path).then(|| vec!["new".to_owned(), path.to_owned()])))?
}

/// Replaces the first word for which `change` returns something; after `--` there are no flags.
fn edit(words: &[OsString], change: impl Fn(&str) -> Option<Vec<String>>) -> Option<Vec<OsString>> {
    let found = words.iter().enumerate().skip(1).take_while(|(_, word)| *word != "--");
    let (index, instead) = found.filter_map(|(index, word)| Some((index, change(word.to_str()?)?))).next()?;
    let mut mended = words.to_vec();
    mended.splice(index..=index, instead.into_iter().map(OsString::from));
    Some(mended)
}

fn nearest_flag(flag: &str, words: &[OsString]) -> Option<String> {
    let mut definition = definition();
    // This adds `--help` and `--version` to the flags.
    definition.build();
    let command = super::command_name(words).and_then(|name| definition.find_subcommand(name));
    let known = definition.get_arguments().chain(command.into_iter().flat_map(Command::get_arguments));
    let known: Vec<&str> = known.filter_map(|argument| argument.get_long()).collect();
    let near = spelling::nearest(flag.strip_prefix("--")?, known)?;
    Some(format!("--{near}"))
}

/// The command that `word` probably means.
fn command_like(word: &str) -> Option<Vec<&'static str>> {
    let foreign = FOREIGN_COMMANDS.iter().find(|(foreign, _)| *foreign == word).map(|(_, meant)| meant.to_vec());
    foreign.or_else(|| {
        let near = spelling::within(word, COMMANDS.iter().copied(), MAX_EDITS);
        near.or(COMMANDS.iter().copied().find(|name| name.starts_with(word))).map(|name| vec![name])
    })
}
