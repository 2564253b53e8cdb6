//! Metrics of requests. Each handle is created once: looking it up by its labels for every request would cost more than
//! the rest of the guard.

use std::{collections::BTreeMap, sync::LazyLock, sync::PoisonError, sync::RwLock};

use metrics::{Counter, Histogram, counter, histogram};

/// By route; one map for the process, like the exporter.
static DURATIONS: RwLock<BTreeMap<String, Vec<Handle>>> = RwLock::new(BTreeMap::new());

/// The classes of status.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// By class of status.
static RESPONSES: LazyLock<[Counter; 5]> =
    LazyLock::new(|| CLASSES.map(|class| counter!("http_responses_total", "code" => class)));

/// The histogram for a method and a status of one route.
type Handle = (&'static str, u16, Histogram);

/// Records the status and the duration of a request.
pub fn observe(route: &str, method: &str, status: u16, seconds: f64) {
    let is_probe = route.starts_with("/health/") || route == "/metrics";
    let class = usize::from(status / 100);
    if !is_probe && (1..=CLASSES.len()).contains(&class) {
        RESPONSES[class - 1].increment(1);
    }
    let method = known(method);
    let durations = DURATIONS.read().unwrap_or_else(PoisonError::into_inner);
    let mut of_route = durations.get(route).into_iter().flatten();
    if let Some((.., duration)) = of_route.find(|(m, s, _)| (*m, *s) == (method, status)) {
        return duration.record(seconds);
    }
    drop(durations);
    let labels = [
        ("http_route", route.to_owned()),
        ("http_request_method", method.to_owned()),
        ("http_response_status_code", status.to_string()),
    ];
    let duration = histogram!("http_server_request_duration_seconds", &labels);
    duration.record(seconds);
    let mut durations = DURATIONS.write().unwrap_or_else(PoisonError::into_inner);
    durations.entry(route.to_owned()).or_default().push((method, status, duration));
}

/// The method, or `_OTHER`: a client may send any, and each would be a label that is kept forever.
pub fn known(method: &str) -> &'static str {
    let usual = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    usual.into_iter().find(|usual| *usual == method).unwrap_or("_OTHER")
}
