//! Reads through the cache, its entries, and loads in progress.

use std::time::Duration;

use tokio::time::sleep;

use crate::cache::{Origin, create};
use crate::failures::answers;
use crate::scrape::Scrape;
use crate::series::rises;
use crate::support::http::{raw, request};
use crate::support::server::TestServer;
use crate::support::{alone, eventually};

#[tokio::test]
async fn reads_through_the_cache() {
    let body = async {
        let server = TestServer::start(&["--cache-ttl=1s"]).await;
        let reads = |result: &str| format!("cache_requests_total{{result=\"{result}\"}}");
        let path = create(&server, "Tea").await;
        let read = async || answers(server.public, &path, 200).await;
        let read_until_held = async || {
            // The cache may count an entry only after some reads.
            let held = async || {
                read().await;
                Scrape::of(server.admin).await.value("cache_entries") == Some(1.0)
            };
            eventually("the entry is counted", held).await;
        };
        rises(server.admin, "cache_entries", read_until_held).await;

        let path = create(&server, "Coffee").await;
        let read = async || answers(server.public, &path, 200).await;
        rises(server.admin, &reads("miss"), read).await;
        rises(server.admin, &reads("hit"), read).await;
        let nothing = async || answers(server.public, "/products/999999", 404).await;
        nothing().await;
        rises(server.admin, &reads("negative"), nothing).await;

        sqlx::query("ALTER TABLE products RENAME TO gone").execute(&server.app.platform.database.pool).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        rises(server.admin, &reads("stale"), read).await;
    };
    alone("cache_series::reads_through_the_cache", body).await;
}

#[tokio::test]
async fn loads_in_progress() {
    let body = async {
        let (server, origin) = Origin::start(&[]).await;
        let mut reader = None;
        let begins = async || {
            reader = Some(raw(server.public, request("GET", "/test/7").to_bytes()).await);
            origin.all_wait(1).await;
        };
        rises(server.admin, "cache_loads", begins).await;
    };
    alone("cache_series::loads_in_progress", body).await;
}
