//! The command line: its definition, and one small file for each command.
//!
//! The flags of choices are derived from [`Choice::ALL`](crate::choice::Choice::ALL) in `cli/choices.rs`: a new value or
//! choice needs no line here.

mod adopt;
mod changed;
mod choices;
mod completions;
mod diff;
mod explain;
mod generate;
mod help;
mod list;
mod man;
mod mend;
mod new;
mod policy;
mod release;
mod schema;
mod set;
mod status;
mod typed;
mod undo;
mod usage;
mod variants;
mod verify;

use std::ffi::OsString;

use anstream::ColorChoice;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::command_line::CommandLine;
use crate::error::Error;
use crate::shell::{Format, OutputOptions, Shell, Verbosity};

/// APIs you can sleep on: answer a few questions about the stack, get a Rust API project that builds, runs and is tested
#[derive(Debug, Parser)]
#[command(name = "restwell", version, propagate_version = false, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 success, 1 failure, 2 usage, 3 conflicting choices, 4 missing answer, 5 target not usable, 6 differs, 7 undecided, 70 bug, 130 interrupted"
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Debug)]
struct Global {
    /// The format of the output
    #[arg(
        long,
        global = true,
        value_parser = formats([Format::Human, Format::Json]),
        default_value = "human",
        hide_default_value = true,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    format: Format,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_default_value = true,
        value_name = "WHEN",
        help_heading = "Output"
    )]
    color: Color,
    /// Do not move the cursor: for screen readers and logs
    #[arg(long, global = true, help_heading = "Output")]
    plain: bool,
    /// Print only errors and data
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,
    /// List every file
    #[arg(long, short, global = true, help_heading = "Output")]
    verbose: bool,
    /// Never prompt; also `RESTWELL_NON_INTERACTIVE=1`
    #[arg(long, global = true, help_heading = "Output")]
    non_interactive: bool,
}

/// Accepts the formats that a command supports.
fn formats<const N: usize>(formats: [Format; N]) -> impl TypedValueParser<Value = Format> {
    let offered = formats.iter().filter_map(Format::to_possible_value).collect::<Vec<_>>();
    PossibleValuesParser::new(offered).map(|word| Format::from_str(&word, false).unwrap_or_default())
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Status(status::Status),
    Diff(diff::Diff),
    Set(set::Set),
    Update(set::Update),
    Generate(generate::Generate),
    Remove(generate::Remove),
    Adopt(adopt::Adopt),
    Release(release::Release),
    Undo(undo::Undo),
    Redo(undo::Redo),
    Verify(verify::Verify),
    Policy(policy::PolicyCommand),
    List(list::List),
    Explain(explain::Explain),
    Schema(schema::Schema),
    Variants(variants::Variants),
    Completions(completions::Completions),
    Man(man::Man),
    Help(help::Help),
}

impl Command {
    /// Whether no further error can be foreseen, so that the command can be suggested.
    fn is_sound(&self) -> bool {
        match self {
            Self::New(new) => new.is_sound(),
            Self::Status(_) | Self::Diff(_) | Self::Set(_) | Self::Update(_) => true,
            Self::Generate(_) | Self::Remove(_) | Self::Adopt(_) | Self::Release(_) => true,
            Self::Undo(_) | Self::Redo(_) | Self::Verify(_) | Self::Policy(_) => true,
            Self::List(_) | Self::Explain(_) | Self::Schema(_) | Self::Variants(_) => true,
            Self::Completions(_) | Self::Man(_) | Self::Help(_) => true,
        }
    }
}

/// The names of the commands, in the order of the help.
const COMMANDS: &[&str] = &[
    "new",
    "status",
    "diff",
    "set",
    "update",
    "generate",
    "remove",
    "adopt",
    "release",
    "undo",
    "redo",
    "verify",
    "policy",
    "list",
    "explain",
    "schema",
    "variants",
    "completions",
    "man",
    "help",
];

pub use help::HelpText;

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

impl Global {
    fn options(&self) -> OutputOptions {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        OutputOptions { format: self.format, verbosity, color: self.color.into(), plain: self.plain }
    }
}

/// A parsed command line, or the error.
#[derive(Debug)]
pub enum Parsed {
    /// A command to run.
    Command(Box<Cli>),
    /// Help or the version was asked for.
    Text {
        /// `help` or `version`.
        command: &'static str,
        /// The text.
        text: String,
    },
    /// There is no command: the help to show beside the error.
    Bare(String),
    /// It is invalid.
    Error(Error),
}

/// Parses a command line. The output options are known even if it is invalid.
pub fn parse(argv: &[OsString]) -> (Parsed, OutputOptions) {
    match Cli::command().try_get_matches_from(argv).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => {
            let options = cli.global.options();
            (Parsed::Command(Box::new(cli)), options)
        }
        Err(error) => usage::translate(&error, argv),
    }
}

/// The command of a line, even if the line is invalid.
pub fn command_name(argv: &[OsString]) -> Option<&str> {
    usage::command_name(argv)
}

/// The line as data, from which fixes are derived.
pub fn typed(argv: &[OsString]) -> CommandLine {
    typed::read(argv)
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// Any error of the command.
    pub fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let Self { global, command } = self;
        match command {
            Command::New(new) => new.run(global.non_interactive, shell),
            Command::Status(status) => status.run(shell),
            Command::Diff(diff) => diff.run(shell),
            Command::Set(set) => set.run(shell),
            Command::Update(update) => update.run(shell),
            Command::Generate(generate) => generate.run(shell),
            Command::Remove(remove) => remove.run(shell),
            Command::Adopt(adopt) => adopt.run(shell),
            Command::Release(release) => release.run(shell),
            Command::Undo(undo) => undo.run(shell),
            Command::Redo(redo) => redo.run(shell),
            Command::Verify(verify) => verify.run(shell),
            Command::Policy(policy) => policy.run(shell),
            Command::List(list) => list.run(shell),
            Command::Explain(explain) => explain.run(shell),
            Command::Schema(schema) => schema.run(shell),
            Command::Variants(variants) => variants.run(shell),
            Command::Completions(completions) => completions.run(shell),
            Command::Man(man) => man.run(shell),
            Command::Help(help) => help.run(shell),
        }
    }
}

/// Prints the warnings about variables.
fn warn_of(warnings: &[String], shell: &mut Shell) {
    for warning in warnings {
        shell.warn(warning);
    }
}

/// The definition that help, completions and manual pages share.
fn definition() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_definition_is_sound() {
        super::definition().debug_assert();
        let names: Vec<String> =
            super::definition().get_subcommands().map(|command| command.get_name().to_owned()).collect();
        assert_eq!(names, super::COMMANDS);
    }
}
