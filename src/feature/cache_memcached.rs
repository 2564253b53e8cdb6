//! A cache that replicas share in Memcached, behind a short-lived local cache in each process.

use super::{Feature, Offer, Wanted};
use crate::choice::{Cache, Deploy, Value};
use crate::part::versions::{MEMCACHE, MOKA};
use crate::part::{Group, Layer, Service};

pub(super) const CACHE_MEMCACHED: Feature = Feature {
    id: "cache-memcached",
    wanted: Wanted::Value(
        Value::Cache(Cache::Memcached),
        Offer {
            label: "Memcached",
            clause: "shared by all replicas: one Memcached",
            cost: "one server; if it fails, reads go to the database",
            why: "A value is loaded once for all replicas, and all of them see a write.",
            pick: "when the team already runs Memcached",
        },
    ),
    contribute: |stack, parts| {
        parts
            .services
            .push(Service { name: "memcached", purpose: "what replicas share; the service works without it" });
        parts.settings.add(Group::Data, "MEMCACHED_URL", "memcache://127.0.0.1:11211", "Where Memcached is");
        parts.limits.time_out(Layer::Call, "a call of Memcached", "25 ms", "the request goes on without it");
        let wait = "wait 25 ms, then the request goes on without it";
        parts.limits.bound("connections to Memcached", "`CONNECTIONS` in `src/platform/store.rs`", wait);
        match stack.deploy {
            Deploy::Compose => {
                parts.limits.bound("memory of Memcached", "192 MiB", "the least recently used entries are evicted");
            }
            Deploy::None => {}
        }
        parts.manifest.add(MEMCACHE.features(&["tokio"]));
        parts.manifest.add(MOKA.features(&["future"]));
    },
};
