//! One count of each client for all replicas: the arithmetic of `quota`, done in Redis and by its clock. While Redis does
//! not answer, each replica counts for itself.

//~ if auth
use std::{sync::Arc, sync::LazyLock};
//~ else
use std::{net::IpAddr, sync::LazyLock};
//~ endif

use redis::Script;

use super::{quota::Verdict, telemetry};
use crate::app::App;

/// Decides on one request, once `now` is known.
pub const GCRA: &str = include_str!("gcra.lua");

/// In microseconds. Replicas whose clocks differ agree on this one.
const NOW: &str = "local time = redis.call('TIME') local now = time[1] * 1000000 + time[2]\n";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(&format!("{NOW}{GCRA}")));

/// Counts a request of this client.
//~ if auth
pub async fn check(app: &App, client: Arc<str>) -> Verdict {
//~ else
pub async fn check(app: &App, client: IpAddr) -> Verdict {
//~ endif
    let quota = app.config.rate_limit;
    // Each quota has its own count: what was counted under another, before a change of RATE_LIMIT or by a replica that
    // does not have the change yet, neither holds under this one nor is lifted by it.
    let key = format!("{}:limit:{}/{}:{client}", app.config.key_prefix, quota.requests, quota.period);
    let script = async |mut redis| SCRIPT.key(key).arg(quota.requests).arg(quota.period).invoke_async(&mut redis).await;
    let Some((allowed, remaining, retry, reset)) = app.redis.run(script).await else {
        telemetry::count("limiter_fallback_total");
        return app.limiter.check(client);
    };
    Verdict { allowed, remaining, retry, reset }
}
