//! What is wrong with the containers of a revision, their variables and their volumes.

use std::collections::BTreeSet;

use super::model::{Container, Revision, Variable};
use super::{Facts, probes, syntax};
use crate::plants::broken;
use crate::projects::NAME;

/// Variables that Cloud Run sets itself, and refuses in a service.
const RESERVED: [&str; 4] = ["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"];

/// The seconds from SIGTERM to SIGKILL. No field changes them.
const GRACE: u32 = 10;

/// The seconds for the exit itself.
const EXIT: u32 = 2;

/// The least memory of a replica in the execution environment gen2, in MiB.
const LEAST_MEMORY: u32 = 512;

pub(super) fn faults(revision: &Revision, facts: &Facts) -> Vec<String> {
    let containers = &revision.containers;
    let serving: Vec<&Container> = containers.iter().filter(|container| container.ports.is_some()).collect();
    let [app] = serving.as_slice() else { return vec!["not one container with a port".to_owned()] };
    let names: BTreeSet<&str> = containers.iter().map(|container| container.name.as_str()).collect();
    let mut faults = broken(&[
        (names.len() == containers.len(), "a container twice"),
        (app.image == "IMAGE", "rollout.sh writes no image"),
    ]);
    faults.extend(of_app(app, revision, facts));
    for container in containers {
        let is_pinned = container.image == "IMAGE" || syntax::is_pinned(&container.image);
        let own =
            broken(&[(syntax::is_label(&container.name, 63), "no name"), (is_pinned, "an image without a version")]);
        let found = [own, resources(container), mounts(container, revision)].concat();
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", container.name)));
    }
    faults.extend(volumes(revision));
    faults
}

/// The container that takes requests.
fn of_app(app: &Container, revision: &Revision, facts: &Facts) -> Vec<String> {
    let [port] = app.ports.as_deref().unwrap_or_default() else { return vec!["not one port".to_owned()] };
    let variables = app.env.as_deref().unwrap_or_default();
    let value = |name: &str| {
        let variable = variables.iter().find(|variable| variable.name == name);
        variable.and_then(|variable| variable.value.as_deref())
    };
    let time = |name: &str| value(name).and_then(syntax::seconds).unwrap_or(u32::MAX / 16);
    let (delay, drain, request) = (time("DRAIN_DELAY"), time("DRAIN_TIMEOUT"), time("REQUEST_TIMEOUT"));
    let concurrency = revision.container_concurrency;
    let hops = !facts.settings.contains_key("TRUSTED_PROXY_HOPS") || value("TRUSTED_PROXY_HOPS") == Some("1");
    let cpu = app.resources.limits.get("cpu").and_then(|text| syntax::millicores(text)).unwrap_or(0);
    let mut faults = broken(&[
        (["http1", "h2c"].contains(&port.name.as_str()), "a protocol that Cloud Run does not have"),
        (port.container_port == facts.number("PORT"), "another port than that of the service"),
        (delay + drain + EXIT <= GRACE, "killed while it drains"),
        (request * 10 <= drain * 9, "a request may take longer than a replica drains"),
        (request < revision.timeout_seconds, "Cloud Run answers before the service"),
        (revision.timeout_seconds <= 3600, "timeoutSeconds is more than an hour"),
        ((1..=1000).contains(&concurrency), "no containerConcurrency"),
        (concurrency < facts.number("MAX_IN_FLIGHT"), "a replica refuses requests before another is added"),
        (concurrency == 1 || cpu >= 1000, "less than one processor takes one request at a time"),
        (value("ADMIN_HOST") == Some("127.0.0.1"), "the admin port is open"),
        (hops, "the client is not the last of X-Forwarded-For"),
    ]);
    faults.extend(of_variables(variables, facts));
    faults.extend(probes::faults(app, port.container_port));
    faults
}

