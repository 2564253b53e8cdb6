//! Failures as operators see them: counters.

use std::net::SocketAddr;

use crate::support::http::get;

/// The number of failures of this name that all servers of this process have counted.
pub async fn counted(admin: SocketAddr, failure: &str) -> f64 {
    let metrics = get(admin, "/metrics").await;
    let values = metrics.text().lines().filter_map(|line| line.strip_prefix(failure)?.trim().parse::<f64>().ok());
    values.sum()
}
