//! The objects of Kubernetes that a project may have, with the fields that it may set. Other fields are typing errors, or
//! belong here.

#![expect(dead_code, reason = "a field that no rule reads is here so that its name and type are checked")]

use std::collections::BTreeMap;

use serde::Deserialize;

pub(super) type Labels = BTreeMap<String, String>;

/// One object.
#[derive(Deserialize)]
#[serde(tag = "kind")]
pub(super) enum Object {
    Namespace(Plain),
    ServiceAccount(Plain),
    Deployment(Of<Deployment>),
    Service(Of<Service>),
    HorizontalPodAutoscaler(Of<Autoscaler>),
    PodDisruptionBudget(Of<Disruption>),
    NetworkPolicy(Of<Network>),
    #[serde(rename = "HTTPRoute")]
    HttpRoute(Of<Route>),
    PodMonitor(Of<PodMonitor>),
}

/// Declares structs whose fields are in camel case, and which have no others.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident $(<$of:ident>)? { $($field:ident: $type:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields, rename_all = "camelCase")]
            pub(super) struct $name $(<$of>)? { $(pub(super) $field: $type),+ }
        )+
    };
}

/// Declares enums of words.
macro_rules! words {
    ($($name:ident { $($word:ident),+ })+) => {
        $(
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
            pub(super) enum $name { $($word),+ }
        )+
    };
}

words! {
    Always { Always }
    Pull { Always, IfNotPresent, Never }
    Unsatisfiable { DoNotSchedule, ScheduleAnyway }
    Seccomp { RuntimeDefault, Localhost }
    Strategy { RollingUpdate }
    Direction { Ingress, Egress }
    Eviction { AlwaysAllow, IfHealthyBudget }
    ServiceType { ClusterIP }
    MetricType { Resource }
    TargetType { Utilization }
    PathType { PathPrefix, Exact }
}

/// A protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Protocol {
    Tcp,
    Udp,
    Sctp,
}

/// What a pod knows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum FieldPath {
    #[serde(rename = "status.hostIP")]
    Host,
}

/// A number or a name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum NumberOrName {
    Number(u32),
    Name(String),
}

