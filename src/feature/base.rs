//! What every project has: one endpoint, health, documentation, and the server under them.

use super::{Feature, Wanted};
use crate::plan::Port;

pub(super) const BASE: Feature = Feature {
    id: "base",
    wanted: Wanted::Always,
    contribute: |plan| {
        plan.ports.push(Port {
            number: 8080,
            purpose: "the API",
        });
        plan.ports.push(Port {
            number: 8081,
            purpose: "health and operations, not for the public",
        });
        plan.next_steps.extend([
            "cargo run".into(),
            "curl 127.0.0.1:8080/greet".into(),
            "cargo test".into(),
        ]);
    },
};
