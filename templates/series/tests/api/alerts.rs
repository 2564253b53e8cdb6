//! Alerts, dashboards and runbook agree with each other and with the exported metrics.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::project::file;
use crate::scrape::Scrape;
use crate::support::http::get;
use crate::support::process::Process;

#[tokio::test]
async fn every_query_of_the_dashboards_and_of_the_alerts_names_a_metric_that_is_exported() {
    let server = Process::start(&[]).await;
    get(server.public, "/greet").await;
    let scrape = Scrape::of(server.admin).await;
    let rules = rules();
    let recorded = rules.lines().filter_map(|line| line.trim().strip_prefix("- record: "));
    let mut known = scrape.names();
    known.extend(recorded);
    // Prometheus itself adds this one for every target.
    known.insert("up");

    let mut queries = Vec::new();
    for dashboard in dashboards() {
        collect(&dashboard, "expr", &mut queries);
    }
    assert!(queries.len() >= 5, "{queries:?}");
    queries.extend(expressions(&rules));
    let words: BTreeSet<&str> = known.iter().map(|name| first_word(name)).collect();
    for query in queries {
        // What other programs export is selected by other labels, and has names of another kind.
        let own = metrics(&query).into_iter().filter(|(name, is_own)| *is_own || words.contains(first_word(name)));
        let unknown: Vec<&str> = own.map(|(name, _)| name).filter(|name| !known.contains(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?} in {query}");
    }
}

/// `http` of `http_panics_total`.
fn first_word(name: &str) -> &str {
    name.split('_').next().unwrap_or_default()
}

fn dashboards() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/dashboards");
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let texts = paths.map(|path| fs::read_to_string(path).expect("a text"));
    texts.map(|text| serde_json::from_str(&text).expect("JSON")).collect()
}

/// Every string under a key, at any depth.
fn collect(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, found)),
        Value::Object(fields) => {
            found.extend(fields.get(key).and_then(Value::as_str).map(String::from));
            fields.values().for_each(|value| collect(value, key, found));
        }
        _ => {}
    }
}

/// The `expr` of every rule, including multi-line ones.
fn expressions(rules: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = rules.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some((_, first)) = line.split_once("expr:") else { continue };
        let mut query = first.trim().trim_start_matches(['|', '>', '-']).to_owned();
        while let Some(more) = lines.next_if(|more| indent(more) > indent(line)) {
            query.push(' ');
            query.push_str(more.trim());
        }
        found.push(query);
    }
    found
}

/// The metrics of a PromQL query: its words less strings, labels, durations, functions and keywords. Each with whether it
/// may be one of this service: it is selected by the job of this service, or by no label.
fn metrics(query: &str) -> Vec<(&str, bool)> {
    let job = format!("job=\"{}\"", env!("CARGO_PKG_NAME"));
    let mut found = Vec::new();
    let (mut rest, mut labels) = (query, false);
    while let Some(first) = rest.chars().next() {
        let word = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
        let length = rest.find(|letter| !word(letter)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(length.max(first.len_utf8()));
        rest = after;
        let function = ["(", "by ", "by(", "without"].iter().any(|next| after.trim_start().starts_with(next));
        match token {
            "\"" => rest = after.split_once('"').expect("strings end").1,
            "{" | "[" => labels = true,
            "}" | "]" => labels = false,
            "by" | "without" | "on" | "ignoring" | "group_left" | "group_right" if function => {
                rest = after.split_once(')').expect("lists end").1;
            }
            "and" | "or" | "unless" | "bool" | "offset" | "by" | "without" => {}
            _ if first.is_ascii_alphabetic() && !labels && !function => {
                let selector = after.strip_prefix('{').and_then(|labels| labels.split_once('}'));
                found.push((token, selector.is_none_or(|(labels, _)| labels.contains(&job))));
            }
            _ => {}
        }
    }
    found
}

/// The path and the text of every file with this ending in a folder.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("the folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let paths = names.filter(|name| name.ends_with(ending)).map(|name| format!("{folder}/{name}"));
    paths.map(|path| (path.clone(), file(&path))).collect()
}

/// All alert rules.
fn rules() -> String {
    files("ops/alerts", ".yml").into_iter().map(|(_, text)| text).collect()
}

/// The links to all runbook entries: those to which an alert must link, and those to which none may.
fn entries() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut with_alert, mut without) = (BTreeSet::new(), BTreeSet::new());
    for (page, text) in files("ops/runbook", ".md") {
        let link = |heading: &str| format!("{page}#{}", heading.trim().to_lowercase().replace(' ', "-"));
        let (alerts, others) = text.split_once("## Without an alert").unwrap_or((&text, ""));
        with_alert.extend(alerts.lines().filter_map(|line| line.strip_prefix("## ")).map(link));
        without.extend(others.lines().filter_map(|line| line.strip_prefix("### ")).map(link));
    }
    (with_alert, without)
}

#[test]
fn every_alert_has_a_severity_a_summary_and_a_runbook_entry() {
    let rules = rules();
    let (entries, without_alert) = entries();
    let mut linked = BTreeSet::new();
    let alerts: Vec<&str> = rules.split("- alert:").skip(1).collect();
    assert!(alerts.len() >= 4, "{alerts:?}");
    for alert in alerts {
        let value = |key: &str| {
            let line = alert.lines().find_map(|line| line.trim().strip_prefix(key));
            line.map(|value| value.trim().trim_matches('"')).filter(|value| !value.is_empty())
        };
        let name = alert.lines().next().expect("a name");
        let severity = value("severity:").unwrap_or_else(|| panic!("{name} has no severity"));
        assert!(["page", "ticket", "watchdog"].contains(&severity), "{name}: {severity}");
        assert!(value("summary:").is_some(), "{name} has no summary");
        let link = value("runbook_url:").unwrap_or_else(|| panic!("{name} has no runbook_url"));
        linked.insert(link.to_owned());
    }
    let missing: Vec<&String> = linked.difference(&entries).collect();
    assert!(missing.is_empty(), "the runbook lacks the entries {missing:?}");
    let unlinked: Vec<&String> = entries.difference(&linked).collect();
    assert!(unlinked.is_empty(), "no alert links to the entries {unlinked:?}");
    let linked: Vec<&String> = linked.intersection(&without_alert).collect();
    assert!(linked.is_empty(), "alerts link to entries that say they have none: {linked:?}");
}

#[test]
fn every_file_of_alerts_has_tests() {
    let names = |folder| files(folder, ".yml").into_iter().map(|(path, _)| path.replace("/tests/", "/"));
    let tested: BTreeSet<String> = names("ops/alerts/tests").collect();
    assert_eq!(names("ops/alerts").collect::<BTreeSet<String>>(), tested);
}
