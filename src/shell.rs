//! The only file that prints: messages to stderr, data to stdout.
//!
//! Colour is decided once, from `--color`, `NO_COLOR`, `CLICOLOR_FORCE`, `TERM` and whether stderr is a terminal. Colour
//! is never the only carrier of meaning: the text is the same without it.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;
use terminal_size::terminal_size_of;

use crate::command_line::CommandLine;
use crate::envelope::{Failure, Success};
use crate::error::{Error, Words};
use crate::wrap;

/// The word `error`.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `warning`.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The labels `because`, `try` and `help`.
pub const LABEL: Style = AnsiColor::Cyan.on_default().bold();
/// The word `created`.
pub const DONE: Style = AnsiColor::Green.on_default().bold();
/// Names and commands.
pub const STRONG: Style = Style::new().bold();
/// Secondary text.
pub const QUIET: Style = Style::new().dimmed();

/// The format of output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people
    #[default]
    Human,
    /// One JSON object
    Json,
    /// A matrix for GitHub Actions; of `variants` alone
    GithubMatrix,
    /// Results for a code host; of `policy` alone
    Sarif,
}

/// How much is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors and data only.
    Quiet,
    /// Also progress and warnings.
    #[default]
    Normal,
    /// Also every file.
    Verbose,
}

/// How output looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutputOptions {
    /// The format of output.
    pub format: Format,
    /// How much is printed.
    pub verbosity: Verbosity,
    /// When to use colour.
    pub color: ColorChoice,
    /// Whether to leave the cursor alone, for screen readers and logs.
    pub plain: bool,
}

/// The writers that all output goes through.
pub struct Shell {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    colored: bool,
    /// Whether stdin and stderr are a terminal.
    is_on_terminal: bool,
    width: usize,
    /// How output looks.
    pub options: OutputOptions,
}

