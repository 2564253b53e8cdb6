//! `restwell list`: every choice, its values, what each adds, and the rules between them.

use std::collections::BTreeMap;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::addition::Addition;
use crate::answers;
use crate::choice::{Choice, Value};
use crate::error::Error;
use crate::feature::Offer;
use crate::preset::{PRESETS, Preset};
use crate::report::StackData;
use crate::rules::RULES;
use crate::shell::Shell;
use crate::wrap::wrap;

/// Where the second column starts.
const COLUMN: usize = 14;

/// Show every choice, its values and what each adds
#[derive(Args, Debug)]
pub(super) struct List {}

/// All choices, presets and rules.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Listing {
    choices: Vec<ChoiceData>,
    presets: Vec<PresetData>,
    rules: Vec<RuleData>,
}

/// A choice.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ChoiceData {
    id: &'static str,
    question: &'static str,
    /// Its flag.
    flag: String,
    /// Its environment variable.
    variable: String,
    default: &'static str,
    values: Vec<OfferData>,
}

/// A value of a choice.
#[derive(Debug, Serialize, JsonSchema)]
struct OfferData {
    id: &'static str,
    label: &'static str,
    /// The difference from the other values, in one clause.
    clause: &'static str,
    cost: &'static str,
    why: &'static str,
    /// When to pick it: a clause that follows "pick it".
    pick: &'static str,
    adds: Addition,
}

/// A preset.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PresetData {
    id: &'static str,
    about: &'static str,
    #[schemars(with = "BTreeMap<String, String>")]
    stack: StackData,
}

/// Two values that cannot be combined.
#[derive(Debug, Serialize, JsonSchema)]
struct RuleData {
    code: &'static str,
    values: [String; 2],
    because: &'static str,
}

impl List {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        super::warn_of(&answers::check(&answers::environment())?, shell);
        let width = shell.width();
        shell.answer("list", Listing::new, || Listing::new().text(width))
    }
}

impl Listing {
    fn new() -> Self {
        let rules = clashes().map(|Clash { code, one, other, because }| RuleData {
            code,
            values: [one.to_string(), other.to_string()],
            because,
        });
        Self {
            choices: Choice::ALL.iter().map(|&choice| ChoiceData::of(choice)).collect(),
            presets: PRESETS.iter().map(PresetData::of).collect(),
            rules: rules.collect(),
        }
    }

    fn text(&self, width: usize) -> String {
        let mut lines = Vec::new();
        for choice in &self.choices {
            lines.extend(choice.lines(width));
            lines.push(String::new());
        }
        lines.push("presets".to_owned());
        lines.extend(self.presets.iter().flat_map(|preset| preset.line(width)));
        lines.push(String::new());
        lines.push("rules".to_owned());
        lines.extend(self.rules.iter().flat_map(|RuleData { code, values: [one, other], because }| {
            wrap(&format!("  {one} cannot be used with {other}: {because} ({code})"), width, 4)
        }));
        lines.join("\n") + "\n"
    }
}

impl ChoiceData {
    pub(super) fn of(choice: Choice) -> Self {
        Self {
            id: choice.id(),
            question: choice.question(),
            flag: choice.flag(),
            variable: choice.variable(),
            default: choice.default_value().id(),
            values: choice.values().iter().map(|&value| OfferData::of(value)).collect(),
        }
    }

    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = wrap(&format!("{:<13} {}", self.flag, self.question), width, COLUMN);
        for OfferData { id, cost, adds, .. } in &self.values {
            let default = if *id == self.default { " (default)" } else { "" };
            lines.extend(wrap(&format!("  {id:<11} {cost}{default}"), width, COLUMN));
            if !adds.is_empty() {
                lines.extend(wrap(&format!("{:COLUMN$}{adds}", ""), width, COLUMN));
            }
        }
        lines
    }
}

impl OfferData {
    fn of(value: Value) -> Self {
        let Offer { label, clause, cost, why, pick } = value.offer();
        Self { id: value.id(), label, clause, cost, why, pick, adds: Addition::of(value) }
    }
}

impl PresetData {
    pub(super) fn of(preset: &Preset) -> Self {
        let stack = StackData::of(Choice::ALL.iter().map(|&choice| preset.value(choice)));
        Self { id: preset.id, about: preset.about, stack }
    }

    fn line(&self, width: usize) -> Vec<String> {
        wrap(&format!("  {:<11} {}", self.id, self.about), width, COLUMN)
    }

    /// The preset with its values.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = wrap(&format!("{}: {}", self.id, self.about), width, 2);
        lines.push(String::new());
        lines.extend(self.stack.pairs().map(|(choice, value)| format!("  {choice:<11} {value}")));
        lines
    }
}

/// Two values that a rule excludes.
pub(super) struct Clash {
    pub(super) code: &'static str,
    pub(super) one: Value,
    pub(super) other: Value,
    pub(super) because: &'static str,
}

/// Every pair of values that cannot be combined.
pub(super) fn clashes() -> impl Iterator<Item = Clash> {
    let values: Vec<Value> = Value::all().collect();
    let mut found = Vec::new();
    for (index, &one) in values.iter().enumerate() {
        for &other in &values[index + 1..] {
            found.extend(RULES.iter().filter(|rule| rule.separates(one, other)).map(|rule| Clash {
                code: rule.code,
                one,
                other,
                because: rule.because,
            }));
        }
    }
    found.into_iter()
}
