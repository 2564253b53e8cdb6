//! One count per client for all replicas: the arithmetic of `quota`, executed in Redis with its clock. While Redis does
//! not respond, each replica counts separately.

use std::sync::LazyLock;

use redis::Script;

use super::{Platform, client::Client, quota::Verdict, telemetry};

/// Decides on one request at `now`.
pub const GCRA: &str = include_str!("gcra.lua");

/// Defines `now` in microseconds by the clock of Redis, so that replicas with different clocks agree.
const NOW: &str = "local time = redis.call('TIME') local now = time[1] * 1000000 + time[2]\n";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(&format!("{NOW}{GCRA}")));

/// Counts a request of this client.
pub async fn check(platform: &Platform, client: Client) -> Verdict {
    let quota = platform.settings.limiter.rate_limit;
    // Each quota has its own key: counts under another quota, from before a change of RATE_LIMIT or by a replica
    // without the change, neither apply to this one nor are reset by it.
    let key = format!("{}:limit:{}/{}:{client}", platform.settings.link.key_prefix, quota.requests, quota.period);
    let script = async |mut redis| SCRIPT.key(key).arg(quota.requests).arg(quota.period).invoke_async(&mut redis).await;
    let Some((allowed, remaining, retry, reset)) = platform.redis.run(script).await else {
        telemetry::count("limiter_fallback_total");
        return platform.limiter.check(client);
    };
    Verdict { allowed, remaining, retry, reset }
}
