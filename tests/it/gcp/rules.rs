//! What is wrong with a service as a whole: names, annotations, shares of requests, and what has to agree with them.

use std::collections::BTreeMap;

use restwell::part::connections;

use super::model::{Annotations, Collector, Interface, Revision, Service, Target};
use super::{Facts, containers, syntax};
use crate::plants::broken;
use crate::projects::NAME;

/// The tag that rollout.sh gives to a new revision.
const TAG: &str = "candidate";

/// An annotation with its values.
type Annotation = (&'static str, fn(&str) -> bool);

const OF_SERVICE: &[Annotation] = &[
    ("run.googleapis.com/ingress", |text| ["all", "internal", "internal-and-cloud-load-balancing"].contains(&text)),
    ("run.googleapis.com/invoker-iam-disabled", is_flag),
    ("run.googleapis.com/launch-stage", |text| ["ALPHA", "BETA", "GA"].contains(&text)),
    ("run.googleapis.com/minScale", is_number),
];

const OF_REVISION: &[Annotation] = &[
    ("autoscaling.knative.dev/maxScale", is_number),
    ("run.googleapis.com/container-dependencies", |text| dependencies(text).is_some()),
    ("run.googleapis.com/cpu-throttling", is_flag),
    ("run.googleapis.com/execution-environment", |text| ["gen1", "gen2"].contains(&text)),
    ("run.googleapis.com/network-interfaces", is_network),
    ("run.googleapis.com/startup-cpu-boost", is_flag),
    ("run.googleapis.com/vpc-access-egress", |text| ["all-traffic", "private-ranges-only"].contains(&text)),
];

fn is_flag(text: &str) -> bool {
    ["true", "false"].contains(&text)
}

fn is_number(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|number| (1..=1000).contains(&number))
}

fn is_network(text: &str) -> bool {
    let interfaces: Option<Vec<Interface>> = serde_json::from_str(text).ok();
    let is_name = |text: &str| syntax::is_label(text, 63) || text.starts_with("projects/");
    interfaces.is_some_and(|interfaces| match interfaces.as_slice() {
        [only] => is_name(&only.network) && is_name(&only.subnetwork),
        _ => false,
    })
}

/// The containers that each one waits for.
fn dependencies(text: &str) -> Option<BTreeMap<String, Vec<String>>> {
    serde_json::from_str(text).ok()
}

pub(super) fn faults(service: &Service, facts: &Facts) -> Vec<String> {
    let Service { api_version, kind, metadata, spec } = service;
    let revision = &spec.template.spec;
    let own = &spec.template.metadata.annotations;
    let mut faults = broken(&[
        (api_version == "serving.knative.dev/v1" && kind == "Service", "no service of Cloud Run"),
        (syntax::is_label(&metadata.name, 46 - TAG.len()), "a name too long for the tag of a candidate, or no name"),
        (metadata.name == NAME, "another service than that of rollout.sh"),
        (is_account(&revision.service_account_name), "no service account"),
    ]);
    faults.extend(annotations(&metadata.annotations, OF_SERVICE, "a service"));
    faults.extend(annotations(own, OF_REVISION, "a revision"));
    faults.extend(scaling(&metadata.annotations, own, facts));
    faults.extend(order(own, revision));
    faults.extend(requests(&spec.traffic));
    faults.extend(containers::faults(revision, facts));
    faults
}

/// `shop-api@PROJECT.iam.gserviceaccount.com`
fn is_account(text: &str) -> bool {
    let name = text.strip_suffix("@PROJECT.iam.gserviceaccount.com");
    name.is_some_and(|name| name == NAME && name.len() >= 6 && syntax::is_label(name, 30))
}

fn annotations(found: &Annotations, known: &[Annotation], level: &str) -> Vec<String> {
    let wrong = found.iter().filter_map(|(name, value)| match known.iter().find(|(known, _)| known == name) {
        None => Some(format!("{name} is no annotation of {level}")),
        Some((_, is_value)) => (!is_value(value)).then(|| format!("{name}: no value {value}")),
    });
    wrong.collect()
}

