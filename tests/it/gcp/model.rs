//! A service of Cloud Run with the fields that it may set, and the configuration of the collector. Other fields are typing
//! errors, are ignored by Cloud Run, or belong here.

use std::collections::BTreeMap;

use serde::Deserialize;

pub(super) type Annotations = BTreeMap<String, String>;

/// Declares structs whose fields are in camel case, and which have no others.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields, rename_all = "camelCase")]
            pub(super) struct $name { $(pub(super) $field: $type),+ }
        )+
    };
}

fields! {
    Service { api_version: String, kind: String, metadata: Metadata, spec: Spec }
    Metadata { name: String, annotations: Annotations }
    Spec { template: Template, traffic: Vec<Target> }
    Template { metadata: TemplateMetadata, spec: Revision }
    TemplateMetadata { annotations: Annotations }
    Revision {
        service_account_name: String,
        container_concurrency: u32,
        timeout_seconds: u32,
        containers: Vec<Container>,
        volumes: Option<Vec<Volume>>,
    }
    Container {
        name: String,
        image: String,
        ports: Option<Vec<Port>>,
        env: Option<Vec<Variable>>,
        resources: Resources,
        startup_probe: Option<Probe>,
        readiness_probe: Option<Probe>,
        liveness_probe: Option<Probe>,
        volume_mounts: Option<Vec<Mount>>,
    }
    Port { name: String, container_port: u32 }
    Variable { name: String, value: Option<String>, value_from: Option<Source> }
    Source { secret_key_ref: SecretKey }
    SecretKey { name: String, key: String }
    Resources { limits: BTreeMap<String, String> }
    Probe {
        http_get: HttpGet,
        initial_delay_seconds: Option<u32>,
        period_seconds: u32,
        timeout_seconds: u32,
        failure_threshold: u32,
        success_threshold: Option<u32>,
    }
    HttpGet { path: String, port: u32 }
    Mount { name: String, mount_path: String }
    Volume { name: String, secret: SecretVolume }
    SecretVolume { secret_name: String, items: Vec<Item> }
    Item { key: String, path: String }
    /// Where requests go.
    Target { revision_name: Option<String>, latest_revision: Option<bool>, percent: u32, tag: Option<String> }

    /// `collector.yaml`.
    Collector { api_version: String, kind: String, metadata: CollectorMetadata, spec: CollectorSpec }
    CollectorMetadata { name: String }
    CollectorSpec { endpoints: Vec<Endpoint> }
    Endpoint { port: u32, path: String, interval: String }

    /// A network in an annotation.
    Interface { network: String, subnetwork: String }
}
