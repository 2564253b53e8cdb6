//! The prose of every error: lower case, no full stop, what the user typed in backticks, the mending as a command.

use super::{Error, Obstacle, Place};
use crate::choice::{Choice, Value};
use crate::name::{Fault, Reserved};
use crate::replay::quote;
use crate::spelling;

/// An error as a person, or a program, reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub message: String,
    /// Why, one clause each.
    pub reasons: Vec<String>,
    /// What to type instead.
    pub fixes: Vec<Fix>,
}

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// A whole command, close to the one that failed.
    Command(String),
    /// The word that may have been meant.
    Word(String),
    /// Something else that helps, often a command in backticks.
    Help(String),
}

impl Fix {
    /// Its text, without regard for how it is shown.
    pub fn text(&self) -> &str {
        match self {
            Self::Command(text) | Self::Word(text) | Self::Help(text) => text,
        }
    }
}

fn words(message: impl Into<String>) -> Words {
    Words { message: message.into(), reasons: Vec::new(), fixes: Vec::new() }
}

impl Words {
    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasons.push(reason.into());
        self
    }

    fn nearest(mut self, word: Option<String>) -> Self {
        self.fixes.extend(word.map(Fix::Word));
        self
    }

    fn command(mut self, command: impl Into<String>) -> Self {
        self.fixes.push(Fix::Command(command.into()));
        self
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.fixes.push(Fix::Help(text.into()));
        self
    }
}

impl Error {
    /// What to tell about it.
    pub fn words(&self) -> Words {
        match self {
            Self::UnknownFlag { flag, nearest } => words(format!("there is no flag `{flag}`")).nearest(nearest.clone()),
            Self::UnknownCommand { word, nearest } => words(format!("there is no command `{word}`"))
                .nearest(nearest.clone())
                .help("`restwell help` lists them"),
            Self::UnknownValue { place, word, allowed } => unknown_value(place, word, allowed),
            Self::UnknownVariable { name, nearest } => {
                words(format!("the variable `{name}` means nothing to restwell"))
                    .because("a variable that starts with `RESTWELL_` is never skipped")
                    .nearest(nearest.clone())
            }
            Self::UnknownKey { key, file, nearest } => words(format!("`{file}` has a key `{key}` that means nothing"))
                .nearest(nearest.clone())
                .help("`restwell schema` describes every key"),
            Self::AnswersSyntax { file, detail } => words(format!("`{file}` cannot be understood"))
                .because(detail.clone())
                .help("`restwell schema` describes the file"),
            Self::AnswersUnreadable { file, detail } => {
                words(format!("`{file}` cannot be read")).because(detail.clone())
            }
            Self::Usage { message, command } => words(message.clone())
                .help(format!("`restwell help{}{command}`", if command.is_empty() { "" } else { " " })),
            Self::OtherVersion { expected } => {
                words(format!("this is restwell {}, and `{expected}` was expected", crate::VERSION))
                    .because("another version may write other bytes for the same answers")
                    .nearest(Some(format!("--expect-version {}", crate::VERSION)))
            }
            Self::NotInPlan { path, nearest } => words(format!("the plan has no file `{path}`"))
                .nearest(nearest.as_ref().map(|path| format!("--show {}", quote(path))))
                .help("`--dry-run -v` lists every file"),
            Self::NothingToExplain { word, nearest } => words(format!("there is nothing to explain about `{word}`"))
                .because("it is neither an error code nor a value such as `cache=none`")
                .nearest(nearest.clone())
                .help("`restwell list` shows every choice and its values"),
            Self::Name { name, fault, better, path } => {
                name_words(name, *fault, better.as_ref(), path.as_ref().map(|path| path.as_str()))
            }
            Self::Conflict { .. } => self.conflict_words(),
            Self::Missing { choices, typed } => missing(choices, typed),
            Self::Occupied { path, holds, typed } => occupied(path.as_str(), holds, typed.as_deref()),
            Self::InTheWay { path, what } => in_the_way(path.as_str(), *what),
            Self::Io { action, path, source } => words(format!("could not {action} `{path}`"))
                .because(clause(source))
                .because("the target is as it was before"),
            Self::Output(source) => words("could not write to standard output").because(clause(source)),
            Self::Bug(what) => {
                words("this is a bug in restwell, not in what you typed").because(what.clone()).help(format!(
                    "report it with the command you typed, the lines above and: restwell {} on {} {}",
                    crate::VERSION,
                    std::env::consts::OS,
                    std::env::consts::ARCH
                ))
            }
            Self::Interrupted => words("interrupted").because("nothing was written"),
        }
    }

