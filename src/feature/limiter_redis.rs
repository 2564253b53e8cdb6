//! A rate limiter that all replicas share, in Redis.

use super::shared::health_reading;
use super::{Feature, Offer, Wanted};
use crate::choice::{Limiter, Value};
use crate::part::panel::rate;
use crate::part::{Condition, Panel, Section, Unit};

pub(super) const LIMITER_REDIS: Feature = Feature {
    id: "limiter-redis",
    wanted: Wanted::Value(
        Value::Limiter(Limiter::Redis),
        Offer {
            label: "Redis",
            clause: "one count for all replicas: one Redis",
            cost: "one server; exact across replicas; if it fails, each replica counts separately",
            why: "A client has one limit, whatever the number of replicas.",
            pick: "when several replicas run and the limit must be exact",
        },
    ),
    contribute: |stack, parts| {
        health_reading(&mut parts.limits);
        if stack.runs_servers() {
            let then = "refuses writes; each replica counts separately until keys expire";
            parts.limits.bound("memory of Redis", "192 MiB", then);
        }
        let summary = "Each replica counts separately, so a client may make its limit times the number of replicas";
        let condition = Condition::Events { counter: "limiter_fallback_total", over: 100, keep: 5 };
        parts.symptoms.of("limiter").ticket("ReplicasCountAlone", "Replicas count alone", summary, condition);
        let about = "While Redis does not respond, each replica counts separately.";
        parts.dashboards.add(
            "limiter",
            Panel::new(Section::Parts, "Quotas counted without Redis", about, Unit::PerSecond)
                .query(&rate("limiter_fallback_total"), "decided without Redis")
                .runbook("limiter"),
        );
        parts
            .series
            .of("shared_limit")
            .counter("limiter_fallback_total", "Requests counted by this replica without Redis");
    },
};
