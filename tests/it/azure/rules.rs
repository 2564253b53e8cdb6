//! The rules that the types do not have: values that Azure refuses, references to nothing, and values that mean another thing than
//! they should.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{App, Configuration, Container, Kind, Mode, Probe, Template, Transport, parse};
use crate::plants::broken;

/// What the service is, as far as the description has to agree with it.
pub(super) struct Service<'a> {
    /// Every setting, with its default and whether it may hold a secret.
    pub(super) settings: BTreeMap<&'a str, (&'a str, bool)>,
    /// The fewest and the most replicas.
    pub(super) replicas: (u32, u32),
}

/// What is wrong with the description.
pub(super) fn faults(text: &str, service: &Service<'_>) -> Vec<String> {
    let app: App = match parse(text) {
        Ok(app) => app,
        Err(fault) => return vec![fault],
    };
    let template = &app.properties.template;
    let configuration = &app.properties.configuration;
    let Some(own) = template.containers.iter().find(|container| container.name == "app") else {
        return vec!["no container app".to_owned()];
    };
    let mut faults = references(&app);
    faults.extend(ingress(configuration, own, service));
    faults.extend(shutdown(template, own, service));
    faults.extend(resources(template));
    faults.extend(settings(own, service));
    faults.extend(probes(own, service));
    faults.extend(scale(template, service));
    let names: BTreeSet<&String> = template.containers.iter().map(|container| &container.name).collect();
    faults.extend(broken(&[
        (app.r#type == "Microsoft.App/containerApps", "another type of resource"),
        (app.location.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()), "no location"),
        (names.len() == template.containers.len(), "two containers of one name"),
        (configuration.active_revisions_mode == Mode::Multiple, "a version would get requests before it is asked"),
        (configuration.max_inactive_revisions <= 100, "keeps more than 100 revisions"),
        (template.revision_suffix == "version", "the script does not find the suffix of the revision"),
    ]));
    faults
}

/// What names another part of the description.
fn references(app: &App) -> Vec<String> {
    let Configuration { registries, secrets, .. } = &app.properties.configuration;
    let identities = &app.identity.user_assigned_identities;
    let mut faults = Vec::new();
    let named = registries.iter().map(|registry| &registry.identity);
    let named = named.chain(secrets.iter().flatten().map(|secret| &secret.identity));
    for identity in named.filter(|identity| !identities.contains_key(*identity)) {
        faults.push(format!("no identity {identity}"));
    }
    let is_resource = |id: &str, kind: &str| {
        let parts: Vec<&str> = id.split('/').collect();
        parts.len() == 9 && parts[1] == "subscriptions" && parts[3] == "resourceGroups" && id.contains(kind)
    };
    let all = identities.keys().all(|id| is_resource(id, "/Microsoft.ManagedIdentity/userAssignedIdentities/"));
    faults.extend(broken(&[
        (all && !identities.is_empty(), "no id of an identity"),
        (is_resource(&app.properties.environment_id, "/Microsoft.App/managedEnvironments/"), "no id of an environment"),
        (registries.iter().all(|registry| registry.server.ends_with(".azurecr.io")), "no server of a registry"),
    ]));
    let known: BTreeSet<&str> = secrets.iter().flatten().map(|secret| secret.name.as_str()).collect();
    let mut used = BTreeSet::new();
    for variable in app.properties.template.containers.iter().flat_map(|container| &container.env) {
        match (&variable.value, &variable.secret_ref) {
            (Some(_), None) => {}
            (None, Some(name)) if known.contains(name.as_str()) => drop(used.insert(name.as_str())),
            (None, Some(name)) => faults.push(format!("no secret {name}")),
            (None, None) | (Some(_), Some(_)) => faults.push(format!("{} has not one value", variable.name)),
        }
    }
    faults.extend(known.difference(&used).map(|name| format!("nothing reads the secret {name}")));
    for secret in secrets.iter().flatten() {
        let path =
            secret.key_vault_url.strip_prefix("https://").and_then(|rest| rest.split_once(".vault.azure.net/secrets/"));
        let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        faults.extend(broken(&[
            (path.is_some_and(|(_, name)| name == secret.name), "a secret has another name in the vault"),
            (secret.name.chars().all(is_letter), "no name of a secret"),
        ]));
    }
    faults.extend(broken(&[(known.len() == secrets.iter().flatten().count(), "a secret twice")]));
    faults
}

fn ingress(configuration: &Configuration, own: &Container, service: &Service<'_>) -> Vec<String> {
    let ingress = &configuration.ingress;
    let weights: u32 = ingress.traffic.iter().flatten().map(|traffic| traffic.weight).sum();
    broken(&[
        (ingress.external, "no client reaches it"),
        (
            number(own, service, "PORT") == Some(ingress.target_port),
            "the ingress asks another port than the service has",
        ),
        (ingress.transport == Transport::Http, "speaks another protocol than HTTP/1.1"),
        (!ingress.allow_insecure, "answers without TLS"),
        (ingress.traffic.is_none() || weights == 100, "the weights are not 100 together"),
        (ingress.traffic.is_none(), "each update would move the requests"),
    ])
}

