//! What a project creates in Datadog agrees with what its service sends, and with the runbook.

mod script;

use std::collections::{BTreeMap, BTreeSet};

use std::sync::LazyLock;

use restwell::choice::{Auth, Choice, Database, Monitoring, Upstream, Value as Chosen};
use restwell::part::Parts;
use restwell::part::symptom::{Condition, datadog::objective};
use restwell::plan::Plan;
use restwell::stack::Stack;
use restwell::tree::Tree;
use serde_json::Value;

use crate::projects::{NAME, WITH_SERVERS, source, stack, tree};

const FOLDER: &str = "ops/datadog/";

/// Metrics that the service does not send, and where they come from.
const FROM_ELSEWHERE: [(&str, &str); 2] =
    [("gcp.run.request_count", "the integration of Google Cloud"), ("haproxy.process.uptime_seconds", "the Agent")];

/// The tags that every metric has, and those of gauges.
const UNIFIED: [&str; 4] = ["service", "env", "version", "replica"];

/// Labels by the metric that has them, where the declaration of the series does not name them.
const LABELS: [(&str, &[&str]); 6] = [
    ("http_server_request_duration_seconds", &["http_route", "http_request_method", "http_response_status_code"]),
    ("dependency_errors_total", &["dependency"]),
    ("breaker_open", &["dependency"]),
    ("db_pool_connections", &["state"]),
    ("upstream_requests_total", &["result"]),
    ("gcp.run.request_count", &["service_name", "response_code_class"]),
];

/// A project with Datadog.
struct Project {
    stack: Stack,
    tree: Tree,
}

/// For every target one with little, one with most, and one with the rest.
fn projects() -> &'static [Project] {
    static PROJECTS: LazyLock<Vec<Project>> = LazyLock::new(|| {
        let with = [Chosen::Monitoring(Monitoring::Datadog)];
        let little = [Chosen::Database(Database::None)];
        let rest = [Chosen::Auth(Auth::Jwt), Chosen::Upstream(Upstream::Http), Chosen::Database(Database::Postgres)];
        let samples: [&[Chosen]; 3] = [&little, &WITH_SERVERS, &rest];
        let all = Choice::Deploy.values().iter().flat_map(|target| {
            samples.map(|values| {
                let stack = stack([values, &with, &[*target]].concat());
                Project { stack, tree: tree(&stack) }
            })
        });
        all.collect()
    });
    &PROJECTS
}

impl Project {
    fn id(&self) -> String {
        restwell::variants::id(&self.stack)
    }
}

/// Every stack with Datadog.
fn stacks() -> impl Iterator<Item = Stack> {
    Stack::all().into_iter().filter(|stack| stack.monitoring == Monitoring::Datadog)
}

