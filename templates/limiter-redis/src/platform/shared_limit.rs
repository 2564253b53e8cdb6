//! One count of each client for all replicas: the arithmetic of `quota`, done in Redis and by its clock. While Redis does
//! not answer, each replica counts for itself.

use std::sync::LazyLock;

use redis::Script;

use super::{Platform, client::Client, quota::Verdict, telemetry};

/// Decides on one request, once `now` is known.
pub const GCRA: &str = include_str!("gcra.lua");

/// In microseconds. Replicas whose clocks differ agree on this one.
const NOW: &str = "local time = redis.call('TIME') local now = time[1] * 1000000 + time[2]\n";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(&format!("{NOW}{GCRA}")));

/// Counts a request of this client.
pub async fn check(platform: &Platform, client: Client) -> Verdict {
    let quota = platform.settings.limiter.rate_limit;
    // Each quota has its own count: what was counted under another, before a change of RATE_LIMIT or by a replica that
    // does not have the change yet, neither holds under this one nor is lifted by it.
    let key = format!("{}:limit:{}/{}:{client}", platform.settings.link.key_prefix, quota.requests, quota.period);
    let script = async |mut redis| SCRIPT.key(key).arg(quota.requests).arg(quota.period).invoke_async(&mut redis).await;
    let Some((allowed, remaining, retry, reset)) = platform.redis.run(script).await else {
        telemetry::count("limiter_fallback_total");
        return platform.limiter.check(client);
    };
    Verdict { allowed, remaining, retry, reset }
}
