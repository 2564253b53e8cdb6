//! Choices left out: they bring no file, but a user reads what leaving them out means.

use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Cache, Ci, Database, Deploy, Limiter, Monitoring, Upstream, Value};

pub(super) const DATABASE_NONE: Feature = absent(
    "database-none",
    Value::Database(Database::None),
    Offer {
        label: "no database",
        clause: "nothing is stored; `/greet` is the only endpoint",
        cost: "nothing; `/greet` stays the only business endpoint",
        why: "The smallest project there is: it keeps no data of its own.",
        pick: "when the service stores nothing, or to start from the least",
    },
);

pub(super) const CACHE_NONE: Feature = absent(
    "cache-none",
    Value::Cache(Cache::None),
    Offer {
        label: "no cache",
        clause: "every read goes to the database",
        cost: "nothing; every read goes to the database",
        why: "What is read is what was written, always.",
        pick: "when reads are rare, or must never be stale, even by a second",
    },
);

pub(super) const LIMITER_NONE: Feature = absent(
    "limiter-none",
    Value::Limiter(Limiter::None),
    Offer {
        label: "no rate limiter",
        clause: "one client can take all there is",
        cost: "nothing; one client can take all there is",
        why: "Nothing counts requests, and no answer is refused for their number.",
        pick: "when something in front of the service already limits its clients",
    },
);

pub(super) const AUTH_NONE: Feature = absent(
    "auth-none",
    Value::Auth(Auth::None),
    Offer {
        label: "no authentication",
        clause: "every client that reaches the service may write",
        cost: "nothing; every client that reaches the service may write",
        why: "No key and no token is needed to try it, or to use it.",
        pick: "when something in front knows the clients, or nobody else can reach it",
    },
);

pub(super) const UPSTREAM_NONE: Feature = absent(
    "upstream-none",
    Value::Upstream(Upstream::None),
    Offer {
        label: "no outbound calls",
        clause: "depends on no other service",
        cost: "nothing; the service depends on no other",
        why: "Nothing outside it can make it slow.",
        pick: "when all that it answers is its own",
    },
);

pub(super) const MONITORING_NONE: Feature = absent(
    "monitoring-none",
    Value::Monitoring(Monitoring::None),
    Offer {
        label: "logs only",
        clause: "log lines, and nothing that watches them",
        cost: "nothing; failures are log lines",
        why: "One structured log line per request, and no server beside it.",
        pick: "when log lines are all that anyone will look at",
    },
);

pub(super) const DEPLOY_NONE: Feature = absent(
    "deploy-none",
    Value::Deploy(Deploy::None),
    Offer {
        label: "no deployment",
        clause: "no image and no load balancer, just the binary",
        cost: "nothing; `cargo build --release` makes one binary",
        why: "Nothing is assumed about the place it runs in.",
        pick: "when that place is not decided, or is described somewhere else",
    },
);

pub(super) const CI_NONE: Feature = absent(
    "ci-none",
    Value::Ci(Ci::None),
    Offer {
        label: "no workflow files",
        clause: "the commands are in the README and the justfile",
        cost: "nothing; the commands are in the README and the justfile",
        why: "No file of a system that you do not use.",
        pick: "when checks run on a system that Restwell does not write for",
    },
);

const fn absent(id: &'static str, value: Value, offer: Offer) -> Feature {
    Feature { id, wanted: Wanted::Value(value, offer), contribute: |_, _| {} }
}
