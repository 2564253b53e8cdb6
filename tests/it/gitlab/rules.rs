//! The rules of jobs: the conditions that GitLab accepts, and when a deployment can be started.

use serde_yaml_ng::Value;

use super::Job;
use crate::plants::broken;

/// The input of a person who starts a pipeline to end an incident.
const FORCE: &str = "\"$[[inputs.force]]\"";

/// A pipeline of the default branch.
#[derive(Clone, Copy)]
struct Pipeline {
    source: &'static str,
    freeze: bool,
    force: bool,
}

/// A deployment waits for a person, one at a time, and is neither cancelled nor skipped; in a freeze it exists only in
/// a pipeline with the input `force`.
pub(super) fn of_deployment(name: &str, job: &Job) -> Vec<String> {
    let rules: Vec<&Value> = job.get("rules").and_then(Value::as_sequence).into_iter().flatten().collect();
    let started = || rules.iter().filter(|rule| rule["when"].as_str() != Some("never"));
    let of_default = |rule: &&&Value| {
        rule["if"].as_str().is_some_and(|condition| condition.contains("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"))
    };
    let is_manual = started().all(|rule| rule["when"].as_str() == Some("manual"));
    let may_be_started =
        |source, freeze, force| when(&rules, Pipeline { source, freeze, force }).is_some_and(|when| when != "never");
    broken(&[
        (is_manual && !rules.is_empty(), "starts by itself"),
        (started().all(|rule| of_default(&rule)), "deploys any branch"),
        (name != "deploy" || started().all(|rule| rule["allow_failure"].as_bool() == Some(false)), "may be skipped"),
        (may_be_started("push", false, false), "cannot be started"),
        (!may_be_started("push", true, false), "may be started in a freeze"),
        (may_be_started("web", true, true), "cannot be forced in a freeze"),
        (!may_be_started("schedule", false, false), "is part of a schedule"),
        (job.get("resource_group").is_some(), "two at a time"),
        (job.get("interruptible").and_then(Value::as_bool) == Some(false), "may be cancelled"),
    ])
}

/// The `when` of the first rule that applies to `pipeline`, whose project has every variable; without a rule, none.
fn when<'a>(rules: &[&'a Value], pipeline: Pipeline) -> Option<&'a str> {
    let applies = |rule: &&&Value| rule["if"].as_str().is_none_or(|condition| holds(condition, pipeline));
    rules.iter().find(applies).map(|rule| rule["when"].as_str().unwrap_or("on_success"))
}

/// `&&` binds tighter than `||`. No rule of a deployment has a pattern.
fn holds(condition: &str, pipeline: Pipeline) -> bool {
    let value = |word: &str| match word {
        "null" => None,
        FORCE => Some(pipeline.force.to_string()),
        "$CI_DEPLOY_FREEZE" => pipeline.freeze.then(|| "true".to_owned()),
        "$CI_PIPELINE_SOURCE" => Some(pipeline.source.to_owned()),
        "$CI_COMMIT_TAG" => None,
        "$CI_COMMIT_BRANCH" | "$CI_DEFAULT_BRANCH" => Some("main".to_owned()),
        other => Some(other.trim_matches('"').to_owned()),
    };
    let is_true = |comparison: &str| match words(comparison).iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [variable] => value(variable).is_some(),
        [left, "==", right] => value(left) == value(right),
        [left, "!=", right] => value(left) != value(right),
        _ => false,
    };
    condition.split("||").any(|part| part.split("&&").all(is_true))
}

pub(super) fn conditions(holder: &Value) -> impl Iterator<Item = &str> {
    holder["rules"].as_sequence().into_iter().flatten().filter_map(|rule| rule["if"].as_str())
}

pub(super) fn wrong_condition(condition: &str) -> String {
    format!("rules:if is not valid: {condition}")
}

/// Whether a `rules:if` is one or more comparisons, joined by `&&` and `||`. An input is text only between quotes.
pub(super) fn is_condition(condition: &str) -> bool {
    condition.split("&&").flat_map(|part| part.split("||")).all(|comparison| {
        let is_variable = |word: &str| {
            let name = word.strip_prefix('$').unwrap_or_default();
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        let is_text = |word: &str| word.len() > 1 && word.starts_with('"') && word.ends_with('"');
        let is_pattern = |word: &str| word.len() > 2 && word.starts_with('/') && word.ends_with('/');
        match words(comparison).iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [variable] => is_variable(variable),
            [left, "==" | "!=", right] => {
                (is_variable(left) || is_text(left)) && (is_variable(right) || is_text(right) || *right == "null")
            }
            [left, "=~" | "!~", right] => is_variable(left) && is_pattern(right),
            _ => false,
        }
    })
}

/// The operands and the operator of a comparison; an input is one word.
fn words(comparison: &str) -> Vec<String> {
    let with_inputs = comparison.replace("$[[ ", "$[[").replace(" ]]", "]]");
    with_inputs.split_whitespace().map(str::to_owned).collect()
}
