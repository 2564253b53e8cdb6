//! Calls to another service over HTTP, whose failure this service survives.

use super::{Feature, Offer, Wanted};
use crate::choice::{Upstream, Value};
use crate::part::panel::rate;
use crate::part::versions::{REQWEST, TOWER};
use crate::part::{Deployed, Group, Layer, Panel, Section, Unit};

pub(super) const UPSTREAM_HTTP: Feature = Feature {
    id: "upstream-http",
    wanted: Wanted::Value(
        Value::Upstream(Upstream::Http),
        Offer {
            label: "an HTTP service",
            clause: "calls another HTTP service and survives its failure",
            cost: "one more dependency; time-outs, one retry, a breaker and a fallback",
            why: "For data that another team serves. When that service is slow or down, responses are marked degraded and stay fast.",
            pick: "when part of a response comes from another service",
        },
    ),
    contribute: |_, parts| {
        parts
            .settings
            .add(
                Group::Upstream,
                "UPSTREAM_URL",
                "http://127.0.0.1:9100",
                "Base URL of the other service, including the path of its API",
            )
            .secret()
            .http()
            .deployed(Deployed::ByOperator {
                meaning: "the URL of the other service",
                example: "https://reviews.example.com/v1",
            });
        parts.settings.add(
            Group::Upstream,
            "UPSTREAM_TIMEOUT",
            "3s",
            "Longest wait for the other service, including the retry; at most nine tenths of REQUEST_TIMEOUT",
        );
        let results = ["answered", "failed", "refused", "skipped"];
        let about = "Calls to the other service, by result; skipped: not made";
        parts.series.of("upstream").labelled("upstream_requests_total", "result", &results, about);
        parts.series.of("upstream").counter("upstream_retries_total", "Calls that were retried");
        let about = "A failed, refused or skipped call causes a degraded response.";
        parts.dashboards.add(
            "upstream",
            Panel::new(Section::Parts, "Calls to the other service", about, Unit::PerSecond)
                .query("sum by (result) (rate(upstream_requests_total{job=\"app\"}[$__rate_interval]))", "{{result}}")
                .query(&rate("upstream_retries_total"), "retries")
                .runbook("upstream"),
        );
        parts.symptoms.of("upstream").dependency("UpstreamFails", "The other service fails");
        let limits = &mut parts.limits;
        let call = "`UPSTREAM_TIMEOUT` 3 s, at most nine tenths of the request's";
        limits.time_out(
            Layer::Call,
            "a call to the other service, including the retry",
            call,
            "the fallback is returned",
        );
        let connect = "retried once, then the fallback is returned";
        limits.time_out(Layer::Call, "a connection to the other service", "1 s", connect);
        let waiting = "requests that wait for the other service";
        limits.bound(waiting, "a quarter of `MAX_IN_FLIGHT`", "the fallback is returned at once");
        limits.bound("a response of the other service", "1 MiB", "the fallback is returned");
        limits.bound("retries of its calls", "one in ten calls, and one a second", "the first failure is final");
        parts.manifest.add(REQWEST.features(&["rustls"]));
        parts.manifest.add(TOWER.features(&["retry"]));
    },
};
