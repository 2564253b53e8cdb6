//! `restwell explain --receipt`: what was compiled and tested of a stack.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::value;
use crate::choice::{Choice, Value};
use crate::disk::Root;
use crate::error::Error;
use crate::preset::{PRESETS, Preset};
use crate::project::Project;
use crate::proof::{self, PROOFS, Proof};
use crate::report::StackData;
use crate::spelling;
use crate::stack::{Answers, Origin, Stack};

/// What was proved of a stack.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::cli) struct Receipt {
    /// The value of each choice.
    #[schemars(with = "BTreeMap<String, String>")]
    stack: StackData,
    /// Whether this version renders the files that were compiled and tested.
    holds: bool,
    /// What was recorded; null if the stack was never compiled.
    proof: Option<Proof>,
}

/// The stack that the words ask for.
pub(super) fn stack(words: &[String]) -> Result<Stack, Error> {
    if words.is_empty()
        && let Ok(root) = Root::find()
    {
        return Ok(Project::at(root)?.base.stack);
    }
    let mut answers = Answers::default();
    for word in words {
        answers = match Preset::named(word) {
            Some(preset) => answers.or(&preset.answers()),
            None => [(value_of(word)?, Origin::Flag)].into_iter().collect::<Answers>().or(&answers),
        };
    }
    match Stack::resolve(&answers) {
        Ok(resolution) => Ok(resolution.stack),
        Err(conflict) => Err(Error::Conflict { conflict, answers }),
    }
}

/// The value that a word is: `cache=redis`, or `redis`, which no other choice has.
fn value_of(word: &str) -> Result<Value, Error> {
    if let Ok(value) = value(word) {
        return Ok(value);
    }
    let same: Vec<Value> = Value::all().filter(|value| value.id() == word).collect();
    match same[..] {
        [only] => Ok(only),
        [] => Err(unknown(word, None)),
        [first, ..] => Err(unknown(word, Some(first))),
    }
}

/// The error about a word that is neither a value nor a preset, with the one that was probably meant.
fn unknown(word: &str, meant: Option<Value>) -> Error {
    let ids = PRESETS.iter().map(|preset| preset.id).chain(Value::all().map(Value::id)).map(str::to_owned);
    let known: Vec<String> = ids.chain(Value::all().map(|value| value.to_string())).collect();
    let similar = || spelling::nearest(word, known.iter().map(String::as_str)).map(str::to_owned);
    let meant = meant.or(Choice::named(word).map(Choice::default_value));
    Error::NothingToExplain { word: word.to_owned(), nearest: meant.map(|value| value.to_string()).or_else(similar) }
}

impl Receipt {
    pub(super) fn of(stack: &Stack) -> Result<Self, Error> {
        let holds = PROOFS.holding(stack, None)?.is_some();
        Ok(Self { stack: StackData::of_stack(stack), holds, proof: PROOFS.of(stack) })
    }

    pub(super) fn text(&self) -> String {
        let Self { stack, holds, proof } = self;
        let values = stack.pairs().map(|(choice, value)| format!("{choice}={value}"));
        let mut lines = vec![values.collect::<Vec<_>>().join(" ")];
        lines.push(proof::line(proof.as_ref().filter(|_| *holds)));
        if let Some(proof) = proof {
            if !holds {
                lines.push(format!("before the last change of its files: {}", proof.text()));
            }
            let Proof { stack, digest, lock, date, .. } = proof;
            lines.push(format!("on {date}: Rust of {stack}, digest {digest}, Cargo.lock {lock}"));
        }
        lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    #[test]
    fn words_are_presets_and_values() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let found = stack(&words("minimal ci=github")).expect("valid");
        assert_eq!(found.get(Choice::Cache).id(), "none");
        assert_eq!(found.get(Choice::Ci).id(), "github");
        assert!(matches!(stack(&words("cache")), Err(Error::NothingToExplain { .. })));
        assert!(matches!(stack(&words("database=none cache=redis")), Err(Error::Conflict { .. })));
    }
}