fn of_variables(variables: &[Variable], facts: &Facts) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for Variable { name, value, value_from } in variables {
        let secret = facts.settings.get(name.as_str()).map(|(_, secret)| *secret);
        let source = value_from.as_ref().map(|source| &source.secret_key_ref);
        let own = broken(&[
            (names.insert(name), "twice"),
            (syntax::is_variable(name), "no name of a variable"),
            (!RESERVED.contains(&name.as_str()), "set by Cloud Run"),
            (secret.is_some(), "no setting of the service"),
            (value.is_some() != value_from.is_some(), "not one of value and valueFrom"),
            (secret != Some(true) || source.is_some(), "a secret in the file"),
            (secret != Some(false) || source.is_none(), "no secret"),
            (source.is_none_or(|secret| syntax::is_version(&secret.key)), "a version of a secret that can move"),
            (source.is_none_or(|secret| syntax::is_secret(&secret.name)), "no name of a secret"),
            (source.is_none_or(|secret| secret.name == secret_of(name)), "the secret of another setting"),
        ]);
        faults.extend(own.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    faults
}

/// The secret of a setting: `shop-api-database-url`.
fn secret_of(name: &str) -> String {
    format!("{NAME}-{}", name.to_lowercase().replace('_', "-"))
}

fn resources(container: &Container) -> Vec<String> {
    let limits = &container.resources.limits;
    let cpu = limits.get("cpu").and_then(|text| syntax::millicores(text));
    let memory = limits.get("memory").and_then(|text| syntax::mebibytes(text));
    let own = if container.ports.is_some() { LEAST_MEMORY } else { 128 };
    let (least, most) = match cpu.unwrap_or(0) {
        ..1000 => (own, 1024),
        1000..4000 => (own, cpu.unwrap_or(0) / 1000 * 4096),
        4000..6000 => (2048, 16 * 1024),
        6000.. => (4096, 32 * 1024),
    };
    let whole = cpu.is_some_and(|cpu| (80..1000).contains(&cpu) || [1000, 2000, 4000, 6000, 8000].contains(&cpu));
    broken(&[
        (limits.keys().all(|key| ["cpu", "memory"].contains(&key.as_str())), "a limit of nothing"),
        (whole, "no number of processors"),
        (memory.is_some_and(|memory| memory >= least), "less memory than it needs"),
        (memory.is_some_and(|memory| memory <= most), "more memory than its processors may have"),
    ])
}

fn mounts(container: &Container, revision: &Revision) -> Vec<String> {
    let volumes = revision.volumes.as_deref().unwrap_or_default();
    let mut faults = Vec::new();
    for mount in container.volume_mounts.iter().flatten() {
        let path = &mount.mount_path;
        let system = ["/dev", "/proc", "/sys"].iter().any(|folder| path.starts_with(folder));
        faults.extend(broken(&[
            (volumes.iter().any(|volume| volume.name == mount.name), "mounts no volume"),
            (path.starts_with('/') && !path.contains(':') && !system, "a path that Cloud Run refuses"),
        ]));
    }
    faults
}

fn volumes(revision: &Revision) -> Vec<String> {
    let mut faults = Vec::new();
    for volume in revision.volumes.iter().flatten() {
        let mut mounts = revision.containers.iter().flat_map(|container| container.volume_mounts.iter().flatten());
        let items = &volume.secret.items;
        let own = broken(&[
            (mounts.any(|mount| mount.name == volume.name), "mounted by nothing"),
            (volume.name != "cloudsql" && syntax::is_label(&volume.name, 63), "no name of a volume"),
            (syntax::is_secret(&volume.secret.secret_name), "no name of a secret"),
            (!items.is_empty() && items.iter().all(|item| syntax::is_version(&item.key)), "a version that can move"),
            (items.iter().all(|item| !item.path.starts_with(['/', '.'])), "a path outside the volume"),
        ]);
        faults.extend(own.into_iter().map(|fault| format!("volume {}: {fault}", volume.name)));
    }
    faults
}