fields! {
    Metadata { name: String, namespace: Option<String>, labels: Option<Labels> }
    /// Without a specification.
    Plain { api_version: String, metadata: Metadata, automount_service_account_token: Option<bool> }
    /// With one.
    Of<Spec> { api_version: String, metadata: Metadata, spec: Spec }
    Selector { match_labels: Labels }

    Deployment {
        replicas: Option<u32>,
        revision_history_limit: u32,
        progress_deadline_seconds: u32,
        min_ready_seconds: u32,
        strategy: RolloutStrategy,
        selector: Selector,
        template: Template,
    }
    RolloutStrategy { r#type: Strategy, rolling_update: RollingUpdate }
    RollingUpdate { max_unavailable: u32, max_surge: u32 }
    Template { metadata: TemplateMetadata, spec: Pod }
    TemplateMetadata { labels: Labels }
    Pod {
        service_account_name: String,
        automount_service_account_token: bool,
        enable_service_links: bool,
        restart_policy: Option<Always>,
        termination_grace_period_seconds: u32,
        security_context: PodSecurity,
        topology_spread_constraints: Vec<Spread>,
        containers: Vec<Container>,
        volumes: Vec<Volume>,
    }
    PodSecurity { run_as_non_root: bool, run_as_user: u32, run_as_group: u32, fs_group: u32, seccomp_profile: Profile }
    Profile { r#type: Seccomp }
    Spread {
        max_skew: u32,
        topology_key: String,
        when_unsatisfiable: Unsatisfiable,
        label_selector: Selector,
        match_label_keys: Vec<String>,
    }
    Container {
        name: String,
        image: String,
        image_pull_policy: Option<Pull>,
        ports: Vec<ContainerPort>,
        env_from: Vec<EnvFrom>,
        env: Vec<Variable>,
        startup_probe: Probe,
        readiness_probe: Probe,
        liveness_probe: Probe,
        resources: Resources,
        security_context: ContainerSecurity,
        volume_mounts: Vec<Mount>,
    }
    ContainerPort { name: String, container_port: u32, protocol: Option<Protocol> }
    EnvFrom { config_map_ref: Reference }
    Reference { name: String }
    Variable { name: String, value: Option<String>, value_from: Option<Source> }
    Source { field_ref: FieldReference }
    FieldReference { field_path: FieldPath }
    Probe {
        http_get: HttpGet,
        initial_delay_seconds: Option<u32>,
        period_seconds: Option<u32>,
        timeout_seconds: Option<u32>,
        success_threshold: Option<u32>,
        failure_threshold: Option<u32>,
    }
    HttpGet { path: String, port: NumberOrName }
    Resources { requests: BTreeMap<String, String>, limits: BTreeMap<String, String> }
    ContainerSecurity {
        allow_privilege_escalation: bool,
        read_only_root_filesystem: bool,
        capabilities: Capabilities,
    }
    Capabilities { drop: Vec<String> }
    Mount { name: String, mount_path: String, read_only: Option<bool> }
    Volume { name: String, empty_dir: Option<EmptyDir>, secret: Option<SecretVolume> }
    EmptyDir { size_limit: String }
    SecretVolume { secret_name: String, default_mode: u32, items: Vec<Item> }
    Item { key: String, path: String }

    Service { r#type: ServiceType, selector: Labels, ports: Vec<ServicePort> }
    ServicePort { name: String, port: u32, target_port: NumberOrName, protocol: Option<Protocol> }

    Autoscaler {
        scale_target_ref: ScaleTarget,
        min_replicas: u32,
        max_replicas: u32,
        metrics: Vec<Metric>,
        behavior: Behavior,
    }
    ScaleTarget { api_version: String, kind: String, name: String }
    Metric { r#type: MetricType, resource: MetricResource }
    MetricResource { name: String, target: MetricTarget }
    MetricTarget { r#type: TargetType, average_utilization: u32 }
    Behavior { scale_down: ScaleDown }
    ScaleDown { stabilization_window_seconds: u32 }

    Disruption {
        min_available: Option<NumberOrName>,
        max_unavailable: Option<NumberOrName>,
        unhealthy_pod_eviction_policy: Eviction,
        selector: Selector,
    }

    Network {
        pod_selector: Selector,
        policy_types: Vec<Direction>,
        ingress: Vec<Ingress>,
        egress: Vec<Egress>,
    }
    Ingress { from: Vec<Peer>, ports: Vec<PolicyPort> }
    Egress { to: Option<Vec<Peer>>, ports: Vec<PolicyPort> }
    Peer { namespace_selector: Option<Selector>, ip_block: Option<IpBlock> }
    IpBlock { cidr: String }
    PolicyPort { protocol: Protocol, port: NumberOrName }

    Route { parent_refs: Vec<Parent>, hostnames: Vec<String>, rules: Vec<RouteRule> }
    Parent { name: String, namespace: String }
    RouteRule { matches: Option<Vec<RouteMatch>>, backend_refs: Vec<Backend>, timeouts: TimeOuts }
    RouteMatch { path: PathMatch }
    PathMatch { r#type: PathType, value: String }
    Backend { name: String, port: u32 }
    TimeOuts { request: String }

    PodMonitor { selector: Selector, pod_metrics_endpoints: Vec<Endpoint> }
    Endpoint { port: String, path: String, interval: String, relabelings: Vec<Relabeling> }
    Relabeling { action: String, target_label: String, replacement: String }

    /// `kustomization.yaml`.
    Kustomization {
        api_version: String,
        kind: String,
        namespace: Option<String>,
        resources: Vec<String>,
        labels: Option<Vec<Pairs>>,
        patches: Option<Vec<Patch>>,
        config_map_generator: Vec<Generator>,
    }
    Pairs { pairs: Labels }
    Patch { path: String }
    Generator { name: String, behavior: Option<Merge>, envs: Vec<String> }
}

/// What a generator of an environment does to that of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Merge {
    Merge,
}

impl Object {
    /// Its kind, the version of its API, and what identifies it.
    pub(super) fn head(&self) -> (&'static str, &str, &Metadata) {
        match self {
            Self::Namespace(object) => ("Namespace", &object.api_version, &object.metadata),
            Self::ServiceAccount(object) => ("ServiceAccount", &object.api_version, &object.metadata),
            Self::Deployment(object) => ("Deployment", &object.api_version, &object.metadata),
            Self::Service(object) => ("Service", &object.api_version, &object.metadata),
            Self::HorizontalPodAutoscaler(object) => ("HorizontalPodAutoscaler", &object.api_version, &object.metadata),
            Self::PodDisruptionBudget(object) => ("PodDisruptionBudget", &object.api_version, &object.metadata),
            Self::NetworkPolicy(object) => ("NetworkPolicy", &object.api_version, &object.metadata),
            Self::HttpRoute(object) => ("HTTPRoute", &object.api_version, &object.metadata),
            Self::PodMonitor(object) => ("PodMonitor", &object.api_version, &object.metadata),
        }
    }
}
