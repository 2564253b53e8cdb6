//! The rules that the types of `fly.toml` do not have: values that Fly.io refuses, and those that mean another thing than they
//! should.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{App, AutoStop, Check, Concurrent, HttpService, Machine, Mount, Policy, Signal, Strategy, parse};
use crate::plants::broken;

/// What the service is, as far as the file has to agree with it.
pub(super) struct Service<'a> {
    /// Every setting, with its default and whether it may hold a secret.
    pub(super) settings: BTreeMap<&'a str, (&'a str, bool)>,
    /// Machines that run.
    pub(super) replicas: u32,
    /// Whether its database is a file.
    pub(super) has_file: bool,
}

/// What is wrong with the file of the service.
pub(super) fn of_service(text: &str, service: &Service<'_>) -> Vec<String> {
    let app = match parse(text) {
        Ok(app) => app,
        Err(fault) => return vec![fault],
    };
    let mut faults = common(&app);
    faults.extend(shutdown(&app, service));
    faults.extend(settings(&app, service));
    match &app.http_service {
        Some(http) => faults.extend(http_faults(http, &app, service)),
        None => faults.push("has no [http_service]".to_owned()),
    }
    let is_kept = app.mounts.iter().flatten().any(|mount| keeps(mount, &app));
    faults.extend(broken(&[
        (app.build.is_none(), "builds an image: the one of the digest is deployed"),
        (app.processes.is_none(), "has processes: the image has one"),
        (is_kept || !service.has_file, "the database is not on a volume"),
        (app.mounts.is_none() || service.has_file, "a volume without a file"),
        (app.mounts.is_none() || service.replicas == 1, "each machine would have a volume of its own"),
        (app.deploy.strategy == Strategy::Rolling, "does not replace one machine after the other"),
        (app.deploy.max_unavailable == Some(1), "more than one machine may be away"),
        (app.restart.iter().all(|restart| restart.policy == Policy::Always), "an exit is not followed by a start"),
        (app.vm.iter().all(|machine| megabytes(&machine.memory) >= Some(256)), "less memory than its limits add up to"),
    ]));
    let metrics = app.metrics.iter().flatten();
    faults.extend(metrics.flat_map(|metrics| {
        let port = setting(&app, service, "ADMIN_PORT").and_then(|port| port.parse().ok());
        broken(&[
            (Some(metrics.port) == port, "metrics of another port than the admin port"),
            (metrics.path == "/metrics", "metrics of another path"),
        ])
    }));
    faults
}

/// What is wrong with the file of Prometheus and Alertmanager.
pub(super) fn of_watch(text: &str, service: &str) -> Vec<String> {
    let app = match parse(text) {
        Ok(app) => app,
        Err(fault) => return vec![fault],
    };
    let mut faults = common(&app);
    let groups: BTreeSet<&str> = app.processes.iter().flatten().map(|(name, _)| name.as_str()).collect();
    let machines = app.vm.iter().flat_map(|machine| machine.processes.iter().flatten()).map(String::as_str);
    faults.extend(broken(&[
        (app.app == format!("{service}-watch"), "another app than the scripts name"),
        (app.http_service.is_none(), "is public"),
        (groups == BTreeSet::from(["alertmanager", "prometheus"]), "has other processes"),
        (machines.collect::<BTreeSet<_>>() == groups, "a process has no machine of its own"),
        (app.env.is_none(), "has settings"),
    ]));
    for mount in app.mounts.iter().flatten() {
        let users = mount.processes.iter().flatten().filter_map(|name| app.processes.as_ref()?.get(name));
        let text: String = users.cloned().collect();
        // That of Alertmanager is in its script.
        if !text.contains(&format!("={}", mount.destination)) && !text.contains("alertmanager.sh") {
            faults.push(format!("no process writes to {}", mount.destination));
        }
    }
    faults
}