fn json(project: &Project, name: &str) -> Value {
    let path = format!("{FOLDER}{name}");
    serde_json::from_str(source(&project.tree, &path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not text"))
}

/// The text of every query, with what it is for.
fn queries(project: &Project) -> Vec<String> {
    let mut found = Vec::new();
    for monitor in list(&json(project, "monitors.json")) {
        if monitor["type"] != "slo alert" {
            found.push(text(&monitor["query"]).to_owned());
        }
    }
    for objective in list(&json(project, "slo.json")) {
        found.extend(["numerator", "denominator"].map(|part| text(&objective["query"][part]).to_owned()));
    }
    collect(&json(project, "dashboard.json"), &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::String(query) if name == "query" => found.push(query.clone()),
            value => collect(value, found),
        }),
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// Each metric of a query, and the tags by which it is filtered or grouped.
fn metrics(query: &str) -> Vec<(&str, Vec<&str>)> {
    let parts: Vec<&str> = query.split(['{', '}']).collect();
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for pair in parts.chunks(2) {
        let [outside, inside] = pair else { continue };
        let names = inside.split(',').filter(|tag| *tag != "$env").map(|tag| tag.trim_start_matches('!'));
        let names = names.map(|tag| tag.split(':').next().unwrap_or_default()).collect();
        if outside.trim() == "by" {
            let names: Vec<&str> = names;
            found.last_mut().expect("a group follows a filter").1.extend(names);
        } else {
            let metric = outside.rsplit([':', '(']).next().unwrap_or_default();
            found.push((metric, names));
        }
    }
    found
}

fn parts(project: &Project) -> Parts {
    Plan::new(&project.stack, NAME).parts
}

#[test]
fn a_query_is_taken_apart() {
    let query = "avg(last_5m):max:open{service:shop,!code:5xx} by {replica} / count(v: v<=0.25):limit{$env}.as_count()";
    assert_eq!(metrics(query), [("open", vec!["service", "code", "replica"]), ("limit", vec![])]);
}

#[test]
fn every_metric_of_a_query_is_one_that_the_service_sends_with_these_tags() {
    let labels = BTreeMap::from(LABELS);
    for project in projects() {
        let parts = parts(project);
        for query in queries(project) {
            assert!(!metrics(&query).is_empty(), "{query}");
            for (metric, tags) in metrics(&query) {
                let declared = parts.series.iter().find(|series| series.name == metric);
                let elsewhere = FROM_ELSEWHERE.iter().any(|(name, _)| *name == metric);
                assert!(declared.is_some() || elsewhere, "{}: nothing sends `{metric}`: {query}", project.id());
                for tag in tags {
                    let own = labels.get(metric).is_some_and(|labels| labels.contains(&tag));
                    let of_series = declared.and_then(|series| series.label()) == Some(tag);
                    assert!(own || of_series || UNIFIED.contains(&tag), "{metric} has no tag `{tag}`: {query}");
                }
            }
        }
    }
}

#[test]
fn every_series_is_in_a_query() {
    for project in projects() {
        let queries = queries(project);
        let asked: BTreeSet<&str> = queries.iter().flat_map(|query| metrics(query)).map(|(metric, _)| metric).collect();
        // The version is a tag of every metric, and starts are counted.
        let is_asked_otherwise = |name: &str| ["build_info", "process_start_time_seconds"].contains(&name);
        for series in parts(project).series.iter().filter(|series| !is_asked_otherwise(series.name)) {
            assert!(asked.contains(series.name), "{}: no query has `{}`", project.id(), series.name);
        }
    }
}

#[test]
fn every_symptom_has_its_monitors_which_link_to_its_entry() {
    for project in projects() {
        let parts = parts(project);
        let monitors = json(project, "monitors.json");
        let mut names = BTreeSet::new();
        for symptom in parts.symptoms.iter() {
            let link = format!("Runbook: {}\n", symptom.address());
            let own = list(&monitors).iter().filter(|monitor| text(&monitor["message"]).contains(&link));
            assert!(own.count() > 0, "{}: {} has no monitor", project.id(), symptom.alert);
        }
        for monitor in list(&monitors) {
            // The script finds what exists by its name.
            assert!(names.insert(text(&monitor["name"]).to_owned()), "{}: {monitor}", project.id());
            let message = text(&monitor["message"]);
            let link = message.split("Runbook: ").nth(1).and_then(|rest| rest.lines().next()).expect("a link");
            assert!(parts.symptoms.iter().any(|symptom| symptom.address() == link), "{}: {link}", project.id());
            for placeholder in ["<count>", "<share>", "<bytes>", "<mean>", "<replica>"] {
                assert!(!message.contains(placeholder), "{}: {message}", project.id());
            }
        }
    }
}

#[test]
fn every_written_condition_of_every_stack_has_a_query_and_no_query_is_of_nothing() {
    let mut alerts = BTreeSet::new();
    let mut written = BTreeSet::new();
    for stack in stacks() {
        let parts = Plan::new(&stack, NAME).parts;
        for symptom in parts.symptoms.iter() {
            let has_query = parts.queries.iter().any(|query| query.alert == symptom.alert);
            let is_written = matches!(symptom.condition, Condition::Written(_));
            assert_eq!(has_query, is_written, "{stack:?}: {}", symptom.alert);
            alerts.insert(symptom.alert);
        }
        written.extend(parts.queries.iter().map(|query| query.alert));
    }
    let unused: Vec<_> = written.difference(&alerts).collect();
    assert!(unused.is_empty(), "queries of no symptom: {unused:?}");
}

#[test]
fn every_burn_rate_is_of_an_objective() {
    for project in projects() {
        let objectives = json(project, "slo.json");
        let known: BTreeSet<&str> = list(&objectives).iter().map(|objective| text(&objective["name"])).collect();
        let mut burning = BTreeSet::new();
        let monitors = json(project, "monitors.json");
        for monitor in list(&monitors).iter().filter(|monitor| monitor["type"] == "slo alert") {
            burning.insert(text(&monitor["query"]).split('"').nth(1).expect("a name"));
        }
        assert_eq!(burning, known, "{}", project.id());
        assert!(known.contains(objective("answers are fast", NAME).as_str()));
    }
}
