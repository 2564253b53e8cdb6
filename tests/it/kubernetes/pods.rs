//! What is wrong with the pods of a Deployment: what an API server refuses, what the namespace refuses, and references to
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::Environment;
use super::model::{Container, Deployment, NumberOrName, Of, Pod, Probe, Volume};
use super::syntax;
use crate::plants::broken;

pub(super) fn faults(deployment: &Of<Deployment>, environment: &Environment, drain_timeout: u32) -> Vec<String> {
    let Deployment { strategy, selector, template, min_ready_seconds, progress_deadline_seconds, .. } =
        &deployment.spec;
    let pod = &template.spec;
    let labels = &template.metadata.labels;
    let is_selected = selector.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value));
    let rolling = &strategy.rolling_update;
    let mut faults = broken(&[
        (!selector.match_labels.is_empty() && is_selected, "the selector does not select the template"),
        (rolling.max_surge + rolling.max_unavailable > 0, "maxSurge and maxUnavailable are both 0"),
        (progress_deadline_seconds > min_ready_seconds, "progressDeadlineSeconds is not more than minReadySeconds"),
        (deployment.spec.replicas.is_none(), "replicas undoes what the autoscaler decided"),
        (pod.containers.len() == 1, "not one container"),
    ]);
    faults.extend(syntax_of(labels.iter()));
    faults.extend(security(pod));
    for spread in &pod.topology_spread_constraints {
        let key = &spread.topology_key;
        faults.extend(broken(&[
            (spread.max_skew > 0, "maxSkew is 0"),
            (syntax::is_qualified(key), "topologyKey is no name"),
            (spread.label_selector.match_labels == selector.match_labels, "the spread counts other pods"),
            (spread.match_label_keys == ["pod-template-hash"], "the spread counts replicas of other versions"),
        ]));
    }
    for container in &pod.containers {
        faults.extend(ports(container));
        faults.extend(resources(container));
        faults.extend(variables(container, environment));
        faults.extend(mounts(container, &pod.volumes));
        let named = |name: &str| container.env.iter().find(|variable| variable.name == name);
        let delay = named("DRAIN_DELAY").and_then(|delay| syntax::seconds(&delay.value));
        let fits = delay.is_some_and(|delay| delay + drain_timeout + 2 <= pod.termination_grace_period_seconds);
        faults.extend(broken(&[(fits, "terminationGracePeriodSeconds is shorter than the shutdown")]));
    }
    faults
}

pub(super) fn syntax_of<'a>(labels: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<String> {
    let wrong = labels.filter(|(key, value)| !syntax::is_qualified(key) || !syntax::is_label_value(value));
    wrong.map(|(key, value)| format!("no label {key}: {value}")).collect()
}

/// What the namespace refuses.
fn security(pod: &Pod) -> Vec<String> {
    let own = &pod.security_context;
    let mut faults = broken(&[
        (own.run_as_non_root && own.run_as_user != 0 && own.run_as_group != 0, "runs as root"),
        (!pod.automount_service_account_token, "has a token of the cluster"),
        (!pod.enable_service_links, "has a variable for every Service"),
    ]);
    for container in &pod.containers {
        let own = &container.security_context;
        faults.extend(broken(&[
            (!own.allow_privilege_escalation, "may gain privileges"),
            (own.read_only_root_filesystem, "may write anywhere"),
            (own.capabilities.drop == ["ALL"], "has capabilities"),
        ]));
    }
    faults
}

fn ports(container: &Container) -> Vec<String> {
    let ports = &container.ports;
    let mut faults = Vec::new();
    for port in ports {
        if !syntax::is_port_name(&port.name) {
            faults.push(format!("no name of a port: {}", port.name));
        }
        if !(1..=65535).contains(&port.container_port) {
            faults.push(format!("no port {}", port.container_port));
        }
    }
    if !are_distinct(ports.iter().map(|port| &port.name)) || !are_distinct(ports.iter().map(|port| port.container_port))
    {
        faults.push("a port twice".to_owned());
    }
    let Container { startup_probe, readiness_probe, liveness_probe, .. } = container;
    for (name, probe) in [("startup", startup_probe), ("readiness", readiness_probe), ("liveness", liveness_probe)] {
        let found = probe_faults(probe, name == "readiness", container);
        faults.extend(found.into_iter().map(|fault| format!("{name} probe: {fault}")));
    }
    faults
}

