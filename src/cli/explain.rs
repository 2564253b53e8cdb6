//! `restwell explain`: what a value brings, why values clash, what an error code means.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::{Value as Json, json};

use super::list;
use crate::addition::Addition;
use crate::choice::{Choice, Value};
use crate::error::{self, CODES, Code, Error, Fix, Words};
use crate::feature::Offer;
use crate::rules::{RULES, Rule};
use crate::shell::Shell;
use crate::spelling;
use crate::stack::{Answers, Origin, Stack};

/// Explain an error code, a value, or why values do not go together
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// An error code (`RW0301`) or values (`database=none cache=memory`)
    #[arg(value_name = "CODE|CHOICE=VALUE", required = true)]
    words: Vec<String>,
}

/// An explanation, for people and for programs.
struct Told {
    text: Vec<String>,
    data: Json,
}

impl Explain {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let Told { text, data } = match &self.words[..] {
            [word] if !word.contains('=') => code(word)?,
            words => values(words.iter().map(|word| value(word)).collect::<Result<_, _>>()?)?,
        };
        shell.answer("explain", || data, || text.join("\n") + "\n")
    }
}

fn code(word: &str) -> Result<Told, Error> {
    if let Some(Code { id, title, meaning }) = Code::named(word) {
        let exit = error::exit(id);
        let text = vec![format!("{id}: {title} (exit code {exit})"), String::new(), meaning.to_owned()];
        return Ok(Told { text, data: json!({ "code": id, "exit": exit, "title": title, "meaning": meaning }) });
    }
    let rule = RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(word));
    rule.map(explain_rule).ok_or_else(|| {
        let codes = CODES.iter().map(|code| code.id).chain(RULES.iter().map(|rule| rule.code));
        let nearest = spelling::nearest(word, codes).map(str::to_owned).or_else(|| value_like(word));
        Error::NothingToExplain { word: word.to_owned(), nearest }
    })
}

fn explain_rule(rule: &Rule) -> Told {
    const TITLE: &str = "these values do not go together";
    let exit = error::exit(rule.code);
    let pairs: Vec<String> = list::clashes()
        .filter(|clash| clash.code == rule.code)
        .map(|clash| format!("{} and {}", clash.one, clash.other))
        .collect();
    let mut text = vec![
        format!("{}: {TITLE} (exit code {exit})", rule.code),
        String::new(),
        sentence(rule.because),
        String::new(),
    ];
    text.extend(pairs.iter().map(|pair| format!("  {pair}")));
    let data =
        json!({ "code": rule.code, "exit": exit, "title": TITLE, "meaning": sentence(rule.because), "values": pairs });
    Told { text, data }
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// `memory` may stand for several values; the first is shown.
fn value_like(word: &str) -> Option<String> {
    let values = || Choice::ALL.iter().flat_map(|choice| choice.values());
    let named = Choice::ALL.iter().find(|choice| choice.id() == word).map(|choice| choice.default_value());
    named.or_else(|| values().find(|value| value.id() == word).copied()).map(|value| value.to_string())
}

fn value(word: &str) -> Result<Value, Error> {
    let known: Vec<String> =
        Choice::ALL.iter().flat_map(|choice| choice.values()).map(|value| value.to_string()).collect();
    let found = word.split_once('=').and_then(|(choice, value)| Choice::named(choice)?.parse(value));
    found.ok_or_else(|| Error::NothingToExplain {
        word: word.to_owned(),
        nearest: spelling::nearest(word, known.iter().map(String::as_str)).map(str::to_owned),
    })
}

fn values(values: Vec<Value>) -> Result<Told, Error> {
    let answers: Answers = values.iter().map(|&value| (value, Origin::Flag)).collect();
    if let Some((one, other)) = given_twice(&values) {
        return Err(Error::Usage {
            message: format!("`{one}` and `{other}` answer the same choice"),
            command: "explain".into(),
        });
    }
    match Stack::resolve(&answers) {
        Ok(_) => {
            let told: Vec<Told> = values.into_iter().map(explain_value).collect();
            let text = told.iter().map(|told| told.text.join("\n")).collect::<Vec<_>>().join("\n\n");
            let data: Vec<Json> = told.into_iter().map(|told| told.data).collect();
            Ok(Told { text: vec![text], data: json!({ "allowed": true, "values": data }) })
        }
        Err(conflict) => Ok(explain_conflict(&Error::Conflict { conflict, path: Utf8PathBuf::from("shop-api") })),
    }
}

fn given_twice(values: &[Value]) -> Option<(Value, Value)> {
    let earlier = |index: usize| values[..index].iter().find(|one| one.choice() == values[index].choice());
    (0..values.len()).find_map(|index| earlier(index).map(|&one| (one, values[index])))
}

fn explain_value(value: Value) -> Told {
    let Offer { label, cost, why } = value.offer();
    let addition = Addition::of(value);
    let mut text = vec![format!("{value}: {label}"), String::new(), format!("{why} It costs: {cost}.")];
    if !addition.is_empty() {
        text.push(format!("It {addition}."));
    }
    let clashes: Vec<(Value, &str)> = list::clashes()
        .filter(|clash| clash.one == value || clash.other == value)
        .map(|clash| (if clash.one == value { clash.other } else { clash.one }, clash.because))
        .collect();
    text.extend(clashes.iter().map(|(other, because)| format!("It does not go with {other}: {because}.")));
    let clashes: Vec<Json> =
        clashes.iter().map(|(other, because)| json!({ "value": other.to_string(), "because": because })).collect();
    let Addition { files, crates, services } = addition;
    let data = json!({
        "value": value.to_string(), "label": label, "cost": cost, "why": why,
        "adds": { "files": files, "crates": crates, "services": services },
        "clashes": clashes,
    });
    Told { text, data }
}

fn explain_conflict(error: &Error) -> Told {
    let Words { message, reasons, fixes } = error.words();
    let commands: Vec<&str> = fixes.iter().map(Fix::text).collect();
    let mut text = vec![format!("{message} ({})", error.code())];
    text.extend(reasons.iter().map(|reason| format!("  because: {reason}")));
    text.extend(commands.iter().map(|command| format!("  nearest: {command}")));
    let data =
        json!({ "allowed": false, "code": error.code(), "message": message, "reasons": reasons, "nearest": commands });
    Told { text, data }
}
