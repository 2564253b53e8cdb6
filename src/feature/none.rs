//! Choices left out: they bring no file, but a user reads what leaving them out means.

use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Cache, Ci, Database, Deploy, Limiter, Monitoring, Upstream, Value};

pub(super) const DATABASE_NONE: Feature = absent(
    "database-none",
    Value::Database(Database::None),
    Offer {
        label: "no database",
        cost: "nothing; `/greet` stays the only business endpoint",
        why: "For a service that keeps no data of its own, or to start from the smallest project there is.",
    },
);

pub(super) const CACHE_NONE: Feature = absent(
    "cache-none",
    Value::Cache(Cache::None),
    Offer {
        label: "no cache",
        cost: "nothing; every read goes to the database",
        why: "When reads are rare or must never be stale, even by a second.",
    },
);

pub(super) const LIMITER_NONE: Feature = absent(
    "limiter-none",
    Value::Limiter(Limiter::None),
    Offer {
        label: "no rate limiter",
        cost: "nothing; one client can take all there is",
        why: "When something in front of the service already limits its clients.",
    },
);

pub(super) const AUTH_NONE: Feature = absent(
    "auth-none",
    Value::Auth(Auth::None),
    Offer {
        label: "no authentication",
        cost: "nothing; whoever reaches the service may write",
        why: "When something in front of the service knows its clients, or nobody else can reach it.",
    },
);

pub(super) const UPSTREAM_NONE: Feature = absent(
    "upstream-none",
    Value::Upstream(Upstream::None),
    Offer {
        label: "no outbound calls",
        cost: "nothing; the service depends on no other",
        why: "When all it answers is its own.",
    },
);

pub(super) const MONITORING_NONE: Feature = absent(
    "monitoring-none",
    Value::Monitoring(Monitoring::None),
    Offer {
        label: "logs only",
        cost: "nothing; failures are log lines",
        why: "When one structured log line per request is all that anyone will look at.",
    },
);

pub(super) const DEPLOY_NONE: Feature = absent(
    "deploy-none",
    Value::Deploy(Deploy::None),
    Offer {
        label: "no deployment",
        cost: "nothing; `cargo build --release` makes one binary",
        why: "When the place it will run in is not decided, or is described somewhere else.",
    },
);

pub(super) const CI_NONE: Feature = absent(
    "ci-none",
    Value::Ci(Ci::None),
    Offer {
        label: "no workflow files",
        cost: "nothing; the commands are in the README and the justfile",
        why: "When checks run on a system that Restwell does not write for.",
    },
);

const fn absent(id: &'static str, value: Value, offer: Offer) -> Feature {
    Feature { id, wanted: Wanted::Value(value, offer), contribute: |_, _| {} }
}