fn scaling(service: &Annotations, revision: &Annotations, facts: &Facts) -> Vec<String> {
    let number = |found: &Annotations, name: &str| found.get(name).and_then(|text| text.parse::<u32>().ok());
    let least = number(service, "run.googleapis.com/minScale");
    let most = number(revision, "autoscaling.knative.dev/maxScale").unwrap_or(u32::MAX / 64);
    let (expected_least, expected_most) = facts.replicas;
    let value = |name: &str| revision.get(name).map(String::as_str);
    let of_service = |name: &str| service.get(name).map(String::as_str);
    let is_private = value("run.googleapis.com/vpc-access-egress").is_some();
    broken(&[
        (least == Some(expected_least), "another minScale than the least number of replicas"),
        (most == expected_most, "another maxScale than the largest number of replicas"),
        (
            connections::while_rolling(most, false) <= connections::ACCEPTED,
            "maxScale exhausts the connections of the database",
        ),
        (value("run.googleapis.com/cpu-throttling") == Some("false"), "no processor for what works in the background"),
        (value("run.googleapis.com/execution-environment") == Some("gen2"), "not the execution environment gen2"),
        (is_private && value("run.googleapis.com/network-interfaces").is_some(), "no way to private addresses"),
        (value("run.googleapis.com/startup-cpu-boost") == Some("true"), "starts without more processors"),
        (of_service("run.googleapis.com/invoker-iam-disabled") == Some("true"), "every request is answered 403"),
        (of_service("run.googleapis.com/ingress") == Some("all"), "clients do not reach the service"),
        (
            of_service("run.googleapis.com/launch-stage") == Some("BETA"),
            "a readiness probe needs the launch stage BETA",
        ),
    ])
}

/// A container waits only for others that exist and have a startup probe.
fn order(annotations: &Annotations, revision: &Revision) -> Vec<String> {
    let text = annotations.get("run.googleapis.com/container-dependencies");
    let waits = text.and_then(|text| dependencies(text)).unwrap_or_default();
    let find = |name: &str| revision.containers.iter().find(|container| container.name == name);
    let mut faults = Vec::new();
    for (name, before) in &waits {
        let probed = |name: &String| find(name).is_some_and(|container| container.startup_probe.is_some());
        faults.extend(broken(&[
            (find(name).is_some(), "a container that does not exist waits"),
            (before.iter().all(|before| find(before).is_some()), "waits for a container that does not exist"),
            (before.iter().all(probed), "waits for a container without a startup probe"),
            (!before.iter().any(|before| waits.contains_key(before)), "two containers may wait for each other"),
        ]));
    }
    let others = revision.containers.iter().filter(|container| container.ports.is_none());
    let all_wait = others.into_iter().all(|container| waits.contains_key(&container.name));
    faults.extend(broken(&[(all_wait, "a container that does not wait for the service")]));
    faults
}

/// The shares of requests.
fn requests(targets: &[Target]) -> Vec<String> {
    let sum: u32 = targets.iter().map(|target| target.percent).sum();
    let one = |target: &Target| target.latest_revision.unwrap_or(false) != target.revision_name.is_some();
    let fixed = targets.iter().any(|target| target.revision_name.is_some() || target.tag.is_some());
    broken(&[
        (sum == 100, "the shares of requests are not 100 % together"),
        (targets.iter().all(one), "not one of latestRevision and revisionName"),
        (!fixed, "a revision that only one project has"),
    ])
}

/// The collector reads what the service writes, from the place that its image knows.
pub(super) fn of_collector(service: &Service, collector: Option<&Collector>, facts: &Facts) -> Vec<String> {
    let containers = &service.spec.template.spec.containers;
    let Some(Collector { api_version, kind, metadata, spec }) = collector else {
        // The Agent of Datadog is configured by its variables.
        let own = containers.iter().filter(|container| container.name != "agent");
        return broken(&[(own.count() == 1, "a container without a configuration")]);
    };
    let volumes = service.spec.template.spec.volumes.as_deref().unwrap_or_default();
    let mounted = containers.iter().flat_map(|container| container.volume_mounts.iter().flatten()).any(|mount| {
        let mut items =
            volumes.iter().filter(|volume| volume.name == mount.name).flat_map(|volume| &volume.secret.items);
        mount.mount_path == "/etc/rungmp" && items.any(|item| item.path == "config.yaml")
    });
    let [endpoint] = spec.endpoints.as_slice() else { return vec!["not one endpoint".to_owned()] };
    let interval = syntax::seconds(&endpoint.interval);
    let is_collector = (api_version.as_str(), kind.as_str()) == ("monitoring.googleapis.com/v1beta", "RunMonitoring");
    broken(&[
        (is_collector, "no configuration of the collector"),
        (metadata.name == NAME, "another job than that of the rules"),
        (endpoint.port == facts.number("ADMIN_PORT"), "another port than that of the metrics"),
        (endpoint.path == "/metrics", "another path than that of the metrics"),
        (interval.is_some_and(|seconds| (5..=30).contains(&seconds)), "no interval that the rules can use"),
        (containers.len() == 2, "no collector"),
        (mounted, "the collector has no configuration"),
        (
            volumes.iter().all(|volume| volume.secret.secret_name == format!("{NAME}-collector")),
            "another secret than README.md makes",
        ),
    ])
}
