//! One count of each client for all replicas, in Redis.

use super::shared::health_reading;
use super::{Feature, Offer, Wanted};
use crate::choice::{Deploy, Limiter, Value};
use crate::part::versions::MOKA;

pub(super) const LIMITER_REDIS: Feature = Feature {
    id: "limiter-redis",
    wanted: Wanted::Value(
        Value::Limiter(Limiter::Redis),
        Offer {
            label: "Redis",
            clause: "one count for all replicas: one Redis",
            cost: "one server; exact across replicas, and each counts for itself without it",
            why: "A client has one limit however many replicas there are.",
            pick: "when several replicas run and the limit is a promise",
        },
    ),
    contribute: |stack, parts| {
        parts.manifest.add(MOKA.features(&["sync"]));
        health_reading(&mut parts.limits);
        match stack.deploy {
            Deploy::Compose => {
                let then = "refuses writes; each copy counts for itself until keys expire";
                parts.limits.bound("memory of Redis", "192 MiB", then);
            }
            Deploy::None => {}
        }
        parts.series.counter("limiter_fallback_total", "Requests counted by this replica alone, without Redis");
    },
};
