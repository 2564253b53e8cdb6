//! Failures of the limit that replicas share.

use crate::failures::{answers, fails};
use crate::support::alone;
use crate::support::server::TestServer;

#[tokio::test]
async fn of_the_shared_limit() {
    let body = async {
        let server = TestServer::start(&["--redis-url=redis://127.0.0.1:1"]).await;
        let counted_here = async || answers(server.public, "/greet", 200).await;
        fails(server.admin, "limiter_fallback_total", counted_here).await;
    };
    alone("shared_limit_failures::of_the_shared_limit", body).await;
}
