//! Failures as operators see them: counters.

use std::net::SocketAddr;

use crate::scrape::Scrape;

/// The number of failures of this name that all servers of this process have counted.
pub async fn counted(admin: SocketAddr, failure: &str) -> f64 {
    Scrape::of(admin).await.total(failure, &[])
}
