//! Prometheus metrics, a Grafana dashboard, and alert rules with tests.

use super::{Feature, Offer, Wanted};
use crate::choice::{Monitoring, Value};
use crate::part::versions::{METRICS_EXPORTER_PROMETHEUS, METRICS_PROCESS};

pub(super) const MONITORING_PROMETHEUS: Feature = Feature {
    id: "monitoring-prometheus",
    wanted: Wanted::Value(
        Value::Monitoring(Monitoring::Prometheus),
        Offer {
            label: "Prometheus and Grafana",
            clause: "metrics, a dashboard, alert rules with tests",
            cost: "a metrics endpoint on the admin port, a dashboard, alert rules with tests",
            why: "Pages someone only when users are affected.",
            pick: "when someone is on call for it",
        },
    ),
    contribute: |_, parts| {
        parts.manifest.add(METRICS_EXPORTER_PROMETHEUS.plain());
        parts.manifest.add(METRICS_PROCESS.plain());
        parts.volumes.push("metrics");
    },
};
