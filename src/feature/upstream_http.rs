//! Calls to another service over HTTP, whose failure this service survives.

use super::{Feature, Offer, Wanted};
use crate::choice::{Upstream, Value};
use crate::part::panel::rate;
use crate::part::versions::{REQWEST, TOWER};
use crate::part::{Group, Layer, OperatorValue, Panel, Section, Unit};

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
                "Where the other service is, and whatever path its API is under",
            )
            .secret();
        parts.settings.add(
            Group::Upstream,
            "UPSTREAM_TIMEOUT",
            "3s",
            "Longest wait for the other service, over both tries; at most nine tenths of REQUEST_TIMEOUT",
        );
        let results = ["answered", "failed", "refused"];
        let about = "Calls of the other service, by result";
        parts.series.labelled("upstream_requests_total", "result", &results, about);
        parts.series.counter("upstream_retries_total", "Calls that were made a second time");
        let about = "A failed or refused call is a degraded answer.";
        parts.panels.push(
            Panel::new(Section::Parts, "Calls of the other service", about, Unit::PerSecond)
                .query("sum by (result) (rate(upstream_requests_total{job=\"app\"}[$__rate_interval]))", "{{result}}")
                .query(&rate("upstream_retries_total"), "second tries"),
        );
        let value = "https://reviews.example.com/v1";
        parts.operator_values.push(OperatorValue { name: "UPSTREAM_URL", value });
        let limits = &mut parts.limits;
        let call = "`UPSTREAM_TIMEOUT` 3 s, at most nine tenths of the request's";
        limits.time_out(Layer::Call, "a call of the other service, both tries", call, "the fallback is answered");
        let connect = "tried once more, then the fallback is answered";
        limits.time_out(Layer::Call, "a connection to the other service", "1 s", connect);
        let waiting = "requests that wait for the other service";
        limits.bound(waiting, "a quarter of `MAX_IN_FLIGHT`", "the fallback is answered at once");
        limits.bound("an answer of the other service", "1 MiB", "the fallback is answered");
        limits.bound("second tries of its calls", "one in ten calls, and one a second", "the first failure stands");
        parts.manifest.add(REQWEST.features(&["rustls"]));
        parts.manifest.add(TOWER.features(&["retry"]));
    },
};
