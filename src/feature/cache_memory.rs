//! A cache inside the process: one load per key, bounded, stale copies when the database fails.

use super::{Feature, Offer, Wanted};
use crate::choice::{Cache, Value};
use crate::part::versions::MOKA;

pub(super) const CACHE_MEMORY: Feature = Feature {
    id: "cache-memory",
    wanted: Wanted::Value(
        Value::Cache(Cache::Memory),
        Offer {
            label: "in the process",
            cost: "no server; each replica has its own copies",
            why: "A repeated read costs microseconds and the database sees one load per key, however many ask.",
        },
    ),
    contribute: |_, parts| {
        parts.manifest.add(MOKA.features(&["future"]));
    },
};
