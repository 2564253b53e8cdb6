//! `restwell list`: every choice, its values, what each adds, and the rules between them.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::addition::Addition;
use crate::answers;
use crate::choice::{Choice, Value};
use crate::error::Error;
use crate::feature::Offer;
use crate::preset::PRESETS;
use crate::report::stack_json;
use crate::rules::RULES;
use crate::shell::Shell;

/// Show every choice, its values and what each adds
#[derive(Args, Debug)]
pub(super) struct List {}

impl List {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        shell.answer("list", data, text)
    }
}

fn data() -> Json {
    let choices = Choice::ALL.iter().map(|&choice| choice_data(choice)).collect::<Vec<_>>();
    let presets = PRESETS.iter().map(|preset| {
        let stack = stack_json(Choice::ALL.iter().map(|&choice| preset.value(choice)));
        json!({ "id": preset.id, "about": preset.about, "stack": stack })
    });
    let rules = clashes().map(|clash| {
        json!({ "code": clash.code, "values": [clash.one.to_string(), clash.other.to_string()], "because": clash.because })
    });
    json!({ "choices": choices, "presets": presets.collect::<Vec<_>>(), "rules": rules.collect::<Vec<_>>() })
}

fn choice_data(choice: Choice) -> Json {
    let values = choice.values().iter().map(|&value| {
        let Offer { label, cost, why } = value.offer();
        let Addition { files, crates, services } = Addition::of(value);
        let adds = json!({ "files": files, "crates": crates, "services": services });
        json!({ "id": value.id(), "label": label, "cost": cost, "why": why, "adds": adds })
    });
    json!({
        "id": choice.id(),
        "question": choice.question(),
        "flag": format!("--{}", choice.id()),
        "variable": answers::variable(choice),
        "default": choice.default_value().id(),
        "values": values.collect::<Vec<_>>(),
    })
}

fn text() -> String {
    let mut lines = Vec::new();
    for &choice in Choice::ALL {
        lines.push(format!("--{:<11} {}", choice.id(), choice.question()));
        for &value in choice.values() {
            let default = if value == choice.default_value() { " (default)" } else { "" };
            lines.push(format!("  {:<11} {}{default}", value.id(), value.offer().cost));
            let addition = Addition::of(value);
            if !addition.is_empty() {
                lines.push(format!("  {:<11} {addition}", ""));
            }
        }
        lines.push(String::new());
    }
    lines.push("presets".to_owned());
    lines.extend(PRESETS.iter().map(|preset| format!("  {:<11} {}", preset.id, preset.about)));
    lines.push(String::new());
    lines.push("rules".to_owned());
    lines.extend(
        clashes().map(|clash| format!("  {} and {}: no, {} ({})", clash.one, clash.other, clash.because, clash.code)),
    );
    lines.join("\n") + "\n"
}

/// Two values that a rule keeps apart.
pub(super) struct Clash {
    pub(super) code: &'static str,
    pub(super) one: Value,
    pub(super) other: Value,
    pub(super) because: &'static str,
}

/// Every two values that cannot go together.
pub(super) fn clashes() -> impl Iterator<Item = Clash> {
    let values: Vec<Value> = Choice::ALL.iter().flat_map(|choice| choice.values().iter().copied()).collect();
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
