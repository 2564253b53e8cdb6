//! A cache that replicas share in Memcached, behind a short one in each process.

use super::{Feature, Offer, Wanted};
use crate::choice::{Cache, Value};
use crate::part::Service;
use crate::part::versions::{MEMCACHE, MOKA};

pub(super) const CACHE_MEMCACHED: Feature = Feature {
    id: "cache-memcached",
    wanted: Wanted::Value(
        Value::Cache(Cache::Memcached),
        Offer {
            label: "Memcached",
            clause: "shared by all replicas: one Memcached",
            cost: "one server; replicas share what was read, and degrade to the database without it",
            why: "A value is loaded once for all replicas, and a write is seen by all of them.",
            pick: "when Memcached is what the team already runs",
        },
    ),
    contribute: |_, parts| {
        parts
            .services
            .push(Service { name: "memcached", purpose: "what replicas share; the service works without it" });
        parts.settings.add("MEMCACHED_URL", "memcache://127.0.0.1:11211", "Where Memcached is");
        parts.manifest.add(MEMCACHE.features(&["tokio"]));
        parts.manifest.add(MOKA.features(&["future"]));
    },
};
