//! `restwell variants`: stacks as data, for a CI matrix.

use std::collections::BTreeMap;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::report::StackData;
use crate::shell::{Format, Shell};
use crate::stack::Stack;
use crate::variants;

/// Print stacks as data for a CI matrix
#[derive(Args, Debug)]
pub(super) struct Variants {
    /// Every valid stack (the default)
    #[arg(long, group = "which")]
    all: bool,
    /// Stacks whose Rust code differs
    #[arg(long, group = "which")]
    rust: bool,
    /// A few of these that cover every valid pair of values that reach the Rust code
    #[arg(long, group = "which")]
    pairwise: bool,
    /// The format of the output
    // Replaces the global flag: this command has one more format.
    #[arg(
        id = "format",
        long,
        value_parser = super::formats([Format::Human, Format::Json, Format::GithubMatrix]),
        default_value = "human",
        hide_default_value = true,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    _format: Format,
}

/// Stacks.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct VariantList {
    variants: Vec<Variant>,
}

/// The matrix of a job in GitHub Actions.
#[derive(Debug, Serialize)]
struct Matrix {
    include: Vec<Variant>,
}

/// A stack.
#[derive(Debug, Serialize, JsonSchema)]
struct Variant {
    /// Its values joined: a name that fits a path.
    id: String,
    #[schemars(with = "BTreeMap<String, String>")]
    stack: StackData,
}

impl Variants {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let stacks = match (self.rust, self.pairwise) {
            (true, _) => Stack::rust_distinct(),
            (false, true) => variants::pairwise(),
            (false, false) => Stack::all(),
        };
        match shell.options.format {
            Format::Human | Format::Sarif => shell.data(stacks.iter().map(line).collect::<String>()),
            Format::Json => shell.json("variants", VariantList { variants: stacks.iter().map(Variant::of).collect() }),
            Format::GithubMatrix => shell.object(&Matrix { include: stacks.iter().map(Variant::of).collect() }),
        }
    }
}

impl Variant {
    fn of(stack: &Stack) -> Self {
        Self { id: variants::id(stack), stack: StackData::of_stack(stack) }
    }
}

fn line(stack: &Stack) -> String {
    let values: Vec<String> = stack.values().map(|value| value.to_string()).collect();
    values.join(" ") + "\n"
}