fn probe_faults(probe: &Probe, is_readiness: bool, container: &Container) -> Vec<String> {
    let Probe { http_get, period_seconds, timeout_seconds, success_threshold, failure_threshold, .. } = probe;
    let is_there = has_port(container, &http_get.port);
    let numbers = [period_seconds, timeout_seconds, success_threshold, failure_threshold];
    broken(&[
        (is_there, "no port of this name"),
        (http_get.port == NumberOrName::Name("admin".to_owned()), "asks another port than that of health"),
        (http_get.path.starts_with('/'), "the path is not absolute"),
        (numbers.iter().all(|number| **number != Some(0)), "a number is 0"),
        (is_readiness || success_threshold.is_none_or(|threshold| threshold == 1), "successThreshold is not 1"),
    ])
}

pub(super) fn has_port(container: &Container, port: &NumberOrName) -> bool {
    container.ports.iter().any(|own| match port {
        NumberOrName::Number(number) => own.container_port == *number,
        NumberOrName::Name(name) => own.name == *name,
    })
}

fn resources(container: &Container) -> Vec<String> {
    let (requests, limits) = (&container.resources.requests, &container.resources.limits);
    let mut faults = broken(&[
        (requests.contains_key("cpu") && requests.contains_key("memory"), "requests not both resources"),
        (limits.contains_key("memory"), "no limit of memory"),
    ]);
    for (name, text) in requests.iter().chain(limits) {
        if syntax::quantity(text).is_none() || !["cpu", "memory"].contains(&name.as_str()) {
            faults.push(format!("no quantity {name}: {text}"));
        }
    }
    let exceeds = |(name, limit): (&String, &String)| {
        requests.get(name).is_some_and(|request| syntax::quantity(request) > syntax::quantity(limit))
    };
    if limits.iter().any(exceeds) {
        faults.push("requests more than its limit".to_owned());
    }
    faults
}

fn variables(container: &Container, environment: &Environment) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names: Vec<&str> = container.env.iter().map(|variable| variable.name.as_str()).collect();
    for source in &container.env_from {
        match environment.settings.get(&source.config_map_ref.name) {
            Some(settings) => names.extend(settings.keys().map(String::as_str)),
            None => faults.push(format!("no ConfigMap {}", source.config_map_ref.name)),
        }
    }
    faults.extend(names.iter().filter(|name| !syntax::is_variable(name)).map(|name| format!("no variable {name}")));
    if !are_distinct(names.iter()) {
        faults.push("a variable twice".to_owned());
    }
    faults
}

fn mounts(container: &Container, volumes: &[Volume]) -> Vec<String> {
    let mut faults = Vec::new();
    let named: BTreeMap<&str, &Volume> = volumes.iter().map(|volume| (volume.name.as_str(), volume)).collect();
    let mounts = &container.volume_mounts;
    for mount in mounts.iter().filter(|mount| !named.contains_key(mount.name.as_str())) {
        faults.push(format!("no volume {}", mount.name));
    }
    for volume in volumes {
        let Volume { name, empty_dir, secret } = volume;
        let is_bounded = empty_dir.as_ref().is_none_or(|folder| syntax::quantity(&folder.size_limit).is_some());
        faults.extend(broken(&[
            (syntax::is_label(name), "no name of a volume"),
            (empty_dir.is_some() != secret.is_some(), "a volume has not one source"),
            (is_bounded, "no quantity sizeLimit"),
            (mounts.iter().any(|mount| mount.name == *name), "a volume is not mounted"),
        ]));
    }
    let absolute = mounts.iter().all(|mount| mount.mount_path.starts_with('/'));
    faults.extend(broken(&[
        (named.len() == volumes.len(), "a volume twice"),
        (absolute && are_distinct(mounts.iter().map(|mount| &mount.mount_path)), "a wrong path of a mount"),
    ]));
    // Every variable with the path of a file, and the files of the mounted Secret.
    let paths = container.env.iter().filter(|variable| variable.name.ends_with("_FILE"));
    let paths: BTreeSet<String> = paths.map(|variable| variable.value.clone()).collect();
    let files = mounts.iter().filter_map(|mount| Some((mount, named.get(mount.name.as_str())?.secret.as_ref()?)));
    let files: BTreeSet<String> = files
        .flat_map(|(mount, secret)| secret.items.iter().map(|item| format!("{}/{}", mount.mount_path, item.path)))
        .collect();
    if paths != files {
        faults.push(format!("variables name {paths:?}, the Secret has {files:?}"));
    }
    faults
}

pub(super) fn are_distinct<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    let mut items = items;
    items.all(|item| seen.insert(item))
}
