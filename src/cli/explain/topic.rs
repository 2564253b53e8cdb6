//! The explanation of one topic, as text and as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::receipt::Receipt;
use crate::addition::Addition;
use crate::choice::{Choice, Value};
use crate::cli::list::{self, ChoiceData, PresetData};
use crate::command_line::CommandLine;
use crate::error::{self, Code, Error, Words};
use crate::feature::Offer;
use crate::preset::Preset;
use crate::rules::Rule;
use crate::wrap::wrap;

/// What `explain` prints: one topic, or several.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::cli) enum Explained {
    One(Box<Topic>),
    Several { topics: Vec<Topic> },
}

/// A topic.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::cli) enum Topic {
    /// An error code.
    Code {
        code: &'static str,
        exit: u8,
        title: &'static str,
        meaning: String,
        /// For a rule: every pair of values that it excludes.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        values: Vec<String>,
    },
    /// A choice with all its values.
    Choice(ChoiceData),
    /// A preset.
    Preset(PresetData),
    /// Values that can be combined.
    Values { allowed: bool, values: Vec<ValueData> },
    /// Values that cannot be combined.
    Conflict {
        allowed: bool,
        code: &'static str,
        message: String,
        reasons: Vec<String>,
        /// Commands for the nearest valid stacks.
        nearest: Vec<String>,
    },
    /// What was proved of a stack.
    Receipt(Receipt),
}

/// A value.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::cli) struct ValueData {
    /// `cache=memory`
    value: String,
    label: &'static str,
    cost: &'static str,
    why: &'static str,
    /// When to pick it.
    pick: &'static str,
    adds: Addition,
    clashes: Vec<ClashData>,
}

/// A value that cannot be combined with another.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::cli) struct ClashData {
    value: String,
    because: &'static str,
}

impl Explained {
    pub(super) fn of(mut topics: Vec<Topic>) -> Self {
        if topics.len() == 1 { Self::One(Box::new(topics.remove(0))) } else { Self::Several { topics } }
    }
}

impl Topic {
    pub(super) fn code(Code { id, title, meaning }: Code) -> Self {
        Self::Code { code: id, exit: error::exit(id), title, meaning: meaning.to_owned(), values: Vec::new() }
    }

    pub(super) fn rule(rule: &Rule) -> Self {
        let pairs = list::clashes()
            .filter(|clash| clash.code == rule.code)
            .map(|clash| format!("{} and {}", clash.one, clash.other));
        Self::Code {
            code: rule.code,
            exit: error::exit(rule.code),
            title: "these values cannot be combined",
            meaning: sentence(rule.because),
            values: pairs.collect(),
        }
    }

    pub(super) fn choice(choice: Choice) -> Self {
        Self::Choice(ChoiceData::of(choice))
    }

    pub(super) fn preset(preset: &Preset) -> Self {
        Self::Preset(PresetData::of(preset))
    }

    pub(super) fn values(values: &[Value]) -> Self {
        Self::Values { allowed: true, values: values.iter().map(|&value| ValueData::of(value)).collect() }
    }

    pub(super) fn conflict(error: &Error, line: &CommandLine) -> Self {
        let Words { message, reasons, fixes, .. } = error.words(line);
        let nearest = fixes.iter().map(CommandLine::to_string).collect();
        Self::Conflict { allowed: false, code: error.code(), message, reasons, nearest }
    }

    /// The topic as text. Commands are not wrapped.
    pub(super) fn text(&self, width: usize) -> String {
        let lines = match self {
            Self::Code { code, exit, title, meaning, values } => {
                let mut lines = vec![format!("{code}: {title} (exit code {exit})"), String::new()];
                lines.extend(wrap(meaning, width, 0));
                if !values.is_empty() {
                    lines.push(String::new());
                }
                lines.extend(values.iter().map(|pair| format!("  {pair}")));
                lines
            }
            Self::Choice(choice) => choice.lines(width),
            Self::Preset(preset) => preset.lines(width),
            Self::Values { values, .. } => {
                let values: Vec<String> = values.iter().map(|value| value.lines(width).join("\n")).collect();
                vec![values.join("\n\n")]
            }
            Self::Receipt(receipt) => return receipt.text(),
            Self::Conflict { code, message, reasons, nearest, .. } => {
                let mut lines = vec![format!("{message} ({code})")];
                lines.extend(reasons.iter().flat_map(|reason| wrap(&format!("  because: {reason}"), width, 11)));
                lines.extend(nearest.iter().map(|command| format!("  try: {command}")));
                lines
            }
        };
        lines.join("\n") + "\n"
    }
}

impl ValueData {
    fn of(value: Value) -> Self {
        let Offer { label, cost, why, pick, .. } = value.offer();
        let clashes = list::clashes().filter(|clash| clash.one == value || clash.other == value).map(|clash| {
            let other = if clash.one == value { clash.other } else { clash.one };
            ClashData { value: other.to_string(), because: clash.because }
        });
        let adds = Addition::of(value);
        Self { value: value.to_string(), label, cost, why, pick, adds, clashes: clashes.collect() }
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let Self { value, label, cost, why, pick, adds, clashes } = self;
        let mut paragraphs =
            vec![format!("{value}: {label}"), String::new(), format!("{why} Pick it {pick}. It costs: {cost}.")];
        if !adds.is_empty() {
            paragraphs.push(format!("It {adds}."));
        }
        paragraphs.extend(
            clashes.iter().map(|ClashData { value, because }| format!("It cannot be used with {value}: {because}.")),
        );
        paragraphs.iter().flat_map(|paragraph| wrap(paragraph, width, 0)).collect()
    }
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
