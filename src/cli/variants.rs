//! `restwell variants`: stacks as data, for a CI matrix.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::error::Error;
use crate::report::of_stack;
use crate::shell::{Format, Shell};
use crate::stack::Stack;
use crate::variants;

/// Print stacks as data for a CI matrix
#[derive(Args, Debug)]
pub(super) struct Variants {
    /// Every valid stack (the default)
    #[arg(long, group = "which")]
    all: bool,
    /// Those whose Rust differs
    #[arg(long, group = "which")]
    rust: bool,
    /// A few with distinct Rust in which every two values that can meet do meet
    #[arg(long, group = "which")]
    pairwise: bool,
}

impl Variants {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let stacks = match (self.rust, self.pairwise) {
            (true, _) => Stack::rust_distinct(),
            (false, true) => variants::pairwise(),
            (false, false) => Stack::all(),
        };
        match shell.manner.format {
            Format::Human => shell.data(stacks.iter().map(line).collect::<String>()),
            Format::Json => shell.json("variants", json!({ "variants": stacks.iter().map(data).collect::<Vec<_>>() })),
            Format::GithubMatrix => {
                let include: Vec<Json> = stacks.iter().map(data).collect();
                shell.data(format_args!("{}\n", json!({ "include": include })))
            }
        }
    }
}

fn data(stack: &Stack) -> Json {
    json!({ "id": variants::id(stack), "stack": of_stack(stack) })
}

fn line(stack: &Stack) -> String {
    let values: Vec<String> = stack.values().map(|value| value.to_string()).collect();
    values.join(" ") + "\n"
}
