//! `restwell explain`: details of choices, values, presets, conflicts and error codes.

mod receipt;
mod topic;

use clap::Args;

use super::choices::check_pairs;
use crate::answers;
use crate::choice::{Choice, Value};
use crate::command_line::CommandLine;
use crate::error::{CODES, Code, Error};
use crate::preset::{PRESETS, Preset};
use crate::rules::RULES;
use crate::shell::Shell;
use crate::spelling;
use crate::stack::{Answers, Origin, Stack};

use receipt::Receipt;
pub(super) use topic::{Explained, Topic};

/// Explain error codes, choices, values or presets, or why values cannot be combined
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// Error codes (`RW0301`), choices (`cache`), values (`redis`, `database=none cache=memory`) or presets
    /// (`standard`)
    #[arg(value_name = "CODE|CHOICE|VALUE|PRESET", required_unless_present = "receipt")]
    words: Vec<String>,
    /// Print what was compiled and tested of a stack: that of the values or the preset, of the project around the working
    /// directory, or of the defaults
    #[arg(long)]
    receipt: bool,
}

impl Explain {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        super::warn_of(&answers::check(&answers::environment())?, shell);
        if self.receipt {
            let receipt = Receipt::of(&receipt::stack(&self.words)?)?;
            let text = receipt.text();
            return shell.answer("explain", || Explained::One(Box::new(Topic::Receipt(receipt))), || text);
        }
        let (pairs, words): (Vec<&String>, Vec<&String>) = self.words.iter().partition(|word| word.contains('='));
        let mut topics = words.into_iter().map(|word| topic(word)).collect::<Result<Vec<_>, _>>()?;
        if !pairs.is_empty() {
            topics.push(together(pairs.into_iter().map(|pair| value(pair)).collect::<Result<_, _>>()?)?);
        }
        let width = shell.width();
        let text = || topics.iter().map(|topic| topic.text(width)).collect::<Vec<_>>().join("\n");
        let text = text();
        shell.answer("explain", || Explained::of(topics), || text)
    }
}

/// The topic of a word.
fn topic(word: &str) -> Result<Topic, Error> {
    if let Some(code) = Code::named(word) {
        return Ok(Topic::code(code));
    }
    if let Some(rule) = RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(word)) {
        return Ok(Topic::rule(rule));
    }
    if let Some(choice) = Choice::named(word) {
        return Ok(Topic::choice(choice));
    }
    if let Some(preset) = Preset::named(word) {
        return Ok(Topic::preset(&preset));
    }
    let values: Vec<Value> = Value::all().filter(|value| value.id() == word).collect();
    if values.is_empty() { Err(unknown(word)) } else { Ok(Topic::values(&values)) }
}

fn value(word: &str) -> Result<Value, Error> {
    let found = word.split_once('=').and_then(|(choice, value)| Choice::named(choice)?.parse(value));
    found.ok_or_else(|| unknown(word))
}

fn unknown(word: &str) -> Error {
    let pairs: Vec<String> = Value::all().map(|value| value.to_string()).collect();
    let nearest = if word.contains('=') {
        spelling::nearest(word, pairs.iter().map(String::as_str))
    } else {
        let codes = CODES.iter().map(|code| code.id).chain(RULES.iter().map(|rule| rule.code));
        let names = Choice::ALL.iter().map(|choice| choice.id()).chain(PRESETS.iter().map(|preset| preset.id));
        spelling::nearest(word, codes.chain(names).chain(Value::all().map(Value::id)))
    };
    Error::NothingToExplain { word: word.to_owned(), nearest: nearest.map(str::to_owned) }
}

/// Several values: what each adds, or why they cannot be combined.
fn together(values: Vec<Value>) -> Result<Topic, Error> {
    let answers: Answers = values.iter().map(|&value| (value, Origin::Flag)).collect();
    check_pairs(&values)?;
    match Stack::resolve(&answers) {
        Ok(_) => Ok(Topic::values(&values)),
        Err(conflict) => {
            let line = CommandLine::new(["new", "shop-api"]);
            let line = values.iter().fold(line, |line, value| line.with_value(&value.choice().flag(), value.id()));
            Ok(Topic::conflict(&Error::Conflict { conflict, answers }, &line.with_flag("--yes")))
        }
    }
}
