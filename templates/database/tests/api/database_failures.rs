//! Failures of the pool of connections, and of writes.

use app::platform::error::Error;
use app::platform::resource::settle;

use crate::failures::{answers, fails};
use crate::support::http::{raw, request};
use crate::support::server::TestServer;
use crate::support::{alone, eventually};

/// A server all of whose connections to the database are in use until the second value is dropped.
async fn busy(settings: &[&str]) -> (TestServer, impl Sized) {
    let server = TestServer::start(settings).await;
    let mut held = Vec::new();
    for _ in 0..app::platform::engine::CONNECTIONS {
        held.push(server.app.platform.database.pool.acquire().await.expect("one is free"));
    }
    (server, held)
}

#[tokio::test]
async fn of_the_pool() {
    let body = async {
        let (server, _held) = busy(&[]).await;
        let refused = async || answers(server.public, "/products", 503).await;
        fails(server.admin, "db_pool_timeouts_total", refused).await;
    };
    alone("database_failures::of_the_pool", body).await;
}

#[tokio::test]
async fn of_too_many_that_wait() {
    let body = async {
        let (server, _held) = busy(&["--max-in-flight=2"]).await;
        let _waiting = raw(server.public, request("GET", "/products").to_bytes()).await;
        eventually("a request waits", async || server.app.platform.in_flight() == 1).await;
        let refused = async || answers(server.public, "/products", 503).await;
        fails(server.admin, "http_requests_shed_total", refused).await;
    };
    alone("database_failures::of_too_many_that_wait", body).await;
}

#[tokio::test]
async fn of_writes_that_panic() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let panics = async || {
            let ended: Result<(), Error> = settle(&server.app.platform, async { panic!("by the test") }).await;
            assert!(ended.is_err());
        };
        fails(server.admin, "http_panics_total", panics).await;
    };
    alone("database_failures::of_writes_that_panic", body).await;
}
