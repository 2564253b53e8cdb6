//! Each symptom is an entry of the runbook and, with Prometheus, a tested alert; there are no other entries and alerts.

use std::collections::BTreeSet;

use camino::Utf8Path;
use restwell::choice::Monitoring;
use restwell::part::Parts;
use restwell::part::symptom::Condition;
use restwell::plan::Plan;

use crate::projects::{NAME, Project, all};

const RUNBOOK: &str = "ops/runbook";
const ALERTS: &str = "ops/alerts";
const TESTS: &str = "ops/alerts/tests";

/// The heading above the entries that no alert links to.
const WITHOUT_ALERT: &str = "\n## Without an alert\n";

#[test]
fn every_symptom_has_an_entry_and_every_entry_a_symptom() {
    for project in all() {
        let parts = parts(project);
        let expected = parts.symptoms.iter().map(|symptom| (format!("{RUNBOOK}/{}.md", symptom.page), symptom.entry));
        let pages = project.files().filter(|(path, _)| path.starts_with(RUNBOOK));
        let found = pages.flat_map(|(path, text)| {
            let entries = text.split(WITHOUT_ALERT).next().unwrap_or_default();
            entries.lines().filter_map(|line| line.strip_prefix("## ")).map(|entry| (path.to_string(), entry))
        });
        let expected: BTreeSet<_> = expected.collect();
        assert_eq!(found.collect::<BTreeSet<_>>(), expected, "{}", project.id());
    }
}

#[test]
fn every_symptom_is_one_alert_that_links_to_its_entry_and_every_alert_a_symptom() {
    for project in all().iter().filter(|project| project.stack.monitoring == Monitoring::Prometheus) {
        let parts = parts(project);
        let rules = texts(project, ALERTS);
        let found: Vec<(&str, &str)> = rules.split("      - alert: ").skip(1).map(alert_and_entry).collect();
        let expected: Vec<(&str, String)> =
            parts.symptoms.iter().map(|symptom| (symptom.alert, symptom.address())).collect();
        let expected: BTreeSet<_> = expected.iter().map(|(alert, address)| (*alert, address.as_str())).collect();
        assert_eq!(found.len(), expected.len(), "{}: an alert has two rules: {found:?}", project.id());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{}", project.id());
    }
}

#[test]
fn every_alert_is_tested_with_the_values_that_it_shows() {
    for project in all().iter().filter(|project| project.stack.monitoring == Monitoring::Prometheus) {
        let tests = texts(project, TESTS);
        for symptom in parts(project).symptoms.iter() {
            let alert = symptom.alert;
            let tested = [format!("alertname: {alert}\n"), format!("alertname=\"{alert}\"")];
            let tested = tested.iter().any(|text| tests.contains(text.as_str()));
            assert!(tested, "{}: no test of {alert}", project.id());
        }
        let rules = texts(project, ALERTS);
        for placeholder in ["<count>", "<share>", "<bytes>", "<mean>", "<replica>"] {
            assert!(!tests.contains(placeholder) && !rules.contains(placeholder), "{}: {placeholder}", project.id());
        }
    }
}

#[test]
fn symptoms_count_series_that_exist() {
    for project in all() {
        let parts = parts(project);
        let series: BTreeSet<&str> = parts.series.iter().map(|series| series.name).collect();
        for symptom in parts.symptoms.iter() {
            if let Condition::Events { counter, .. } = symptom.condition {
                assert!(series.contains(counter), "{}: {} counts {counter}", project.id(), symptom.alert);
            }
        }
    }
}

/// Such an alert would fire after a fault that is shorter than its window, and begin again with every good minute.
#[test]
fn an_alert_over_a_window_does_not_wait() {
    for project in all() {
        for rule in conditions(&texts(project, ALERTS)) {
            let has_window = rule.split('[').skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
            assert!(!(has_window && rule.contains("\n        for: ")), "{}: {rule}", project.id());
        }
    }
}

/// A quiet service has few requests, and a new Prometheus no data as old as the window.
#[test]
fn an_alert_on_a_share_of_requests_needs_enough_of_them() {
    let mut found = BTreeSet::new();
    for project in all() {
        for rule in conditions(&texts(project, ALERTS)) {
            if !rule.contains("ratio_rate") && !rule.contains("\n            / ") {
                continue;
            }
            for arm in rule.split("\n          or\n") {
                assert!(arm.contains("increase(") && arm.contains(" > 10"), "{}: {arm}", project.id());
                assert!(rule.contains("severity: page") || arm.contains(" offset "), "{}: {arm}", project.id());
            }
            found.insert(rule.lines().next().unwrap_or_default().to_owned());
        }
    }
    assert_eq!(found.len(), 4, "{found:?}");
}

/// Otherwise one fault is two pages.
#[test]
fn no_two_alerts_have_one_expression() {
    for project in all() {
        let rules = texts(project, ALERTS);
        let expressions = conditions(&rules).into_iter().filter_map(|rule| rule.split("expr: ").nth(1));
        let expressions = expressions.map(|rest| rest.split("\n        for: ").next().unwrap_or_default());
        let expressions = expressions.map(|rest| rest.split("\n        keep_firing_for: ").next().unwrap_or_default());
        let expressions = expressions.map(|rest| rest.split("\n        labels:").next().unwrap_or_default());
        let mut seen = BTreeSet::new();
        for expression in expressions {
            assert!(seen.insert(expression), "{}: {expression}", project.id());
        }
    }
}

/// The rule of each alert, up to its annotations.
fn conditions(rules: &str) -> Vec<&str> {
    rules.split("      - alert: ").skip(1).filter_map(|rule| rule.split("        annotations:").next()).collect()
}

fn parts(project: &Project) -> Parts {
    Plan::new(&project.stack, NAME).parts
}

/// The text of all files in `folder`, without folders inside it.
fn texts(project: &Project, folder: &str) -> String {
    project.files().filter(|(path, _)| path.parent() == Some(Utf8Path::new(folder))).map(|(_, text)| text).collect()
}

/// The name of the alert with which the rest of a rule starts, and the address of its entry.
fn alert_and_entry(rule: &str) -> (&str, &str) {
    let after =
        |text: &str| rule.find(text).map_or("", |at| rule[at + text.len()..].lines().next().unwrap_or_default());
    (rule.lines().next().unwrap_or_default(), after("runbook_url: "))
}