/// What holds for every app.
fn common(app: &App) -> Vec<String> {
    let name = &app.app;
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_name = name.len() <= 63 && name.chars().all(is_letter) && !name.starts_with('-') && !name.ends_with('-');
    let region = &app.primary_region;
    let mut faults = broken(&[
        (is_name && !name.is_empty(), "no name of an app"),
        (region.len() == 3 && region.chars().all(|letter| letter.is_ascii_lowercase()), "no region"),
        (!app.vm.is_empty(), "no size of a machine"),
        (!app.restart.is_empty(), "no restart policy"),
    ]);
    let wait = app.deploy.wait_timeout.as_deref();
    faults.extend(broken(&[(wait.is_none_or(|wait| seconds(wait).is_some()), "no duration wait_timeout")]));
    let groups: BTreeSet<&String> = app.processes.iter().flatten().map(|(name, _)| name).collect();
    let named = app.vm.iter().flat_map(|machine| machine.processes.iter().flatten());
    let named = named.chain(app.mounts.iter().flatten().flat_map(|mount| mount.processes.iter().flatten()));
    faults.extend(named.filter(|name| !groups.contains(name)).map(|name| format!("no process {name}")));
    faults.extend(app.vm.iter().flat_map(machine_faults));
    let mounts: Vec<&Mount> = app.mounts.iter().flatten().collect();
    faults.extend(mounts.iter().flat_map(|mount| mount_faults(mount)));
    let places: BTreeSet<_> = mounts.iter().map(|mount| (&mount.destination, &mount.processes)).collect();
    faults.extend(broken(&[(places.len() == mounts.len(), "two volumes at one place")]));
    faults
}

fn machine_faults(machine: &Machine) -> Vec<String> {
    let Machine { size, memory, .. } = machine;
    let sizes = size.strip_prefix("shared-cpu-").or(size.strip_prefix("performance-"));
    let count = sizes.and_then(|rest| rest.strip_suffix('x')).and_then(|count| count.parse::<u64>().ok());
    let Some(count) = count.filter(|count| [1, 2, 4, 8, 16].contains(count)) else {
        return vec![format!("no size {size}")];
    };
    let (least, most) =
        if size.starts_with("shared") { (256 * count, 2048 * count) } else { (2048 * count, 8192 * count) };
    let fits = megabytes(memory).is_some_and(|memory| (least..=most).contains(&memory) && memory % 256 == 0);
    if fits { Vec::new() } else { vec![format!("{size} cannot have the memory {memory}")] }
}

fn mount_faults(mount: &Mount) -> Vec<String> {
    let Mount { source, destination, initial_size, snapshot_retention, auto_extend_size_threshold, .. } = mount;
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let extends = [&mount.auto_extend_size_increment, &mount.auto_extend_size_limit];
    let has = extends.iter().filter(|size| size.is_some()).count() + usize::from(auto_extend_size_threshold.is_some());
    let sizes = extends.into_iter().flatten().chain([initial_size]);
    broken(&[
        (!source.is_empty() && source.len() <= 30 && source.chars().all(is_letter), "no name of a volume"),
        (destination.starts_with('/') && destination != "/", "no place for a volume"),
        (
            sizes.map(|size| gigabytes(size)).all(|size| size.is_some_and(|size| (1..=500).contains(&size))),
            "no size of a volume",
        ),
        (snapshot_retention.is_none_or(|days| (1..=60).contains(&days)), "snapshots are kept 1 to 60 days"),
        (auto_extend_size_threshold.is_none_or(|share| (50..=99).contains(&share)), "grows at no share from 50 to 99"),
        (has == 0 || has == 3, "grows with not all of threshold, increment and limit"),
        (
            mount.auto_extend_size_limit.as_deref().is_none_or(|limit| gigabytes(limit) > gigabytes(initial_size)),
            "never grows",
        ),
    ])
}

/// Whether the file of the database is on this volume.
fn keeps(mount: &Mount, app: &App) -> bool {
    let url = app.env.as_ref().and_then(|env| env.get("DATABASE_URL"));
    let path = url.and_then(|url| url.strip_prefix("sqlite://"));
    path.is_some_and(|path| path.starts_with(&format!("{}/", mount.destination)))
}

