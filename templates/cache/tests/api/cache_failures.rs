//! Failures of loads.

use crate::cache::Origin;
use crate::failures::{answers, fails};
use crate::support::http::{raw, request};
use crate::support::server::TestServer;
use crate::support::{alone, eventually};

#[tokio::test]
async fn of_loads() {
    let body = async {
        let server = TestServer::start(&[]).await;
        sqlx::query("ALTER TABLE products RENAME TO gone").execute(&server.app.platform.database.pool).await.unwrap();
        let load = async || answers(server.public, "/products/7", 500).await;
        fails(server.admin, "cache_load_failures_total", load).await;
    };
    alone("cache_failures::of_loads", body).await;
}

#[tokio::test]
async fn of_loads_that_panic() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let panics = async || {
            let read = server.app.products_cache.get(7, async { panic!("by the test") }).await;
            assert!(read.is_err());
        };
        fails(server.admin, "http_panics_total", panics).await;
    };
    alone("cache_failures::of_loads_that_panic", body).await;
}

#[tokio::test]
async fn of_abandoned_loads() {
    let body = async {
        let (server, origin) = Origin::start(&[]).await;
        let reader = raw(server.public, request("GET", "/test/7").to_bytes()).await;
        origin.all_wait(1).await;
        let leaves = async || {
            drop(reader);
            eventually("the request has ended", async || server.app.platform.in_flight() == 0).await;
            origin.pass.add_permits(1);
            let ended = async || server.app.products_cache.copies().loading() == 0;
            eventually("the load ends", ended).await;
        };
        fails(server.admin, "cache_loads_abandoned_total", leaves).await;
    };
    alone("cache_failures::of_abandoned_loads", body).await;
}
