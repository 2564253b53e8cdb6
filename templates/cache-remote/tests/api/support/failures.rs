//! Failures that a request alone does not show, as operators see them.

use std::net::SocketAddr;

//~ if monitoring
use super::http::get;

/// How often the servers of this process have counted this one.
pub async fn counted(admin: SocketAddr, failure: &str) -> f64 {
    let metrics = get(admin, "/metrics").await;
    let values = metrics.text().lines().filter_map(|line| line.strip_prefix(failure)?.trim().parse::<f64>().ok());
    values.sum()
}
//~ else
use super::logs;

/// How often the servers of this process have logged this one.
pub async fn counted(_admin: SocketAddr, failure: &str) -> f64 {
    logs::with(failure).len() as f64
}
//~ endif
