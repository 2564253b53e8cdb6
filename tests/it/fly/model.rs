//! The files of Fly.io with the keys that a project may set: those that `flyctl config validate --strict` knows. Others are
//! typing errors, or belong here.

#![expect(dead_code, reason = "a key that no rule reads is here so that its name and type are checked")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Number, Value};
use toml_edit::{DocumentMut, Item, Table};

/// Declares structs that have no other keys.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(super) struct $name { $(pub(super) $field: $type),+ }
        )+
    };
}

/// Declares enums of words in lower case.
macro_rules! words {
    ($($name:ident { $($word:ident),+ })+) => {
        $(
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
            #[serde(rename_all = "lowercase")]
            pub(super) enum $name { $($word),+ }
        )+
    };
}

words! {
    Strategy { Rolling, Bluegreen, Canary, Immediate }
    AutoStop { Off, Stop, Suspend }
    Concurrent { Requests, Connections }
    Policy { Always, Never }
}

/// The signals that end a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Signal {
    #[serde(rename = "SIGINT")]
    Interrupt,
    #[serde(rename = "SIGTERM")]
    Terminate,
    #[serde(rename = "SIGQUIT")]
    Quit,
}

/// The methods of a check that asks for health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Method {
    Get,
    Head,
}

tables! {
    /// `fly.toml`.
    App {
        app: String,
        primary_region: String,
        kill_signal: Option<Signal>,
        kill_timeout: Option<String>,
        build: Option<Build>,
        deploy: Deploy,
        env: Option<BTreeMap<String, String>>,
        processes: Option<BTreeMap<String, String>>,
        mounts: Option<Vec<Mount>>,
        http_service: Option<HttpService>,
        restart: Vec<Restart>,
        vm: Vec<Machine>,
        metrics: Option<Vec<Metrics>>,
    }
    Build { dockerfile: String }
    Deploy { strategy: Strategy, max_unavailable: Option<u32>, wait_timeout: Option<String> }
    Mount {
        source: String,
        destination: String,
        initial_size: String,
        snapshot_retention: Option<u32>,
        auto_extend_size_threshold: Option<u32>,
        auto_extend_size_increment: Option<String>,
        auto_extend_size_limit: Option<String>,
        processes: Option<Vec<String>>,
    }
    HttpService {
        internal_port: u32,
        force_https: bool,
        auto_stop_machines: AutoStop,
        auto_start_machines: bool,
        min_machines_running: u32,
        concurrency: Concurrency,
        http_options: HttpOptions,
        checks: Vec<Check>,
    }
    Concurrency { r#type: Concurrent, soft_limit: u32, hard_limit: u32 }
    HttpOptions { idle_timeout: u32 }
    Check { method: Method, path: String, grace_period: String, interval: String, timeout: String }
    Restart { policy: Policy, retries: Option<u32>, processes: Option<Vec<String>> }
    Machine { size: String, memory: String, processes: Option<Vec<String>> }
    Metrics { port: u32, path: String, processes: Option<Vec<String>> }
}

/// # Errors
/// What is no TOML, has another key, or another type.
pub(super) fn parse(text: &str) -> Result<App, String> {
    let document: DocumentMut = text.parse().map_err(|error| format!("no TOML: {error}"))?;
    serde_json::from_value(json(document.as_item())).map_err(|error| error.to_string())
}

fn json(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => json_of_value(value),
        Item::Table(table) => json_of_table(table),
        Item::ArrayOfTables(tables) => Value::Array(tables.iter().map(json_of_table).collect()),
    }
}

fn json_of_table(table: &Table) -> Value {
    Value::Object(table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect())
}

fn json_of_value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::String(text.value().clone()),
        toml_edit::Value::Integer(number) => Value::Number((*number.value()).into()),
        toml_edit::Value::Float(number) => Number::from_f64(*number.value()).map_or(Value::Null, Value::Number),
        toml_edit::Value::Boolean(flag) => Value::Bool(*flag.value()),
        toml_edit::Value::Datetime(time) => Value::String(time.to_string()),
        toml_edit::Value::Array(items) => Value::Array(items.iter().map(json_of_value).collect()),
        toml_edit::Value::InlineTable(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.to_owned(), json_of_value(value))).collect())
        }
    }
}
