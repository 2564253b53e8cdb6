//! The text of every error: lower case, no full stop, the user's words in backticks, fixes as commands.
//!
//! A fix is a complete command that does what was asked for, or shows what can be asked for. Advice that is not a
//! command is help.

mod answers;
mod choices;
mod merge;
mod misuse;
mod project;
mod resource;
mod target;
mod usage;

use super::{Error, Place};
use crate::command_line::CommandLine;
use crate::version::{REPOSITORY, VERSION};

use choices::InvalidValue;

/// The text of an error, for the terminal and for JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub message: String,
    /// Why, one clause each.
    pub reasons: Vec<String>,
    /// Complete commands to run instead.
    pub fixes: Vec<CommandLine>,
    /// Further advice, as prose.
    pub help: Vec<String>,
}

fn words(message: impl Into<String>) -> Words {
    Words { message: message.into(), reasons: Vec::new(), fixes: Vec::new(), help: Vec::new() }
}

impl Words {
    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasons.push(reason.into());
        self
    }

    fn command(mut self, command: impl Into<Option<CommandLine>>) -> Self {
        self.fixes.extend(command.into());
        self
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

impl Error {
    /// The text of this error. `typed` is the command line that failed; fixes keep the rest of it.
    pub fn words(&self, typed: &CommandLine) -> Words {
        match self {
            Self::UnknownFlag { flag, mended } => {
                mended_or_help(format!("unknown flag `{flag}`"), mended.as_ref(), typed)
            }
            Self::UnknownCommand { word, mended } => {
                words(format!("unknown command `{word}`")).command(mended.clone().unwrap_or_else(|| help_with("")))
            }
            Self::UnknownValue { place, word, allowed, mended } => {
                InvalidValue { place, word, allowed, mended: mended.as_deref() }.words(typed)
            }
            Self::UnknownVariable { name, value, nearest } => choices::unknown_variable(name, value, nearest, typed),
            Self::Answers { file, faults } => answers::wrong(file, faults),
            Self::AnswersUnreadable { file, detail } => {
                words(format!("`{file}` cannot be read")).because(detail.clone())
            }
            Self::Usage(misuse) => misuse::told(misuse, typed),
            Self::OtherVersion { expected } => usage::other_version(expected, typed),
            Self::NotInPlan { path, nearest } => usage::not_in_plan(path, nearest.as_deref(), typed),
            Self::NothingToExplain { word, nearest } => usage::nothing_to_explain(word, nearest.as_deref(), typed),
            Self::Name { name, fault, better, is_from_path } => {
                target::with_name(target::name(name, *fault), better, *is_from_path, typed)
            }
            Self::Conflict { conflict, answers } => choices::conflict(conflict, answers, typed),
            Self::Missing { choices } => choices::missing(choices, typed),
            Self::NoPath => target::no_path(typed),
            Self::Occupied { path, by } => target::occupied(path.as_str(), by, typed),
            Self::Member { path, membership } => target::member(path.as_str(), membership, typed),
            Self::InTheWay { path, what } => target::in_the_way(path.as_str(), *what),
            Self::Resource(unsuitable) => resource::words(unsuitable, typed),
            Self::NoProject => project::none(),
            Self::Base { directory, fault } => project::base(directory.as_deref(), fault),
            Self::NothingToUndo { is_redo, number } => project::nothing_to_undo(*is_redo, *number),
            Self::Merge(unmerged) => merge::words(unmerged, typed),
            Self::InUse => words("another restwell process is changing this project").command(typed.clone()),
            Self::Moved { paths, is_half } => project::moved(paths, *is_half, typed),
            Self::NoSuchFile { path, nearest } => project::no_such_file(path, nearest.as_deref(), typed),
            Self::Policy { file, what } => project::policy(file, what),
            Self::Violates { policy, what, fixes, help } => {
                help.iter().fold(project::violates(policy, what, fixes), Words::help)
            }
            Self::Differs { what, look } => project::differs(what, look, typed),
            Self::Io { action, path, source, done } => {
                project::left(words(format!("could not {action} `{path}`")).because(clause(source)), *done)
            }
            Self::Output(source) => words("could not write to standard output").because(clause(source)),
            Self::Bug(what) => bug(what),
            Self::Interrupted => words("interrupted"),
        }
    }
}

fn bug(what: &str) -> Words {
    words("a bug in restwell; your command line is not the cause").because(what).help(report())
}

/// How to report a bug.
fn report() -> String {
    let place = if REPOSITORY.is_empty() { String::new() } else { format!(" at {REPOSITORY}") };
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("report it{place} with your command line, the lines above and: restwell {} on {system} {machine}", VERSION)
}

/// The corrected line, or the help of the command.
fn mended_or_help(message: String, mended: Option<&CommandLine>, typed: &CommandLine) -> Words {
    words(message).command(mended.cloned().unwrap_or_else(|| help_with(typed.command().unwrap_or_default())))
}

/// `restwell help new`
fn help_with(command: &str) -> CommandLine {
    CommandLine::new(["help"].into_iter().chain((!command.is_empty()).then_some(command)))
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn place_name(place: &Place) -> String {
    match place {
        Place::Flag(name) | Place::Variable(name) | Place::Argument(name) => format!("`{name}`"),
    }
}

/// An error of the operating system as a clause: in lower case and without its number.
pub(crate) fn clause(source: &std::io::Error) -> String {
    use std::io::ErrorKind;
    if source.raw_os_error().is_none() && source.get_ref().is_none() {
        // Not from the operating system: Rust has only the name of the kind.
        return match source.kind() {
            ErrorKind::NotFound => "there is no such file or directory".to_owned(),
            ErrorKind::InvalidData => "it is not text".to_owned(),
            kind => kind.to_string(),
        };
    }
    let text = source.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
