//! What is wrong with the probes of a container: only the server knows these rules.

use super::model::{Container, Probe};
use crate::plants::broken;

/// The longest period of a startup probe, and the longest time that a replica may take to start.
const START: u32 = 240;

/// The longest period of the others.
const PERIOD: u32 = 3600;

/// The three probes of the container that takes requests, on its port.
pub(super) fn faults(container: &Container, port: u32) -> Vec<String> {
    let Container { startup_probe, readiness_probe, liveness_probe, .. } = container;
    let mut faults = Vec::new();
    for (kind, probe, path, longest) in [
        ("startupProbe", startup_probe, "/health/ready", START),
        ("readinessProbe", readiness_probe, "/health/ready", PERIOD),
        ("livenessProbe", liveness_probe, "/health/live", PERIOD),
    ] {
        let found = match probe {
            None => vec!["is missing".to_owned()],
            Some(probe) => of_probe(probe, path, port, longest),
        };
        faults.extend(found.into_iter().map(|fault| format!("{kind}: {fault}")));
    }
    if let Some(probe) = startup_probe {
        let whole = probe.initial_delay_seconds.unwrap_or(0) + probe.period_seconds * probe.failure_threshold;
        faults.extend(broken(&[(whole <= START, "startupProbe: a replica may take 240 s to start, not more")]));
    }
    faults
}

fn of_probe(probe: &Probe, path: &str, port: u32, longest: u32) -> Vec<String> {
    let Probe { http_get, initial_delay_seconds, period_seconds, timeout_seconds, failure_threshold, .. } = probe;
    broken(&[
        (http_get.port == port, "another port than that of the container"),
        (http_get.path == path, "another path"),
        ((1..=longest).contains(period_seconds), "no period"),
        (*timeout_seconds >= 1, "no time-out"),
        (timeout_seconds < period_seconds, "the time-out is not shorter than the period"),
        (*failure_threshold >= 1, "failureThreshold is 0"),
        (initial_delay_seconds.is_none_or(|delay| delay <= longest), "too long an initial delay"),
        (probe.success_threshold.is_none_or(|threshold| threshold == 1), "successThreshold is not 1"),
    ])
}