    fn conflict_words(&self) -> Words {
        let Self::Conflict { conflict, path } = self else {
            return words("the choices do not go together");
        };
        let flag = |value: &Value| format!("--{} {}", value.choice().id(), value.id());
        let mut told = match conflict.broken.first() {
            Some((_, one, other)) => words(format!("`{}` does not go with `{}`", flag(other), flag(one))),
            None => words("no project can have all the choices asked for"),
        };
        for (rule, _, _) in &conflict.broken {
            told = told.because(rule.because);
        }
        for nearest in &conflict.nearest {
            let flags: Vec<String> = nearest.asked.iter().map(flag).collect();
            told = told.command(format!("restwell new {} {} --yes", quote(path.as_str()), flags.join(" ")));
        }
        told
    }
}

fn unknown_value(place: &Place, word: &str, allowed: &[String]) -> Words {
    let near = spelling::nearest(word, allowed.iter().map(String::as_str));
    let told = match place {
        Place::Flag(flag) => {
            words(format!("`{flag}` has no value `{word}`")).nearest(near.map(|near| format!("{flag} {near}")))
        }
        Place::Variable(name) => {
            words(format!("`{name}` has no value `{word}`")).nearest(near.map(|near| format!("{name}={near}")))
        }
        Place::Key { key, file } => words(format!("`{key}` in `{file}` has no value `{word}`"))
            .nearest(near.map(|near| format!("{key} = \"{near}\""))),
    };
    let listed: Vec<String> = allowed.iter().map(|word| format!("`{word}`")).collect();
    if near.is_some() { told } else { told.because(format!("it is one of {}", listed.join(", "))) }
}

fn occupied(path: &str, holds: &[String], typed: Option<&str>) -> Words {
    let told = words(format!("`{path}` exists and is not empty"));
    let told = match holds {
        [] => told.because("another program has just made it"),
        holds => told.because(format!("it holds {}", some(holds))),
    };
    match typed {
        Some(typed) => told.help(format!("to see what would be replaced: `{typed} --force --dry-run`")),
        None => told,
    }
}

/// The first few of `names`.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// In the three parts of cargo's own messages: what is wrong, how to keep the directory, what could do.
fn name_words(name: &str, fault: Fault, better: Option<&String>, path: Option<&str>) -> Words {
    let reason = match fault {
        Fault::Empty => "a name cannot be empty".to_owned(),
        Fault::Start(first) if first.is_ascii_digit() => "a name cannot start with a digit".to_owned(),
        Fault::Start(first) => {
            format!("a name cannot start with `{first}`, only with an ASCII letter or `_`")
        }
        Fault::Character(odd) => {
            format!("`{odd}` is not allowed: a name has ASCII letters, digits, `-` and `_`")
        }
        Fault::Reserved(Reserved::Keyword) => "it is a keyword of Rust".to_owned(),
        Fault::Reserved(Reserved::Test) => "it conflicts with Rust's built-in test library".to_owned(),
        Fault::Reserved(Reserved::Std) => "it is part of Rust's standard library".to_owned(),
        Fault::Reserved(Reserved::Build) => "it conflicts with the names of cargo's build directories".to_owned(),
        Fault::Reserved(Reserved::Device) => "it is the name of a device on Windows".to_owned(),
        Fault::Dependency => "projects depend on a package of that name".to_owned(),
        Fault::Nowhere => "the path does not end in a name".to_owned(),
    };
    let told = words(format!("the name `{name}` cannot be used for a project")).because(reason);
    match (path, better) {
        (Some(path), Some(better)) => told
            .command(format!("restwell new {} --name {better}", quote(path)))
            .help("`--name` names the package and leaves the directory as it is"),
        (None, Some(better)) => told.nearest(Some(format!("--name {better}"))),
        (Some(_), None) => told.help("`--name NAME` names the package and leaves the directory as it is"),
        (None, None) => told,
    }
}

fn missing(choices: &[Choice], typed: &str) -> Words {
    let named: Vec<&str> = choices.iter().map(|choice| choice.id()).collect();
    let plural = if choices.len() == 1 { "an answer is" } else { "answers are" };
    let told = words(format!("{plural} missing and there is no one to ask: {}", named.join(", ")));
    choices
        .iter()
        .fold(told, |told, choice| {
            told.because(format!(
                "`--{}` or `{}` is not set (default `{}`)",
                choice.id(),
                crate::answers::variable(*choice),
                choice.default_value().id()
            ))
        })
        .command(format!("{typed} --yes"))
}

fn in_the_way(path: &str, what: Obstacle) -> Words {
    match what {
        Obstacle::Link => words(format!("`{path}` is a symbolic link"))
            .because("what is written through a link lands somewhere else")
            .help("name the real path, or remove the link"),
        Obstacle::File => {
            words(format!("`{path}` is a file, and a directory is needed there")).help("move it out of the way")
        }
        Obstacle::Directory => {
            words(format!("`{path}` is a directory, and a file is needed there")).help("move it out of the way")
        }
    }
}

/// What the operating system says, as a clause: it starts in lower case and has no number behind it.
fn clause(source: &std::io::Error) -> String {
    let text = source.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => source.kind().to_string(),
    }
}
