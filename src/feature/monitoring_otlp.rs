//! Metrics, logs and traces for an OpenTelemetry collector.

use super::{Feature, Offer, Wanted};
use crate::choice::{Monitoring, Value};
use crate::part::versions::{
    OPENTELEMETRY, OPENTELEMETRY_OTLP, OPENTELEMETRY_PROTO, OPENTELEMETRY_SDK, PERCENT_ENCODING,
};
use crate::part::{Condition, Deployed, Group, Panel, Parts, Section, Unit};

pub(super) const MONITORING_OTLP: Feature = Feature {
    id: "monitoring-otlp",
    wanted: Wanted::Value(
        Value::Monitoring(Monitoring::Otlp),
        Offer {
            label: "OpenTelemetry",
            clause: "metrics, traces and logs over OTLP, alert rules with tests",
            cost: "the OpenTelemetry SDK; a collector and what stores its data run elsewhere",
            why: "One protocol for metrics, traces and logs, which every large monitoring product takes.",
            pick: "when there is a collector, or a product that takes OTLP",
        },
    ),
    contribute: |_, parts| {
        depend(parts);
        set(parts);
        let about = "Log records dropped: too many waited, or the receiver failed";
        let reasons = ["failed", "full"];
        parts.series.of("export").labelled("log_records_dropped_total", "reason", &reasons, about);
        parts.symptoms.of("collector").ticket(
            "LogRecordsAreDropped",
            "Log records are dropped",
            "Log records do not reach the collector; standard output has them",
            Condition::Events { counter: "log_records_dropped_total", over: 100, keep: 15 },
        );
        let about = "Standard output has them all the same.";
        parts.dashboards.add(
            "export",
            Panel::new(Section::Parts, "Dropped log records", about, Unit::PerSecond)
                .query("sum by (reason) (rate(log_records_dropped_total{job=\"app\"}[$__rate_interval]))", "{{reason}}")
                .runbook("collector"),
        );
        parts.limits.bound("log records that wait for the collector", "2,048", "dropped, and counted");
    },
};

fn depend(parts: &mut Parts) {
    let signals = ["logs", "metrics"];
    parts.manifest.add(OPENTELEMETRY.features(&signals));
    parts.manifest.add(OPENTELEMETRY_SDK.features(&signals));
    parts.manifest.add(OPENTELEMETRY_OTLP.features(&signals));
    parts.manifest.add(PERCENT_ENCODING.plain());
    parts.manifest.add_dev(OPENTELEMETRY_PROTO.features(&signals));
}

fn set(parts: &mut Parts) {
    let settings = &mut parts.settings;
    let about = "URL of the OpenTelemetry collector, such as http://collector:4318; nothing is exported by default";
    settings.add(Group::Monitoring, "OTEL_EXPORTER_OTLP_ENDPOINT", "", about).http().deployed(Deployed::Adjustable);
    let about = "Headers for the collector, such as authorization=Basic%20dTpw, separated by commas";
    settings.add(Group::Monitoring, "OTEL_EXPORTER_OTLP_HEADERS", "", about).secret();
    let about =
        "Further attributes of the service, such as deployment.environment.name=production, separated by commas";
    // Targets with another environment set another one there.
    let environment = Deployed::As("deployment.environment.name=production");
    settings.add(Group::Monitoring, "OTEL_RESOURCE_ATTRIBUTES", "", about).deployed(environment);
    for (name, default, about) in [
        ("OTEL_METRIC_EXPORT_INTERVAL", "60000", "Milliseconds between two exports of the metrics"),
        ("OTEL_SERVICE_NAME", "", "Name of the service in its telemetry; by default that of the package"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "Protocol of the collector; only http/protobuf"),
        ("OTEL_SDK_DISABLED", "false", "Whether nothing is exported, whatever the endpoint"),
    ] {
        settings.add(Group::Monitoring, name, default, about);
    }
}
