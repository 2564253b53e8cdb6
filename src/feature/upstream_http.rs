//! Calls to another service over HTTP that may fail without taking this one along.

use super::{Feature, Offer, Wanted};
use crate::choice::{Upstream, Value};
use crate::part::versions::{REQWEST, TOWER};

pub(super) const UPSTREAM_HTTP: Feature = Feature {
    id: "upstream-http",
    wanted: Wanted::Value(
        Value::Upstream(Upstream::Http),
        Offer {
            label: "an HTTP service",
            clause: "calls another HTTP service and survives its failure",
            cost: "one more dependency; time-outs, one retry, a breaker and a fallback",
            why: "For data that another team serves. When it is slow or gone, answers are marked degraded and stay quick.",
            pick: "when a part of the answer belongs to another service",
        },
    ),
    contribute: |_, parts| {
        parts.settings.add(
            "UPSTREAM_URL",
            "http://127.0.0.1:9100",
            "Where the other service is, and whatever path its API is under",
        );
        parts.settings.add(
            "UPSTREAM_TIMEOUT",
            "3s",
            "Longest wait for the other service, over both tries; cut to nine tenths of REQUEST_TIMEOUT",
        );
        let results = ["answered", "failed", "refused"];
        let about = "Calls of the other service, by result";
        parts.series.labelled("upstream_requests_total", "result", &results, about);
        parts.series.counter("upstream_retries_total", "Calls that were made a second time");
        parts.manifest.add(REQWEST.features(&["rustls"]));
        parts.manifest.add(TOWER.features(&["retry"]));
    },
};
