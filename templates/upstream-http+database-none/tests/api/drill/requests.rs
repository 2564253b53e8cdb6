//! What clients ask for in a drill.

use std::net::SocketAddr;

use crate::support::fetched::PATH;
use crate::support::http::{Request, get, request};

/// The requests, sent in turn.
pub fn all() -> Vec<Request> {
    vec![request("GET", "/greet?name=Ada"), request("GET", PATH)]
}

/// Sends each once, so that nothing is done for the first time during the drill.
pub async fn prepare(service: SocketAddr) {
    assert_eq!(get(service, PATH).await.status, 200);
}