impl Shell {
    /// Prints to this process's stdout and stderr.
    #[expect(clippy::disallowed_methods, reason = "the one place that prints")]
    pub fn new(options: OutputOptions) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let columns = terminal_size_of(&out).map(|(columns, _)| usize::from(columns.0));
        let width = columns.map_or(wrap::WIDTH, |columns| columns.min(wrap::WIDTH));
        let is_on_terminal = io::stdin().is_terminal() && err.is_terminal();
        let color = match options.color {
            ColorChoice::Auto => AutoStream::choice(&err),
            forced => forced,
        };
        let colored = color != ColorChoice::Never;
        Self { out: Box::new(out), err: Box::new(AutoStream::new(err, color)), colored, is_on_terminal, width, options }
    }

    /// Prints to two writers, without colour or prompts.
    pub fn to(out: Box<dyn Write>, err: Box<dyn Write>, options: OutputOptions) -> Self {
        Self { out, err, colored: false, is_on_terminal: false, width: wrap::WIDTH, options }
    }

    /// `text` in a style, if colour is on.
    pub fn paint(&self, style: Style, text: impl Display) -> String {
        if self.colored { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Whether text on stderr is coloured.
    pub fn is_colored(&self) -> bool {
        self.colored
    }

    /// Whether prompts are possible.
    pub fn can_ask(&self) -> bool {
        self.options.format == Format::Human && self.is_on_terminal
    }

    /// Whether every file is listed.
    pub fn is_verbose(&self) -> bool {
        self.options.verbosity == Verbosity::Verbose
    }

    /// Whether only errors and data are printed.
    pub fn is_quiet(&self) -> bool {
        self.options.verbosity == Verbosity::Quiet
    }

    /// Prints a message, unless quiet.
    pub fn say(&mut self, line: impl Display) {
        if !self.is_quiet() {
            self.message(line);
        }
    }

    /// Prints a warning, unless quiet.
    pub fn warn(&mut self, text: impl Display) {
        let label = self.paint(WARNING, "warning");
        self.say(format!("{label}: {text}"));
    }

    /// Prints a part of a prompt, even when quiet.
    pub fn ask(&mut self, line: impl Display) {
        self.message(line);
    }

    /// Prints data to stdout.
    ///
    /// # Errors
    /// [`Error::Output`], except for a closed pipe, which is not an error.
    pub fn data(&mut self, text: impl Display) -> Result<(), Error> {
        match write!(self.out, "{text}").and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Output(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Prints the data of `command` as one JSON object.
    ///
    /// # Errors
    /// [`Error::Output`]
    pub fn json(&mut self, command: &str, data: impl Serialize) -> Result<(), Error> {
        self.object(&Success::new(command, data))
    }

    /// Prints the result of `command` in the requested format.
    ///
    /// # Errors
    /// [`Error::Output`]
    pub fn answer<T: Serialize>(
        &mut self,
        command: &str,
        data: impl FnOnce() -> T,
        text: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        match self.options.format {
            Format::Json => self.json(command, data()),
            Format::Human | Format::GithubMatrix | Format::Sarif => self.data(text()),
        }
    }

    /// Prints an object on one line.
    ///
    /// # Errors
    /// [`Error::Output`]
    pub fn object(&mut self, object: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(object).map_err(|error| Error::Bug(error.to_string()))?;
        self.data(format_args!("{text}\n"))
    }

    /// The width for text on stdout.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Prints an error that `typed` led to, as text on stderr or as a JSON object on stdout.
    pub fn error(&mut self, command: Option<&str>, error: &Error, typed: &CommandLine) {
        let words = self.words(error, typed);
        if self.options.format == Format::Json && self.object(&Failure::new(command, error, words.clone())).is_ok() {
            return;
        }
        let text = self.text(error, words);
        // If stderr is closed, the exit code still reports the failure.
        let _ = write!(self.err, "{text}");
    }

    /// The text of an error. Where prompts are not possible, its fixes need none.
    fn words(&self, error: &Error, typed: &CommandLine) -> Words {
        let mut words = error.words(typed);
        let asks = self.can_ask() && !typed.has("--non-interactive");
        let is_open =
            |line: &CommandLine| line.command() == Some("new") && !line.has("--preset") && !line.has("--help");
        for fix in words.fixes.iter_mut().filter(|line| !asks && is_open(line)) {
            *fix = fix.clone().with_flag("--yes");
        }
        let is_nameless = |line: &CommandLine| {
            line.plain().eq(["new"]) && !line.has("--help") && !line.has("--name") && !line.has("--answers")
        };
        for fix in words.fixes.iter_mut().filter(|line| !asks && is_nameless(line)) {
            *fix = fix.clone().with_word("shop-api");
        }
        words
    }

    fn message(&mut self, line: impl Display) {
        if self.options.format != Format::Json {
            // A closed stderr is not an error.
            let _ = writeln!(self.err, "{line}");
        }
    }

    fn text(&self, error: &Error, words: Words) -> String {
        let Words { message, reasons, fixes, mut help } = words;
        let code = error.code();
        if !matches!(error, Error::Interrupted) {
            help.push(format!("`restwell explain {code}`"));
        }
        let commands: Vec<String> = fixes.iter().map(CommandLine::to_string).collect();
        let mut text = format!("{}: {message}\n", self.paint(ERROR, format_args!("error[{code}]")));
        for (label, indent, lines) in [("because", "  ", reasons), ("try", "  ", commands), ("help", "", help)] {
            let start = format!("\n{indent}{:width$} ", "", width = label.len() + 1);
            let mut lines = lines.into_iter().map(|line| line.replace('\n', &start));
            if let Some(first) = lines.next() {
                text.push_str(&format!("{indent}{} {first}\n", self.paint(LABEL, format_args!("{label}:"))));
            }
            for line in lines {
                text.push_str(&format!("{indent}{:width$} {line}\n", "", width = label.len() + 1));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_aligned_under_its_labels() {
        let shell = Shell::to(Box::new(io::sink()), Box::new(io::sink()), OutputOptions::default());
        let error = Error::UnknownVariable {
            name: "RESTWELL_CASHE".into(),
            value: "none".into(),
            nearest: "RESTWELL_CACHE".into(),
        };
        assert_eq!(
            shell.text(&error, shell.words(&error, &CommandLine::new(["list"]))),
            "error[RW0103]: unknown variable `RESTWELL_CASHE`\n  \
             because: it looks like a misspelling of `RESTWELL_CACHE`\n  \
             try: env -u RESTWELL_CASHE RESTWELL_CACHE=none restwell list\n\
             help: `restwell explain RW0103`\n"
        );
    }

    #[test]
    fn the_object_has_what_scripts_branch_on() {
        let error = Error::Bug("it broke".into());
        let failure = Failure::new(Some("new"), &error, error.words(&CommandLine::default()));
        let object = serde_json::to_value(failure).expect("JSON");
        assert_eq!(object["ok"], false);
        assert_eq!(object["error"]["code"], "RW0701");
        assert_eq!(object["error"]["exit"], 70);
    }
}
