//! A cache in the process: one load per key, bounded, stale values when the database fails.

use super::{Feature, Offer, Wanted};
use crate::choice::{Cache, Value};

pub(super) const CACHE_MEMORY: Feature = Feature {
    id: "cache-memory",
    wanted: Wanted::Value(
        Value::Cache(Cache::Memory),
        Offer {
            label: "in the process",
            clause: "in the process: no server, each replica its own copies",
            cost: "no server; each replica has its own copies",
            why: "A repeated read takes microseconds, and concurrent reads of a key cause one load from the database.",
            pick: "when one replica runs, or reads may be stale for the time to live",
        },
    ),
    contribute: |_, _| {},
};