fn shutdown(template: &Template, own: &Container, service: &Service<'_>) -> Vec<String> {
    let grace = template.termination_grace_period_seconds;
    let time = |name| setting(own, service, name).and_then(seconds);
    let drain = time("DRAIN_DELAY").zip(time("DRAIN_TIMEOUT")).map(|(delay, timeout)| delay + timeout + 2);
    broken(&[
        (grace <= 60, "terminationGracePeriodSeconds is more than 60"),
        (drain.is_some_and(|drain| drain <= grace), "terminationGracePeriodSeconds is shorter than the shutdown"),
    ])
}

/// Quarters of a processor, each with half a gibibyte, over all containers.
fn resources(template: &Template) -> Vec<String> {
    let mut total = (0.0, 0.0);
    for Container { name, resources, .. } in &template.containers {
        let memory = resources.memory.strip_suffix("Gi").and_then(|memory| memory.parse::<f64>().ok());
        let Some(memory) = memory else { return vec![format!("{name}: no memory {}", resources.memory)] };
        total = (total.0 + resources.cpu, total.1 + memory);
    }
    let (cpu, memory) = total;
    let quarters = cpu * 4.0;
    let own = template.containers.iter().filter(|container| container.name == "app");
    let enough = own.map(|container| container.resources.memory.as_str()).all(|memory| memory != "0.25Gi");
    broken(&[
        ((1.0..=16.0).contains(&quarters) && quarters.fract() == 0.0, "no number of processors"),
        ((memory - cpu * 2.0).abs() < 1e-9, "processors and memory are no pair"),
        (enough, "less memory than its limits add up to"),
    ])
}

fn settings(own: &Container, service: &Service<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for variable in &own.env {
        let name = variable.name.as_str();
        if !seen.insert(name) {
            faults.push(format!("{name} twice"));
        }
        match (service.settings.get(name), &variable.secret_ref) {
            (None, _) => faults.push(format!("no setting {name}")),
            (Some((_, true)), None) => faults.push(format!("{name} may hold a secret")),
            (Some(_), _) => {}
        }
    }
    let counts = service.settings.contains_key("TRUSTED_PROXY_HOPS");
    let hops = setting(own, service, "TRUSTED_PROXY_HOPS");
    faults.extend(broken(&[(!counts || hops == Some("1"), "the client is not the address that the ingress appends")]));
    faults
}

fn probes(own: &Container, service: &Service<'_>) -> Vec<String> {
    let probes: Vec<&Probe> = own.probes.iter().flatten().collect();
    let mut kinds: Vec<Kind> = probes.iter().map(|probe| probe.r#type).collect();
    kinds.sort_unstable();
    let mut faults =
        broken(&[(kinds == [Kind::Startup, Kind::Readiness, Kind::Liveness], "not one probe of each kind")]);
    for Probe {
        r#type: kind, http_get, period_seconds, timeout_seconds, failure_threshold, success_threshold, ..
    } in probes
    {
        let path = if *kind == Kind::Readiness { "/health/ready" } else { "/health/live" };
        let rules = broken(&[
            (number(own, service, "ADMIN_PORT") == Some(http_get.port), "asks another port than that of health"),
            (http_get.path == path, "asks another path"),
            ((1..=10).contains(failure_threshold), "failureThreshold is not 1 to 10"),
            ((1..=240).contains(period_seconds), "periodSeconds is not 1 to 240"),
            ((1..=240).contains(timeout_seconds), "timeoutSeconds is not 1 to 240"),
            (timeout_seconds <= period_seconds, "takes longer than its period"),
            (*kind == Kind::Readiness || success_threshold.is_none_or(|count| count == 1), "successThreshold is not 1"),
            (*kind != Kind::Startup || period_seconds * failure_threshold >= 60, "a start has less than a minute"),
        ]);
        faults.extend(rules.into_iter().map(|fault| format!("{kind:?}: {fault}")));
    }
    faults
}

fn scale(template: &Template, service: &Service<'_>) -> Vec<String> {
    let scale = &template.scale;
    let mut faults = broken(&[
        ((scale.min_replicas, scale.max_replicas) == service.replicas, "another number of replicas"),
        (scale.max_replicas <= 1000 && scale.min_replicas <= scale.max_replicas, "no range of replicas"),
        (scale.rules.len() == 1, "no rule, or several"),
    ]);
    for metadata in scale.rules.iter().map(|rule| &rule.http.metadata) {
        let most = metadata.get("concurrentRequests").and_then(|count| count.parse::<u32>().ok());
        let is_known = metadata.keys().all(|key| key == "concurrentRequests");
        faults.extend(broken(&[(
            is_known && most.is_some_and(|count| (1..=512).contains(&count)),
            "no rule of requests",
        )]));
    }
    faults
}

/// The value of a setting: that of the description, or its default.
fn setting<'a>(own: &'a Container, service: &Service<'a>, name: &str) -> Option<&'a str> {
    let variable = own.env.iter().find(|variable| variable.name == name);
    let own = variable.and_then(|variable| variable.value.as_deref());
    own.or_else(|| service.settings.get(name).map(|(default, _)| *default))
}

fn number(own: &Container, service: &Service<'_>, name: &str) -> Option<u32> {
    setting(own, service, name)?.parse().ok()
}

/// `35s` in seconds.
fn seconds(text: &str) -> Option<u32> {
    text.strip_suffix('s')?.parse().ok()
}
