//! The only file that prints: text for people to stderr, data to stdout, errors in one form for both.
//!
//! Whether there is colour is decided once, from `--color`, `NO_COLOR`, `CLICOLOR_FORCE`, `TERM` and where stderr leads.
//! Colour never carries meaning alone: the words are the same without it.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::error::{Error, Fix, Words};

/// The word `error`.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `warning`.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The words `because`, `nearest` and `help`.
pub const LABEL: Style = AnsiColor::Cyan.on_default().bold();
/// What happened, said once.
pub const DONE: Style = AnsiColor::Green.on_default().bold();
/// Names and commands.
pub const STRONG: Style = Style::new().bold();
/// What may be skipped.
pub const QUIET: Style = Style::new().dimmed();

/// What an answer looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people
    #[default]
    Human,
    /// One JSON object
    Json,
    /// A matrix for GitHub Actions; of `variants` alone
    GithubMatrix,
}

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors and data alone.
    Quiet,
    /// What a person wants to know.
    #[default]
    Normal,
    /// Every file.
    Verbose,
}

/// How to talk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// What an answer looks like.
    pub format: Format,
    /// How much is told.
    pub verbosity: Verbosity,
    /// When there is colour.
    pub color: ColorChoice,
    /// Whether the cursor stays where text leaves it.
    pub plain: bool,
}

/// Where text goes.
pub struct Shell {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    colored: bool,
    /// Whether both ends of a conversation are a terminal.
    is_on_terminal: bool,
    /// How to talk.
    pub manner: Manner,
}

impl Shell {
    /// Talks to this process's stdout and stderr.
    #[expect(clippy::disallowed_methods, reason = "the one place that prints")]
    pub fn new(manner: Manner) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let is_on_terminal = io::stdin().is_terminal() && err.is_terminal();
        let color = match manner.color {
            ColorChoice::Auto => AutoStream::choice(&err),
            forced => forced,
        };
        let colored = color != ColorChoice::Never;
        Self { out: Box::new(out), err: Box::new(AutoStream::new(err, color)), colored, is_on_terminal, manner }
    }

    /// Talks to two writers, without colour or questions.
    pub fn to(out: Box<dyn Write>, err: Box<dyn Write>, manner: Manner) -> Self {
        Self { out, err, colored: false, is_on_terminal: false, manner }
    }

    /// `text` in a style, if there is colour.
    pub fn paint(&self, style: Style, text: impl Display) -> String {
        if self.colored { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Whether text on stderr may have colour.
    pub fn is_colored(&self) -> bool {
        self.colored
    }

    /// Whether a person is there to be asked.
    pub fn can_ask(&self) -> bool {
        self.manner.format == Format::Human && self.is_on_terminal
    }

    /// Whether every file is told.
    pub fn is_verbose(&self) -> bool {
        self.manner.verbosity == Verbosity::Verbose
    }

    /// A line for a person.
    pub fn say(&mut self, line: impl Display) {
        if self.manner.verbosity != Verbosity::Quiet {
            self.tell(line);
        }
    }

    /// A warning for a person.
    pub fn warn(&mut self, text: impl Display) {
        let label = self.paint(WARNING, "warning");
        self.say(format!("{label}: {text}"));
    }

    /// A question or what belongs to it: said even when little is told, since someone is waiting.
    pub fn ask(&mut self, line: impl Display) {
        self.tell(line);
    }

    /// The data of a command, for people or as it stands.
    ///
    /// # Errors
    /// [`Error::Output`] unless the reader has just gone, which is its right.
    pub fn data(&mut self, text: impl Display) -> Result<(), Error> {
        match write!(self.out, "{text}").and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Output(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The data of `command` as one JSON object.
    ///
    /// # Errors
    /// [`Error::Output`]
    pub fn json(&mut self, command: &str, data: Value) -> Result<(), Error> {
        self.data(format_args!("{}\n", json!({ "ok": true, "command": command, "data": data })))
    }

    /// What `command` was asked for, in the form that was asked for: data for programs, text for people.
    ///
    /// # Errors
    /// [`Error::Output`]
    pub fn answer(
        &mut self,
        command: &str,
        data: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        match self.manner.format {
            Format::Json => self.json(command, data()),
            Format::Human | Format::GithubMatrix => self.data(text()),
        }
    }

    /// An error, as text on stderr or as a JSON object on stdout.
    pub fn error(&mut self, command: Option<&str>, error: &Error) {
        let text = self.text(error);
        if self.manner.format == Format::Json {
            let object = object(command, error);
            if self.data(format_args!("{object}\n")).is_ok() {
                return;
            }
        }
        // A reader of stderr that has gone cannot be told so; the exit code says it all the same.
        let _ = write!(self.err, "{text}");
    }

    fn tell(&mut self, line: impl Display) {
        if self.manner.format != Format::Json {
            // A reader of stderr that has gone cannot be told so.
            let _ = writeln!(self.err, "{line}");
        }
    }

    fn text(&self, error: &Error) -> String {
        let Words { message, reasons, fixes } = error.words();
        let code = error.code();
        let mut text = format!("{}: {message}\n", self.paint(ERROR, format_args!("error[{code}]")));
        let mut last = "";
        for (label, line) in reasons.iter().map(|reason| ("because", reason.clone())).chain(fixes.iter().map(labelled))
        {
            let indent = if label == "help" { "" } else { "  " };
            if label == last {
                text.push_str(&format!("{indent}{:width$} {line}\n", "", width = label.len() + 1));
            } else {
                text.push_str(&format!("{indent}{} {line}\n", self.paint(LABEL, format_args!("{label}:"))));
            }
            last = label;
        }
        let explain = format!("`restwell explain {code}`\n");
        match (last, error) {
            (_, Error::Interrupted) => {}
            ("help", _) => text.push_str(&format!("      {explain}")),
            _ => text.push_str(&format!("{} {explain}", self.paint(LABEL, "help:"))),
        }
        text
    }
}

fn labelled(fix: &Fix) -> (&'static str, String) {
    match fix {
        Fix::Command(command) => ("nearest", command.clone()),
        Fix::Word(word) => ("nearest", format!("`{word}`")),
        Fix::Help(text) => ("help", text.clone()),
    }
}

fn object(command: Option<&str>, error: &Error) -> Value {
    let Words { message, reasons, fixes } = error.words();
    let fixes: Vec<&str> = fixes.iter().map(Fix::text).collect();
    let error = json!({
        "code": error.code(), "exit": error.exit(), "message": message, "reasons": reasons, "fixes": fixes,
    });
    json!({ "ok": false, "command": command, "error": error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_aligned_under_its_labels() {
        let shell = Shell::to(Box::new(io::sink()), Box::new(io::sink()), Manner::default());
        let error = Error::UnknownVariable { name: "RESTWELL_CASHE".into(), nearest: Some("RESTWELL_CACHE".into()) };
        assert_eq!(
            shell.text(&error),
            "error[RW0103]: the variable `RESTWELL_CASHE` means nothing to restwell\n  \
             because: a variable that starts with `RESTWELL_` is never skipped\n  \
             nearest: `RESTWELL_CACHE`\n\
             help: `restwell explain RW0103`\n"
        );
    }

    #[test]
    fn the_object_has_what_scripts_branch_on() {
        let object = object(Some("new"), &Error::Bug("it broke".into()));
        assert_eq!(object["ok"], false);
        assert_eq!(object["error"]["code"], "RW0701");
        assert_eq!(object["error"]["exit"], 70);
    }
}
