//! The values `none`: they add no file, only an offer.

use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Cache, Ci, Database, Deploy, Limiter, Monitoring, Upstream, Value};

pub(super) const DATABASE_NONE: Feature = absent(
    "database-none",
    Value::Database(Database::None),
    Offer {
        label: "no database",
        clause: "nothing is stored; `/greet` is the only endpoint",
        cost: "nothing; `/greet` stays the only business endpoint",
        why: "The smallest project; it stores no data.",
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
        why: "Every read returns the latest committed data.",
        pick: "when reads are rare, or must never be stale, even by a second",
    },
);

pub(super) const LIMITER_NONE: Feature = absent(
    "limiter-none",
    Value::Limiter(Limiter::None),
    Offer {
        label: "no rate limiter",
        clause: "one client can use up all capacity",
        cost: "nothing; one client can use up all capacity",
        why: "Requests are not counted, and none is rejected because of its number.",
        pick: "when a proxy in front of the service already limits its clients",
    },
);

pub(super) const AUTH_NONE: Feature = absent(
    "auth-none",
    Value::Auth(Auth::None),
    Offer {
        label: "no authentication",
        clause: "every client that reaches the service may write",
        cost: "nothing; every client that reaches the service may write",
        why: "No key or token is needed.",
        pick: "when a proxy in front authenticates clients, or the network is private",
    },
);

pub(super) const UPSTREAM_NONE: Feature = absent(
    "upstream-none",
    Value::Upstream(Upstream::None),
    Offer {
        label: "no outbound calls",
        clause: "depends on no other service",
        cost: "nothing; the service depends on no other",
        why: "No other service can make it slow.",
        pick: "when the service needs no data from others",
    },
);

pub(super) const MONITORING_NONE: Feature = absent(
    "monitoring-none",
    Value::Monitoring(Monitoring::None),
    Offer {
        label: "logs only",
        clause: "structured logs only",
        cost: "nothing; failures are log lines",
        why: "One structured log line per request, and no additional server.",
        pick: "when logs are enough",
    },
);

pub(super) const DEPLOY_NONE: Feature = absent(
    "deploy-none",
    Value::Deploy(Deploy::None),
    Offer {
        label: "no deployment",
        clause: "no image and no load balancer, only the binary",
        cost: "nothing; `cargo build --release` makes one binary",
        why: "Makes no assumption about where it runs.",
        pick: "when the deployment is undecided, or defined elsewhere",
    },
);

pub(super) const CI_NONE: Feature = absent(
    "ci-none",
    Value::Ci(Ci::None),
    Offer {
        label: "no workflow files",
        clause: "the commands are in the README and the justfile",
        cost: "nothing; the commands are in the README and the justfile",
        why: "Adds no files of a CI system that you do not use.",
        pick: "when checks run on another CI system",
    },
);

const fn absent(id: &'static str, value: Value, offer: Offer) -> Feature {
    Feature { id, wanted: Wanted::Value(value, offer), contribute: |_, _| {} }
}
