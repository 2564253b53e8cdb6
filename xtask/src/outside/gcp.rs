//! The service on Cloud Run and the alert policies: compared with the schemas of the APIs that receive them. What only the
//! server refuses is a test of every stack in memory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::files::{Linter, Target, find, run, shellcheck};
use crate::program::Program;
use crate::tools;

/// The target, with the largest project.
pub(super) const TARGET: Target = Target {
    deploy: "gcp",
    name: "sluices",
    linters: LINTERS,
    absent: ("a project of Google Cloud", "there is none here: the service is checked, not deployed"),
};

const LINTERS: &[Linter] = &[
    Linter {
        name: "schema of Cloud Run",
        run: service,
        plants: &[
            ("service.yaml", "readinessProbe:", "readynessProbe:"),
            ("service.yaml", "timeoutSeconds: 15", "timeoutSeconds: \"15\""),
            ("service.yaml", "key: \"1\"", "key: 1"),
            ("service.yaml", "maxScale: \"4\"", "maxScale: 4"),
        ],
    },
    Linter {
        name: "schema of alert policies",
        run: policies,
        plants: &[
            ("deploy/alerts.sh", "evaluationInterval", "evaluationIntervall"),
            ("deploy/alerts.sh", "\"WARNING\"", "\"TICKET\""),
        ],
    },
    Linter {
        name: "promtool on the queries of policies",
        run: queries,
        plants: &[("deploy/alerts.sh", "\"(\" whole(record[word]) \")\"", "\"(\" whole(record[word])")],
    },
    Linter {
        name: "shellcheck of the rollout",
        run: shellcheck,
        plants: &[("deploy/rollout.sh", "services replace \"$service\"", "services replace $service")],
    },
];

fn service(folder: &Path) -> Result<()> {
    services(&[find(folder, "service.yaml")?])
}

/// Compares services with their schema.
pub(super) fn services(files: &[PathBuf]) -> Result<()> {
    validate("run.v1.json", "Service", files)
}

/// Checks the policies of every folder that has the script, each distinct policy once.
pub(super) fn check_policies(folders: &[PathBuf]) -> Result<()> {
    let mut distinct = BTreeSet::new();
    for folder in folders.iter().filter(|folder| has_policies(folder)) {
        queries(folder)?;
        distinct.extend(printed(folder)?.lines().map(str::to_owned));
    }
    schema_of_policies(distinct.iter().map(String::as_str))
}

/// Whether the script is that for Google Cloud: other targets have one of the same name.
fn has_policies(folder: &Path) -> bool {
    fs::read_to_string(folder.join("deploy/alerts.sh")).is_ok_and(|text| text.contains("PrometheusQueryLanguage"))
}

fn policies(folder: &Path) -> Result<()> {
    schema_of_policies(printed(folder)?.lines())
}

fn schema_of_policies<'a>(policies: impl Iterator<Item = &'a str>) -> Result<()> {
    let place = tempfile::tempdir()?;
    let mut paths = Vec::new();
    for (number, policy) in policies.enumerate() {
        let path = place.path().join(format!("{number}.json"));
        fs::write(&path, policy)?;
        paths.push(path);
    }
    ensure!(!paths.is_empty(), "no policy");
    validate("monitoring.v3.json", "AlertPolicy", &paths)
}

/// The queries of the policies as rules: they are expressions, and none has the name of a recording rule.
fn queries(folder: &Path) -> Result<()> {
    let mut rules = Vec::new();
    for policy in printed(folder)?.lines() {
        let policy: Value = serde_json::from_str(policy)?;
        let condition = &policy["conditions"][0]["conditionPrometheusQueryLanguage"];
        rules.push(json!({ "alert": condition["alertRule"], "expr": condition["query"] }));
    }
    let file = tempfile::Builder::new().suffix(".yml").tempfile()?;
    fs::write(file.path(), json!({ "groups": [{ "name": "policies", "rules": rules }] }).to_string())?;
    run(tools::program("promtool")?.args(["check", "rules"]).arg(file.path()))
}

/// A policy in each line.
fn printed(folder: &Path) -> Result<String> {
    Program::new("sh").arg(folder.join("deploy/alerts.sh")).arg("print").read()
}

/// Compares files with a schema of this description of an API. A key that it does not have is an error.
fn validate(api: &str, name: &str, paths: &[PathBuf]) -> Result<()> {
    let description: Value = serde_json::from_str(&fs::read_to_string(description(api)?)?)?;
    let schemas = description["schemas"].as_object().context("an API without schemas")?;
    let all: Map<String, Value> = schemas.iter().map(|(name, schema)| (name.clone(), strict(schema))).collect();
    let file = tempfile::Builder::new().suffix(".json").tempfile()?;
    fs::write(file.path(), json!({ "$ref": format!("#/$defs/{name}"), "$defs": all }).to_string())?;
    run(tools::program("check-jsonschema")?.arg("--schemafile").arg(file.path()).args(paths))
}

/// A schema of the description as a JSON Schema without further keys.
fn strict(schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return json!({ "$ref": format!("#/$defs/{name}") });
    }
    let kind = schema["type"].as_str().unwrap_or("any");
    let mut converted = match kind {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields: Map<String, Value> = fields.map(|(name, field)| (name.clone(), strict(field))).collect();
            let others = schema.get("additionalProperties").map_or(Value::Bool(false), strict);
            json!({ "type": "object", "properties": fields, "additionalProperties": others })
        }
        "array" => json!({ "type": "array", "items": strict(&schema["items"]) }),
        "any" => json!({}),
        kind => json!({ "type": kind }),
    };
    if let Some(values) = schema.get("enum") {
        converted["enum"] = values.clone();
    }
    converted
}

/// The description that comes with the client library of Google's APIs.
fn description(api: &str) -> Result<PathBuf> {
    let libraries = crate::dirs::tools().join("lib");
    let documents = Path::new("site-packages/googleapiclient/discovery_cache/documents").join(api);
    let versions = fs::read_dir(&libraries).with_context(|| format!("no {}", libraries.display()))?;
    let mut found = versions.filter_map(|version| Some(version.ok()?.path().join(&documents)));
    found.find(|path| path.exists()).with_context(|| format!("{api} is not installed: cargo xtask tools"))
}
