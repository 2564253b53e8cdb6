//! The alert rules as policies of Cloud Monitoring: each has its policy, and no policy needs a recording rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use restwell::choice::Monitoring;
use serde::Deserialize;

use super::tree;
use crate::ci_scripts::{run, text, write};

/// `gcloud`, which knows one policy.
const GCLOUD: &str = r#"#!/bin/sh
case $* in
  *"policies list"*NothingAnswers*) echo projects/shop/alertPolicies/7 ;;
  *"policies list"*) ;;
  *"policies update"*|*"policies create"*) echo "$3 $4" >>"$CALLS" ;;
  *) exit 9 ;;
esac
"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Policy {
    display_name: String,
    combiner: String,
    severity: String,
    user_labels: BTreeMap<String, String>,
    documentation: Documentation,
    notification_channels: Vec<String>,
    conditions: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Documentation {
    mime_type: String,
    content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Condition {
    display_name: String,
    condition_prometheus_query_language: Query,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Query {
    query: String,
    duration: String,
    evaluation_interval: String,
    labels: BTreeMap<String, String>,
    rule_group: String,
    alert_rule: String,
    disable_metric_validation: bool,
}

/// The project, in a folder with a stand-in for the cloud.
fn project() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let tree = tree(Monitoring::Prometheus);
    for (path, file) in tree.files().filter(|(path, _)| path.starts_with("ops") || path.starts_with("deploy")) {
        write(&place.path().join(path), std::str::from_utf8(&file.bytes).expect("text"));
    }
    write(&place.path().join("bin/gcloud"), GCLOUD);
    place
}

/// The rules of the project: a group, and what a rule has.
fn rules(place: &std::path::Path) -> Vec<(String, serde_yaml_ng::Value)> {
    let mut rules = Vec::new();
    for entry in fs::read_dir(place.join("ops/alerts")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let file: serde_yaml_ng::Value =
            serde_yaml_ng::from_str(&fs::read_to_string(path).expect("text")).expect("YAML");
        for group in file["groups"].as_sequence().expect("groups") {
            let name = group["name"].as_str().expect("a name").to_owned();
            rules.extend(group["rules"].as_sequence().expect("rules").iter().map(|rule| (name.clone(), rule.clone())));
        }
    }
    rules
}

#[test]
fn every_alert_is_a_policy_that_needs_no_other_rule() {
    let place = project();
    let printed = run(place.path(), "deploy/alerts.sh print", &[("PAGE", "channel/1"), ("TICKET", "channel/2")]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let policies: Vec<Policy> =
        text(&printed.stdout).lines().map(|line| serde_json::from_str(line).expect("a policy")).collect();
    let rules = rules(place.path());
    let of_server = |group: &str| group == "monitoring";
    let recorded: BTreeSet<&str> = rules.iter().filter_map(|(_, rule)| rule["record"].as_str()).collect();
    assert!(recorded.len() > 5);
    let mut policies: BTreeMap<&str, &Policy> =
        policies.iter().map(|policy| (policy.conditions[0].display_name.as_str(), policy)).collect();
    for (group, rule) in rules.iter().filter(|(group, _)| !of_server(group)) {
        let Some(name) = rule["alert"].as_str() else { continue };
        let policy = policies.remove(name).unwrap_or_else(|| panic!("no policy {name}"));
        is_faithful(policy, group, rule, &recorded);
    }
    assert!(policies.is_empty(), "policies without an alert: {:?}", policies.keys());
}

/// The policy fires when the rule does.
fn is_faithful(policy: &Policy, group: &str, rule: &serde_yaml_ng::Value, recorded: &BTreeSet<&str>) {
    let Policy { display_name, combiner, severity, user_labels, documentation, notification_channels, conditions } =
        policy;
    let [Condition { condition_prometheus_query_language: query, .. }] = conditions.as_slice() else {
        panic!("{display_name}: not one condition")
    };
    let name = rule["alert"].as_str().expect("a name");
    assert_eq!(*display_name, format!("north-pier9: {name}"));
    assert_eq!((combiner.as_str(), user_labels["service"].as_str()), ("OR", "north-pier9"));
    let expected = rule["labels"]["severity"].as_str().expect("a severity");
    let (level, channel) = if expected == "page" { ("CRITICAL", "channel/1") } else { ("WARNING", "channel/2") };
    assert_eq!((severity.as_str(), notification_channels.as_slice()), (level, &[channel.to_owned()][..]), "{name}");
    assert_eq!(query.labels["severity"], expected);
    assert_eq!((query.rule_group.as_str(), query.alert_rule.as_str()), (group, name));
    let seconds = |time: &str| {
        let (number, unit) = time.split_at(time.len() - 1);
        number.parse::<u32>().expect("a number") * if unit == "h" { 3600 } else { 60 }
    };
    assert_eq!(query.duration, format!("{}s", rule["for"].as_str().map_or(0, seconds)), "{name}");
    assert_eq!(query.evaluation_interval, "30s");
    assert!(query.disable_metric_validation);
    let expr = rule["expr"].as_str().expect("an expression");
    if !recorded.iter().any(|record| expr.contains(record)) {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&query.query), words(expr), "{name}");
    }
    assert!(!recorded.iter().any(|record| query.query.contains(record)), "{name} needs a recording rule");
    let depth = |text: &str| text.matches('(').count() == text.matches(')').count();
    assert!(depth(&query.query) && !query.query.contains("#"), "{name}: {}", query.query);
    assert_eq!(documentation.mime_type, "text/markdown");
    let runbook = rule["annotations"]["runbook_url"].as_str().expect("a page");
    assert!(documentation.content.ends_with(&format!("Runbook: {runbook}")), "{}", documentation.content);
    assert!(!documentation.content.contains("{{"), "{}", documentation.content);
}

#[test]
fn a_policy_that_is_there_is_updated() {
    let place = project();
    let calls = place.path().join("calls");
    let calls = calls.to_str().expect("text");
    let all = [("PROJECT", "shop"), ("PAGE", "channel/1"), ("TICKET", "channel/2"), ("CALLS", calls)];
    let applied = run(place.path(), "deploy/alerts.sh", &all);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    let calls = fs::read_to_string(calls).expect("calls");
    let updated: Vec<&str> = calls.lines().filter(|call| call.starts_with("update")).collect();
    assert_eq!(updated, ["update projects/shop/alertPolicies/7"]);
    assert!(calls.lines().filter(|call| call.starts_with("create")).count() > 10, "{calls}");
    for arguments in ["", "apply"] {
        assert_eq!(run(place.path(), &format!("deploy/alerts.sh {arguments}"), &all[..1]).status.code(), Some(2));
    }
}

#[test]
fn a_cloud_that_refuses_a_policy_ends_the_script() {
    let place = project();
    write(&place.path().join("bin/gcloud"), "#!/bin/sh\ncase $* in *list*) ;; *) exit 1 ;; esac\n");
    let all = [("PROJECT", "shop"), ("PAGE", "channel/1"), ("TICKET", "channel/2")];
    assert_eq!(run(place.path(), "deploy/alerts.sh", &all).status.code(), Some(1));
}
