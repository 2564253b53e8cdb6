//! The conditions of monitors that are not derived from the symptom.
//!
//! Windows are those that Datadog offers: an average of five minutes above a third stands for a failure of two minutes.

use crate::part::symptom::datadog::{Of, Query};
use crate::stack::Stack;

/// An objective, which `ops/datadog/slo.json` defines.
struct Objective {
    name: &'static str,
    /// The percentage of requests that may miss it.
    allowed: f64,
}

const FAILS: Objective = Objective { name: "requests do not fail", allowed: 0.1 };
const SLOW: Objective = Objective { name: "answers are fast", allowed: 1.0 };

/// A query for each alert whose condition is written by hand, of every stack.
pub(super) fn all(stack: &Stack) -> Vec<Query> {
    let replicas = f64::from(stack.replicas());
    let query = |(alert, of, threshold)| Query { alert, name: "", of, threshold };
    let of_replicas = [
        // All replicas together: a deploy starts each of them once.
        (
            "KeepsRestarting",
            Of::Above("sum(last_30m):default_zero(sum:service_starts_total{service:app}.as_count())"),
            3.0 * replicas + 2.0,
        ),
        ("ReplicaIsMissing", Of::Below("avg(last_15m):default_zero(sum:service_ready{service:app})"), replicas - 0.25),
    ];
    let burns = BURNS.iter().map(|(alert, Objective { name, allowed }, long, short, threshold)| {
        let of = Of::BurnRate { objective: name, allowed: *allowed, long, short };
        Query { alert, name: long, of, threshold: *threshold }
    });
    burns.chain(METRICS.iter().copied().chain(of_replicas).map(query)).collect()
}

/// The alert, the objective, the long and the short window, and how many times as fast as it may the budget is used up. The
/// longest window of Datadog is two days.
const BURNS: [(&str, Objective, &str, &str, f64); 6] = [
    ("ErrorBudgetBurnsFast", FAILS, "1h", "5m", 14.4),
    ("ErrorBudgetBurnsFast", FAILS, "6h", "30m", 6.0),
    ("ErrorBudgetBurnsSlowly", FAILS, "24h", "2h", 3.0),
    ("ErrorBudgetBurnsSlowly", FAILS, "48h", "4h", 1.0),
    ("AnswersAreSlow", SLOW, "1h", "5m", 14.4),
    ("AnswersAreSlow", SLOW, "6h", "30m", 6.0),
];

/// The alert, its query, and the threshold.
const METRICS: [(&str, Of, f64); 10] = [
    ("NothingAnswers", Of::Below("max(last_1m):default_zero(sum:process_threads{service:app})"), 1.0),
    (
        "MemoryIsNearItsLimit",
        Of::Above("avg(last_15m):max:process_resident_memory_bytes{service:app} by {replica}"),
        0.85 * 256.0 * 1024.0 * 1024.0,
    ),
    (
        "FewFileDescriptorsLeft",
        Of::Above(
            "min(last_5m):max:process_open_fds{service:app} by {replica} / min:process_max_fds{service:app} by {replica}",
        ),
        0.8,
    ),
    ("DatabaseFails", Of::Above("avg(last_5m):max:breaker_open{service:app,dependency:database}"), 0.3),
    ("DatabaseIsAhead", Of::Above("min(last_1h):max:db_migrations_ahead{service:app}"), 0.0),
    // The time of the last backup is still that of two days ago: queries cannot compare it with the clock.
    ("BackupIsOld", Of::Below("change(max(last_1h),last_2d):max:db_last_backup_timestamp_seconds{service:app}"), 1.0),
    // With forty more requests, ten that are limited are never more than a fifth: a quiet service has few requests.
    (
        "ManyRequestsAreLimited",
        Of::Above(
            "sum(last_15m):default_zero(sum:http_requests_limited_total{service:app}.as_count()) \
             / (sum:http_responses_total{service:app}.as_count() + 40)",
        ),
        0.2,
    ),
    // The Agent reads the metrics of HAProxy.
    (
        "LoadBalancerIsDown",
        Of::Below("max(last_1m):default_zero(max:haproxy.process.uptime_seconds{service:app})"),
        1.0,
    ),
    ("NoReplicaIsReady", Of::Below("max(last_1m):default_zero(sum:service_ready{service:app})"), 1.0),
    // Failed requests in the count of Cloud Run, less those that the service counts itself.
    (
        "CloudRunAnswersItself",
        Of::Above(
            "sum(last_15m):default_zero(sum:gcp.run.request_count{service_name:app,response_code_class:5xx}.as_count()) \
             - default_zero(sum:http_responses_total{service:app,code:5xx}.as_count())",
        ),
        20.0,
    ),
];
