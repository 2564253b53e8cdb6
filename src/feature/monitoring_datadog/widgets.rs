//! The widgets of the dashboard in Datadog.

use crate::part::{AllSeries, Widget};

/// The widgets whose metrics the service sends.
pub(super) fn of(series: &AllSeries) -> Vec<Widget> {
    let is_sent = |widget: &Widget| {
        widget.queries.iter().all(|(query, _)| {
            let metric = query.split(':').nth(1).and_then(|rest| rest.split('{').next()).unwrap_or_default();
            metric.starts_with("process_") || series.iter().any(|series| series.name == metric)
        })
    };
    all().into_iter().filter(is_sent).collect()
}

fn all() -> Vec<Widget> {
    let mut widgets = Vec::new();
    for (group, of_group) in
        [("Requests", REQUESTS), ("Data and dependencies", DEPENDENCIES), ("Clients", CLIENTS), ("Process", PROCESS)]
    {
        widgets.extend(of_group.iter().map(|(title, queries)| Widget { title, group, queries: queries.to_vec() }));
    }
    widgets
}

type Queries = &'static [(&'static str, &'static str)];

const REQUESTS: &[(&str, Queries)] = &[
    ("Responses by class of status", &[("sum:http_responses_total{service:app} by {code}.as_rate()", "responses")]),
    (
        "Duration",
        &[
            (
                "p50:http_server_request_duration_seconds{service:app,!http_route:/health/live,!http_route:/health/ready}",
                "p50",
            ),
            (
                "p95:http_server_request_duration_seconds{service:app,!http_route:/health/live,!http_route:/health/ready}",
                "p95",
            ),
            (
                "p99:http_server_request_duration_seconds{service:app,!http_route:/health/live,!http_route:/health/ready}",
                "p99",
            ),
        ],
    ),
    ("p99 by route", &[("p99:http_server_request_duration_seconds{service:app} by {http_route}", "p99")]),
    (
        "Requests by route",
        &[("count:http_server_request_duration_seconds{service:app} by {http_route}.as_rate()", "requests")],
    ),
    (
        "In flight; each replica rejects requests over MAX_IN_FLIGHT",
        &[("max:http_server_active_requests{service:app} by {replica}", "in flight")],
    ),
    (
        "Shed, timed out and panicked",
        &[
            ("sum:http_requests_shed_total{service:app}.as_count()", "shed"),
            ("sum:http_requests_timed_out_total{service:app}.as_count()", "timed out"),
            ("sum:http_panics_total{service:app}.as_count()", "panics"),
            ("sum:log_lines_dropped_total{service:app}.as_count()", "log lines dropped"),
            ("sum:spans_dropped_total{service:app}.as_count()", "spans dropped"),
            ("sum:metrics_packets_dropped_total{service:app}.as_count()", "packets of metrics dropped"),
        ],
    ),
];

const DEPENDENCIES: &[(&str, Queries)] = &[
    (
        "Failures of dependencies",
        &[("sum:dependency_errors_total{service:app} by {dependency}.as_count()", "failures")],
    ),
    ("Open breakers", &[("sum:breaker_open{service:app} by {dependency}", "replicas")]),
    (
        "Database connections",
        &[
            ("sum:db_pool_connections{service:app} by {state}", "connections"),
            ("sum:db_pool_size{service:app}", "maximum"),
            ("sum:db_pool_waiting{service:app}", "requests that wait"),
            ("sum:db_pool_timeouts_total{service:app}.as_count()", "time-outs"),
        ],
    ),
    ("Cached reads by result", &[("sum:cache_requests_total{service:app} by {result}.as_rate()", "reads")]),
    (
        "Loads of the cache",
        &[
            ("sum:cache_loads{service:app}", "in progress"),
            ("sum:cache_load_failures_total{service:app}.as_count()", "failed"),
            ("sum:cache_loads_abandoned_total{service:app}.as_count()", "abandoned"),
        ],
    ),
    ("Cached entries", &[("max:cache_entries{service:app} by {replica}", "entries")]),
    ("Stored values that cannot be decoded", &[("sum:cache_undecodable_total{service:app}.as_count()", "values")]),
    ("Calls to the other service", &[("sum:upstream_requests_total{service:app} by {result}.as_rate()", "calls")]),
    ("Calls that are repeated", &[("sum:upstream_retries_total{service:app}.as_count()", "repeated")]),
];

const CLIENTS: &[(&str, Queries)] = &[
    ("Rejected writes", &[("sum:auth_failures_total{service:app} by {reason}.as_count()", "rejected")]),
    ("Limited requests", &[("sum:http_requests_limited_total{service:app}.as_count()", "limited")]),
    ("Requests that a replica counted alone", &[("sum:limiter_fallback_total{service:app}.as_count()", "requests")]),
];

const PROCESS: &[(&str, Queries)] = &[
    ("CPU; 1 is one core", &[("sum:process_cpu_seconds_total{service:app}.as_rate()", "cores")]),
    ("Memory", &[("max:process_resident_memory_bytes{service:app} by {replica}", "resident")]),
    ("Replicas that are ready, by version", &[("sum:service_ready{service:app} by {version}", "replicas")]),
    ("Starts", &[("sum:service_starts_total{service:app} by {version}.as_count()", "starts")]),
    ("Open files", &[("max:process_open_fds{service:app} by {replica}", "open")]),
    ("Threads", &[("max:process_threads{service:app} by {replica}", "threads")]),
];
