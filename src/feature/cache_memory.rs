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
            clause: "in the process: no server, each replica its own copies",
            cost: "no server; each replica has its own copies",
            why: "A repeated read costs microseconds and the database sees one load per key, however many ask.",
            pick: "when one replica runs, or a copy that is stale for its time to live is fine",
        },
    ),
    contribute: |_, parts| {
        parts.manifest.add(MOKA.features(&["future"]));
    },
};
