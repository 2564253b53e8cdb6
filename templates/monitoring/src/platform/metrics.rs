//! What is measured of requests. Each handle is made once: to find it by its labels for every request would cost more
//! than the rest of the guard.

use std::{collections::HashMap, sync::LazyLock, sync::PoisonError, sync::RwLock};

use metrics::{Histogram, histogram};

/// By route; one for the process, as the exporter is.
static DURATIONS: LazyLock<RwLock<HashMap<String, Vec<Duration>>>> = LazyLock::new(RwLock::default);

/// Of one route: a method, a status, and where to record.
type Duration = (&'static str, u16, Histogram);

/// Notes how a request ended, and after how long.
pub fn observe(route: &str, method: &str, status: u16, seconds: f64) {
    // A client may invent methods, and each would be a label that is kept for ever.
    let usual = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let method = usual.into_iter().find(|usual| *usual == method).unwrap_or("OTHER");
    let known = DURATIONS.read().unwrap_or_else(PoisonError::into_inner);
    let mut of_route = known.get(route).into_iter().flatten();
    if let Some((.., duration)) = of_route.find(|(m, s, _)| (*m, *s) == (method, status)) {
        return duration.record(seconds);
    }
    drop(known);
    let labels = [("route", route.to_owned()), ("method", method.to_owned()), ("status", status.to_string())];
    let duration = histogram!("http_request_duration_seconds", &labels);
    duration.record(seconds);
    let mut known = DURATIONS.write().unwrap_or_else(PoisonError::into_inner);
    known.entry(route.to_owned()).or_default().push((method, status, duration));
}
