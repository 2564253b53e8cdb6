//! Spans, for every value that has a receiver for them.

use super::{Feature, Wanted};
use crate::choice::Monitoring;
use crate::part::versions::{
    OPENTELEMETRY, OPENTELEMETRY_OTLP, OPENTELEMETRY_PROTO, OPENTELEMETRY_SDK, PROST, REQWEST,
};
use crate::part::{Condition, Deployed, Group, Layer, Panel, Parts, Section, Unit};

pub(super) const SPANS: Feature = Feature {
    id: "spans",
    wanted: Wanted::Where(|stack| match stack.monitoring {
        Monitoring::Otlp | Monitoring::Datadog => true,
        Monitoring::Prometheus | Monitoring::None => false,
    }),
    contribute: |_, parts| {
        depend(parts);
        set(parts);
        let about = "Spans dropped: too many waited, or the receiver failed";
        parts.series.of("export").labelled("spans_dropped_total", "reason", &["failed", "full"], about);
        parts.symptoms.of("spans").ticket(
            "SpansAreDropped",
            "Spans are dropped",
            "Spans are dropped, so traces have gaps",
            Condition::Events { counter: "spans_dropped_total", over: 100, keep: 15 },
        );
        parts.dashboards.add(
            "export",
            Panel::new(Section::Parts, "Dropped spans", "Traces have gaps.", Unit::PerSecond)
                .query("sum by (reason) (rate(spans_dropped_total{job=\"app\"}[$__rate_interval]))", "{{reason}}")
                .runbook("spans"),
        );
        let limits = &mut parts.limits;
        limits.time_out(Layer::Call, "a batch of telemetry, retries included", "3 s", "dropped, and counted");
        let rest = "the rest is lost";
        let limit = "3 s, and at most the rest of `DRAIN_TIMEOUT`, less a twentieth";
        limits.time_out(Layer::Shutdown, "at its end: sending the telemetry that waits", limit, rest);
        limits.bound("spans that wait to be exported", "2,048", "dropped, and counted");
    },
};

fn depend(parts: &mut Parts) {
    parts.manifest.add(OPENTELEMETRY.features(&["trace"]));
    parts.manifest.add(OPENTELEMETRY_SDK.features(&["trace"]));
    // The asynchronous client would need a runtime in the threads of the SDK.
    parts.manifest.add(OPENTELEMETRY_OTLP.features(&["http-proto", "reqwest-blocking-client", "trace"]));
    parts.manifest.add(REQWEST.features(&["blocking", "rustls"]));
    parts.manifest.add_dev(OPENTELEMETRY_PROTO.features(&["gen-tonic-messages", "trace"]));
    parts.manifest.add_dev(PROST.plain());
}

fn set(parts: &mut Parts) {
    let about =
        "Which requests have a span: parentbased_traceidratio follows the caller, and takes a share of the others";
    parts.settings.add(Group::Monitoring, "OTEL_TRACES_SAMPLER", "parentbased_traceidratio", about);
    let about = "Share of the requests that have a span, from 0 to 1, where the sampler takes one";
    let share = parts.settings.add(Group::Monitoring, "OTEL_TRACES_SAMPLER_ARG", "1", about);
    share.deployed(Deployed::Adjustable);
}
