//! What several values of a choice share, whichever is taken.

use super::{Feature, Wanted};
use crate::choice::{Cache, Ci, Database, Deploy, Limiter, Monitoring};
use crate::plan::versions::{BYTESIZE, CHRONO, GARDE, METRICS, SQLX, UTOIPA};
use crate::stack::Stack;

pub(super) const DATABASE: Feature = Feature {
    id: "database",
    wanted: Wanted::Where(|stack| stack.database != Database::None),
    contribute: |plan| {
        plan.settings.add("MIGRATE_ON_START", "true", "Bring the database's schema up to date before serving");
        plan.settings.add("BODY_LIMIT", "1MiB", "Largest request body");
        plan.manifest.add(BYTESIZE.plain());
        plan.manifest.add(GARDE.features(&["derive"]));
        plan.manifest.add(CHRONO.features(&["now", "serde", "std"]));
        plan.manifest.add(SQLX.features(&["chrono", "macros", "migrate", "runtime-tokio"]));
        plan.manifest.add(UTOIPA.features(&["chrono"]));
    },
};

pub(super) const CACHE: Feature = Feature {
    id: "cache",
    wanted: Wanted::Where(|stack| stack.cache != Cache::None),
    contribute: |plan| {
        plan.settings.add("CACHE_TTL", "60s", "Longest a cached product may lag behind the database");
    },
};

pub(super) const LIMITER: Feature = Feature {
    id: "limiter",
    wanted: Wanted::Where(|stack| stack.limiter != Limiter::None),
    contribute: |plan| {
        plan.settings.add(
            "RATE_LIMIT",
            "60/min",
            "Requests a client may make: at once, and then in a second (s), minute (min) or hour (h)",
        );
        plan.settings.add(
            "TRUSTED_PROXY_HOPS",
            "0",
            "Proxies in front that append to X-Forwarded-For; 0 counts the peer itself as the client",
        );
    },
};

pub(super) const MONITORING: Feature = Feature {
    id: "monitoring",
    wanted: Wanted::Where(|stack| stack.monitoring != Monitoring::None),
    contribute: |plan| plan.manifest.add(METRICS.plain()),
};

/// The container image that a deployment runs.
pub(super) const IMAGE: Feature = Feature { id: "image", wanted: Wanted::Where(runs_an_image), contribute: |_| {} };

pub(super) const DEPLOY_COMPOSE_MONITORING_PROMETHEUS: Feature = Feature {
    id: "deploy-compose+monitoring-prometheus",
    wanted: Wanted::Where(|stack| stack.deploy == Deploy::Compose && stack.monitoring == Monitoring::Prometheus),
    contribute: |_| {},
};

pub(super) const CI_GITHUB_MONITORING_PROMETHEUS: Feature = Feature {
    id: "ci-github+monitoring-prometheus",
    wanted: Wanted::Where(|stack| stack.ci == Ci::Github && stack.monitoring == Monitoring::Prometheus),
    contribute: |_| {},
};

pub(super) const CI_GITHUB_DEPLOY_COMPOSE: Feature = Feature {
    id: "ci-github+deploy-compose",
    wanted: Wanted::Where(|stack| stack.ci == Ci::Github && stack.deploy == Deploy::Compose),
    contribute: |_| {},
};

fn runs_an_image(stack: &Stack) -> bool {
    match stack.deploy {
        Deploy::Compose => true,
        Deploy::None => false,
    }
}
