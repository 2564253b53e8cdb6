//! A rate limiter in the process: exact for one replica, bounded in memory.

use super::{Feature, Offer, Wanted};
use crate::choice::{Limiter, Value};

pub(super) const LIMITER_MEMORY: Feature = Feature {
    id: "limiter-memory",
    wanted: Wanted::Value(
        Value::Limiter(Limiter::Memory),
        Offer {
            label: "in the process",
            clause: "in the process: no server, exact for one replica",
            cost: "no server; each replica counts separately",
            why: "A client in a loop cannot harm the others. Exact for one replica.",
            pick: "when one replica runs, or a limit per replica is enough",
        },
    ),
    contribute: |_, _| {},
};
