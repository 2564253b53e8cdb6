//! Failures that operators must see: each is counted once, under one name. The modules whose names end in `_failures`
//! cover one part of the service each.

use std::net::SocketAddr;

use axum::Router;
use axum::routing;

use crate::counted;
use crate::support::http::{get, raw, request};
use crate::support::server::TestServer;
use crate::support::{alone, hang, rises};

/// Asserts that `event` increases the count of `failure` by one.
pub async fn fails(admin: SocketAddr, failure: &str, event: impl AsyncFnOnce()) {
    rises(failure, async || counted(admin, failure).await, event).await;
}

pub async fn answers(to: SocketAddr, path: &str, status: u16) {
    let answer = get(to, path).await;
    assert_eq!(answer.status, status, "{}", answer.text());
}

#[tokio::test]
async fn of_requests() {
    let body = async {
        let panics = Router::new().route("/test/panic", routing::get(async || -> &str { panic!("by the test") }));
        let (entered, hangs) = hang();
        let flags = ["--request-timeout=1h", "--max-in-flight=1"];
        let server = TestServer::with_routes(&flags, panics.merge(hangs)).await;
        let panics = async || answers(server.public, "/test/panic", 500).await;
        fails(server.admin, "http_panics_total", panics).await;

        let _client = raw(server.public, request("GET", "/test/hang").to_bytes()).await;
        entered.notified().await;
        let too_many = async || answers(server.public, "/greet", 503).await;
        fails(server.admin, "http_requests_shed_total", too_many).await;

        let server = TestServer::with_routes(&["--request-timeout=200ms"], hang().1).await;
        let too_slow = async || answers(server.public, "/test/hang", 504).await;
        fails(server.admin, "http_requests_timed_out_total", too_slow).await;
    };
    alone("failures::of_requests", body).await;
}
