//! SARIF 2.1.0: the format in which code hosts read the results of checks.

use serde::Serialize;

use crate::policy::{Rule, Violation};
use crate::version::VERSION;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Debug, Serialize)]
pub(super) struct Report {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
struct Run {
    tool: Tool,
    results: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

/// The report of a check.
pub(super) fn report(violations: &[Violation]) -> Report {
    let descriptor =
        |rule: Rule| Descriptor { id: rule.id(), short_description: Message { text: rule.about().to_owned() } };
    let driver = Driver { name: "restwell", version: VERSION, rules: Rule::ALL.map(descriptor).into() };
    let finding = |Violation { rule, path, what, fix }: &Violation| Finding {
        rule_id: rule.id(),
        level: "error",
        message: Message { text: format!("{what}; {fix}") },
        locations: [Location { physical_location: Physical { artifact_location: Artifact { uri: path.to_string() } } }],
    };
    let results = violations.iter().map(finding).collect();
    Report { schema: SCHEMA, version: "2.1.0", runs: [Run { tool: Tool { driver }, results }] }
}
