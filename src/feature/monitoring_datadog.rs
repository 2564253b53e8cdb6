//! Metrics for the Datadog Agent, monitors and objectives, a dashboard.

mod queries;
mod widgets;

use super::{Feature, Offer, Wanted};
use crate::choice::{Monitoring, Value};
use crate::part::versions::{METRICS_PROCESS, METRICS_UTIL, TEMPFILE};
use crate::part::{AllSeries, Condition, Group, Settings};

pub(super) const MONITORING_DATADOG: Feature = Feature {
    id: "monitoring-datadog",
    wanted: Wanted::Value(
        Value::Monitoring(Monitoring::Datadog),
        Offer {
            label: "Datadog",
            clause: "metrics to its Agent, monitors, objectives, a dashboard",
            cost: "a Datadog Agent beside the service, monitors and objectives that a script creates, an account",
            why: "Metrics, logs and monitors in Datadog, which a company may already pay for.",
            pick: "when the company uses Datadog",
        },
    ),
    contribute: |stack, parts| {
        parts.manifest.add(METRICS_UTIL.features(&["registry"]));
        parts.manifest.add(METRICS_PROCESS.plain());
        parts.manifest.add_dev(TEMPFILE.plain());
        set(&mut parts.settings);
        measure(&mut parts.series);
        parts.symptoms.of("monitoring").ticket(
            "MetricsAreDropped",
            "Metrics are dropped",
            "<count> packets of metrics were dropped in a quarter of an hour, so other monitors may be wrong",
            Condition::Events { counter: "metrics_packets_dropped_total", over: 10, keep: 15 },
        );
        parts.limits.bound(
            "values of one series that are sent at once",
            "1000",
            "a sample of that size, with its rate",
        );
        parts.limits.bound("packets of metrics", "what the Agent takes within 1 s", "dropped and counted");
        parts.queries = queries::all(stack);
        parts.widgets = widgets::of(&parts.series);
    },
};

fn set(settings: &mut Settings) {
    for (name, default, about) in [
        ("DD_AGENT_HOST", "", "Host of the Datadog Agent; without it and DD_DOGSTATSD_URL nothing is sent"),
        ("DD_DOGSTATSD_PORT", "8125", "UDP port at which the Agent takes metrics"),
        (
            "DD_DOGSTATSD_URL",
            "",
            "Where the Agent takes metrics, if not by host and port, such as unix:///var/run/datadog/dsd.socket",
        ),
        ("DD_SERVICE", "", "Name of this service in Datadog; by default that of the package"),
        ("DD_ENV", "development", "Environment, such as production or staging"),
        ("DD_VERSION", "", "Version in Datadog; by default that of the package"),
        ("METRICS_INTERVAL", "2s", "How often metrics are sent to the Agent"),
    ] {
        settings.add(Group::Monitoring, name, default, about);
    }
}

fn measure(series: &mut AllSeries) {
    let mut series = series.of("service");
    series.counter("service_starts_total", "Starts of the service");
    series.gauge("service_ready", "1 while this replica is ready for requests");
    series.counter("metrics_packets_dropped_total", "Packets of metrics that the Agent did not take");
}