fn shutdown(app: &App, service: &Service<'_>) -> Vec<String> {
    let grace = app.kill_timeout.as_deref().and_then(seconds);
    let time = |name| setting(app, service, name).and_then(seconds);
    let fits = time("DRAIN_DELAY").zip(time("DRAIN_TIMEOUT")).zip(grace);
    broken(&[
        (app.kill_signal == Some(Signal::Terminate), "ends with a signal at which nothing drains"),
        (grace.is_some_and(|grace| grace <= 300), "kill_timeout is more than 300 s"),
        (
            fits.is_some_and(|((delay, timeout), grace)| delay + timeout + 2 <= grace),
            "kill_timeout is shorter than the shutdown",
        ),
    ])
}

fn settings(app: &App, service: &Service<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for name in app.env.iter().flatten().map(|(name, _)| name) {
        match service.settings.get(name.as_str()) {
            Some((_, false)) => {}
            Some((_, true)) => faults.push(format!("{name} may hold a secret")),
            None => faults.push(format!("no setting {name}")),
        }
    }
    let is = |name: &str, value: &str| setting(app, service, name) == Some(value);
    faults.extend(broken(&[
        (is("HOST", "::"), "does not listen on both kinds of addresses"),
        (is("ADMIN_HOST", ""), "the admin port listens elsewhere"),
        (
            !service.settings.contains_key("TRUSTED_PROXY_HOPS") || is("TRUSTED_PROXY_HOPS", "2"),
            "the client is not the second address from the right",
        ),
    ]));
    faults
}

/// The value of a setting: that of the file, or its default.
fn setting<'a>(app: &'a App, service: &Service<'a>, name: &str) -> Option<&'a str> {
    let own = app.env.as_ref().and_then(|env| env.get(name)).map(String::as_str);
    own.or_else(|| service.settings.get(name).map(|(default, _)| *default))
}

fn http_faults(http: &HttpService, app: &App, service: &Service<'_>) -> Vec<String> {
    let number = |name| setting(app, service, name).and_then(|number| number.parse::<u32>().ok());
    let header = setting(app, service, "HEADER_TIMEOUT").and_then(seconds);
    let limits = &http.concurrency;
    let mut faults = broken(&[
        (Some(http.internal_port) == number("PORT"), "the proxy asks another port than the service has"),
        (http.force_https, "answers without TLS"),
        (http.auto_stop_machines == AutoStop::Off, "machines are stopped"),
        (http.auto_start_machines, "a stopped machine stays stopped"),
        (http.min_machines_running == service.replicas, "another number of machines"),
        (limits.r#type == Concurrent::Requests, "counts connections"),
        (limits.soft_limit < limits.hard_limit, "soft_limit is not less than hard_limit"),
        (Some(limits.hard_limit) == number("MAX_IN_FLIGHT"), "hard_limit is not MAX_IN_FLIGHT"),
        (Some(http.http_options.idle_timeout) < header, "the service closes a connection first"),
        (http.checks.len() == 1, "not one check decides about requests"),
    ]);
    faults.extend(http.checks.iter().flat_map(|check| check_faults(check, app, service)));
    faults
}

fn check_faults(check: &Check, app: &App, service: &Service<'_>) -> Vec<String> {
    let Check { path, grace_period, interval, timeout, .. } = check;
    let delay = setting(app, service, "DRAIN_DELAY").and_then(seconds);
    let (grace, interval, timeout) = (seconds(grace_period), seconds(interval), seconds(timeout));
    broken(&[
        (path == "/health/ready", "the check does not ask for readiness"),
        (grace.is_some() && interval.is_some() && timeout.is_some(), "no duration of a check"),
        (interval > Some(0) && timeout > Some(0), "a duration of a check is 0"),
        (timeout < interval, "the check takes longer than its interval"),
        (interval <= delay, "the proxy learns of a drain after DRAIN_DELAY"),
    ])
}

/// `35s` or `5m` in seconds.
fn seconds(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        _ => return None,
    };
    digits.parse::<u32>().ok()?.checked_mul(factor)
}

/// `512mb` or `1gb` in megabytes.
fn megabytes(text: &str) -> Option<u64> {
    let of_unit = |unit: &str, factor: u64| text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(factor);
    of_unit("mb", 1).or_else(|| of_unit("gb", 1024))
}

/// `1gb` in gigabytes.
fn gigabytes(text: &str) -> Option<u64> {
    text.strip_suffix("gb")?.parse().ok()
}
