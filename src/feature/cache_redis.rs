//! A cache that replicas share in Redis, behind a short-lived local cache in each process.

use super::{Feature, Offer, Wanted};
use crate::choice::{Cache, Limiter, Value};

pub(super) const CACHE_REDIS: Feature = Feature {
    id: "cache-redis",
    wanted: Wanted::Value(
        Value::Cache(Cache::Redis),
        Offer {
            label: "Redis",
            clause: "shared by all replicas: one Redis",
            cost: "one server; if it fails, reads go to the database",
            why: "A value is loaded once for all replicas, and all of them see a write within two seconds.",
            pick: "when several replicas read the same rows",
        },
    ),
    contribute: |stack, parts| {
        // A limiter in Redis forbids eviction, and says what happens then.
        match stack.limiter {
            Limiter::Memory | Limiter::None if stack.runs_servers() => {
                parts.limits.bound("memory of Redis", "192 MiB", "the least recently used entries are evicted");
            }
            Limiter::Memory | Limiter::Redis | Limiter::None => {}
        }
    },
};
