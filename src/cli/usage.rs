//! Translates clap's errors into Restwell's.

use std::ffi::OsString;

use clap::ValueEnum;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{Color, Parsed, definition, mend};
use crate::error::{Error, Misuse, Place};
use crate::shell::{Format, OutputOptions};

/// Translates an error of clap, which may also be a request for help or the version.
pub(super) fn translate(error: &clap::Error, argv: &[OsString]) -> (Parsed, OutputOptions) {
    let options = options(argv);
    let parsed = match error.kind() {
        ErrorKind::DisplayHelp => Parsed::Text { command: "help", text: error.render().to_string() },
        ErrorKind::DisplayVersion => Parsed::Text { command: "version", text: error.render().to_string() },
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Parsed::Bare(definition().render_help().to_string())
        }
        kind => Parsed::Error(refusal(kind, error, argv)),
    };
    (parsed, options)
}

/// The output options of a line that could not be parsed, as far as they can be recognised.
fn options(argv: &[OsString]) -> OutputOptions {
    let words: Vec<&str> = typed(argv).collect();
    let is_json = values(&words, "--format").any(|word| word == "json");
    let color = values(&words, "--color").filter_map(|word| Color::from_str(word, false).ok()).last();
    OutputOptions {
        format: if is_json { Format::Json } else { Format::Human },
        color: color.unwrap_or_default().into(),
        ..OutputOptions::default()
    }
}

/// The values of a flag, as in `--color always` and `--color=always`.
fn values<'a>(words: &'a [&'a str], flag: &'a str) -> impl Iterator<Item = &'a str> {
    words.iter().enumerate().filter_map(move |(index, word)| match word.strip_prefix(flag)? {
        "" => words.get(index + 1).copied(),
        rest => rest.strip_prefix('='),
    })
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
    let mended = || mend::mended(argv);
    match kind {
        ErrorKind::UnknownArgument if flag().starts_with('-') => Error::UnknownFlag { flag: flag(), mended: mended() },
        ErrorKind::UnknownArgument => {
            let mended = mend::without_argument(argv, &flag());
            Error::Usage(Misuse::Unexpected { word: flag(), mended })
        }
        ErrorKind::InvalidSubcommand => {
            Error::UnknownCommand { word: text(ContextKind::InvalidSubcommand).unwrap_or_default(), mended: mended() }
        }
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_none_or(|word| word.is_empty()) => {
            Error::Usage(Misuse::NoValue { flag: bare(&flag()) })
        }
        ErrorKind::InvalidValue if flag() == mend::WHAT && command_name(argv) == Some(mend::GENERATE) => {
            let word = format!("{} {}", mend::GENERATE, text(ContextKind::InvalidValue).unwrap_or_default());
            Error::UnknownCommand { word, mended: mended() }
        }
        ErrorKind::InvalidValue => Error::UnknownValue {
            place: if flag().starts_with('-') { Place::Flag(bare(&flag())) } else { Place::Argument(flag()) },
            word: text(ContextKind::InvalidValue).unwrap_or_default(),
            allowed: match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(words)) => words.clone(),
                _ => Vec::new(),
            },
            mended: mended().map(Box::new),
        },
        ErrorKind::MissingRequiredArgument => Error::Usage(Misuse::NoArgument { argument: flag() }),
        ErrorKind::InvalidUtf8 => Error::Usage(Misuse::NotText),
        ErrorKind::ArgumentConflict => {
            let (flag, by) = (bare(&flag()), bare(&text(ContextKind::PriorArg).unwrap_or_default()));
            if flag == by {
                return Error::Usage(Misuse::Repeated { flag, mended: mended() });
            }
            let mended = mend::without_flag(argv, &flag);
            Error::Usage(Misuse::Excluded { flag, by, mended })
        }
        _ => Error::Usage(Misuse::Other { what: first_line(error) }),
    }
}

/// `--cache` for `--cache <VALUE>`.
pub(super) fn bare(flag: &str) -> String {
    flag.split([' ', '=']).next().unwrap_or(flag).to_owned()
}

fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
