//! The description of an app in Azure Container Apps with the keys that a project may set. Others are typing errors, or belong
//! here.

#![expect(dead_code, reason = "a key that no rule reads is here so that its name and type are checked")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml_ng::Value;

/// Declares structs whose keys are in camel case, and which have no others.
macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields, rename_all = "camelCase")]
            pub(super) struct $name { $(pub(super) $field: $type),+ }
        )+
    };
}

/// Declares enums of words.
macro_rules! words {
    ($($name:ident $case:literal { $($word:ident),+ })+) => {
        $(
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
            #[serde(rename_all = $case)]
            pub(super) enum $name { $($word),+ }
        )+
    };
}

words! {
    Identities "PascalCase" { UserAssigned }
    Mode "PascalCase" { Single, Multiple }
    Transport "lowercase" { Auto, Http, Http2, Tcp }
    Kind "PascalCase" { Startup, Readiness, Liveness }
}

objects! {
    App { r#type: String, location: String, identity: Identity, properties: Properties }
    Identity { r#type: Identities, user_assigned_identities: BTreeMap<String, Nothing> }
    Properties { environment_id: String, configuration: Configuration, template: Template }
    Configuration {
        active_revisions_mode: Mode,
        max_inactive_revisions: u32,
        ingress: Ingress,
        registries: Vec<Registry>,
        secrets: Option<Vec<Secret>>,
    }
    Ingress {
        external: bool,
        target_port: u32,
        transport: Transport,
        allow_insecure: bool,
        traffic: Option<Vec<Traffic>>,
    }
    Traffic { weight: u32, latest_revision: Option<bool>, revision_name: Option<String>, label: Option<String> }
    Registry { server: String, identity: String }
    Secret { name: String, key_vault_url: String, identity: String }
    Template {
        revision_suffix: String,
        termination_grace_period_seconds: u32,
        containers: Vec<Container>,
        scale: Scale,
    }
    Container {
        name: String,
        image: String,
        resources: Resources,
        env: Vec<Variable>,
        probes: Option<Vec<Probe>>,
        command: Option<Vec<String>>,
        args: Option<Vec<String>>,
    }
    Resources { cpu: f64, memory: String }
    Variable { name: String, value: Option<String>, secret_ref: Option<String> }
    Probe {
        r#type: Kind,
        http_get: HttpGet,
        initial_delay_seconds: Option<u32>,
        period_seconds: u32,
        timeout_seconds: u32,
        failure_threshold: u32,
        success_threshold: Option<u32>,
    }
    HttpGet { path: String, port: u32 }
    Scale { min_replicas: u32, max_replicas: u32, rules: Vec<Rule> }
    Rule { name: String, http: HttpRule }
    HttpRule { metadata: BTreeMap<String, String> }
}

/// `{}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// # Errors
/// What is no YAML, has another key, or another type. A number is no text, as it would be for a field read from YAML itself.
pub(super) fn parse(text: &str) -> Result<App, String> {
    let value: Value = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
    serde_yaml_ng::from_value(value).map_err(|error| error.to_string())
}
