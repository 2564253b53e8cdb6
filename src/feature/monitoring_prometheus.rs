//! Prometheus metrics, a Grafana dashboard, and alert rules with tests.

use super::{Feature, Offer, Wanted};
use crate::choice::{Monitoring, Value};
use crate::part::versions::METRICS_EXPORTER_PROMETHEUS;
use crate::part::{Condition, Scope};

pub(super) const MONITORING_PROMETHEUS: Feature = Feature {
    id: "monitoring-prometheus",
    wanted: Wanted::Value(
        Value::Monitoring(Monitoring::Prometheus),
        Offer {
            label: "Prometheus and Grafana",
            clause: "metrics, a dashboard, alert rules with tests",
            cost: "a metrics endpoint on the admin port, a dashboard, alert rules with tests",
            why: "Pages only when users are affected.",
            pick: "when the service has an on-call rotation",
        },
    ),
    contribute: |_, parts| {
        parts.manifest.add(METRICS_EXPORTER_PROMETHEUS.plain());
        parts.volumes.push("metrics");
        parts.symptoms.of("monitoring").ticket(
            "RulesFail",
            "Rules fail",
            "Prometheus cannot evaluate a rule, so the alert of that rule cannot fire",
            Condition::Written(Scope::Everything),
        );
        parts.symptoms.of("monitoring").ticket(
            "ConfigurationIsNotLoaded",
            "Configuration is not loaded",
            "Prometheus rejected its configuration and continues with the previous one",
            Condition::Written(Scope::Everything),
        );
    },
};
