//! Requests over the quota of their client.

use crate::failures::{answers, fails};
use crate::support::alone;
use crate::support::server::TestServer;

#[tokio::test]
async fn of_clients_over_their_quota() {
    let body = async {
        let server = TestServer::start(&["--rate-limit=1/h"]).await;
        answers(server.public, "/greet", 200).await;
        let refused = async || answers(server.public, "/greet", 429).await;
        fails(server.admin, "http_requests_limited_total", refused).await;
    };
    alone("limiter_failures::of_clients_over_their_quota", body).await;
}
