//! When the database is busy or gone: an answer in time that tells nothing, and recovery without a restart.

use app::pool::CONNECTIONS;
use app::products::Product;
use app::statements::{INSERT, UPDATE};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::time::Instant;

use crate::errors::envelope;
use crate::support::eventually;
use crate::support::http::{get, raw, request};
use crate::support::logs;
use crate::support::server::TestServer;

/// Four clients begin to write and leave while another program holds them up. Returns when the pool has all back.
pub async fn leave_mid_write(server: &TestServer) {
    let lock = server.database.lock().await;
    let mut clients = Vec::new();
    for number in 0..4 {
        let post = request("POST", "/products").header("x-request-id", format!("left-{number}"));
        let post = post.json(json!({"name": "Tea", "price_cents": 1}));
        clients.push(raw(server.public, post.to_bytes()).await);
    }
    let pool = &server.app.database;
    let used = || pool.size() as usize - pool.num_idle();
    let in_flight = || server.app.config.max_in_flight.get() - server.app.in_flight.available_permits();
    eventually("each write waits for its turn", async || in_flight() >= 4 && used() >= 4).await;
    drop(clients);
    for number in 0..4 {
        assert_eq!(logs::wait_for(&format!("left-{number}")).await[0]["status"], 499);
    }
    lock.release().await;

    eventually("each connection is given back", async || used() == 0).await;
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_503_in_time_and_recovers() {
    let server = TestServer::start(&[]).await;
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        held.push(server.app.database.acquire().await.unwrap());
    }
    let asked = Instant::now();
    let answer = get(server.public, "/products").await;
    let took = asked.elapsed().as_millis();
    envelope(&answer, 503, "unavailable").await;
    assert!((1500..4000).contains(&took), "the wait for a connection is 2 s: {took} ms");
    let ready = get(server.public, "/health/ready").await;
    assert_eq!(ready.status, 200, "a busy database does not take the service out of the balancer");
    assert_eq!(ready.json()["dependencies"]["database"], false);
    drop(held);
    assert_eq!(get(server.public, "/products").await.status, 200);
    let answers = async || get(server.public, "/health/ready").await.json()["dependencies"]["database"] == true;
    eventually("the database is seen to answer", answers).await;
}

#[tokio::test]
async fn a_database_that_is_gone_is_503_and_tells_nothing() {
    let server = TestServer::start(&[]).await;
    server.app.database.close().await;
    for path in ["/products", "/products/1"] {
        let answer = get(server.public, path).await;
        let error = envelope(&answer, 503, "unavailable").await;
        let message = error["message"].as_str().unwrap_or_default().to_lowercase();
        for internal in ["pool", "sql", "database", "closed", "connect"] {
            assert!(!message.contains(internal), "{message}");
        }
    }
}

#[tokio::test]
async fn a_statement_that_fails_is_500_and_tells_nothing() {
    let server = TestServer::start(&[]).await;
    sqlx::query("ALTER TABLE products RENAME TO gone").execute(&server.app.database).await.unwrap();
    for path in ["/products", "/products/1"] {
        let answer = get(server.public, path).await;
        envelope(&answer, 500, "internal").await;
        for internal in ["products", "SELECT", "table", "sql"] {
            assert!(!answer.text().contains(internal), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_version_before_the_last_migration_still_starts() {
    let server = TestServer::start(&[]).await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 SELECT 9999, 'of a later version', success, checksum, 0 FROM _sqlx_migrations LIMIT 1";
    sqlx::query(later).execute(&server.app.database).await.unwrap();
    let before = TestServer::start(&[&server.database.flag()]).await;
    assert_eq!(get(before.public, "/products").await.status, 200);
}

/// Replicas have clocks of their own, and those differ.
#[tokio::test]
async fn times_are_those_of_the_database() {
    let server = TestServer::start(&[]).await;
    let insert = sqlx::query_as(INSERT).bind("Tea").bind(450_i64);
    let new: Product = insert.fetch_one(&server.app.database).await.expect("no time is bound");
    let update = sqlx::query_as(UPDATE).bind("Tea").bind(500_i64).bind(new.id).bind(None::<DateTime<Utc>>);
    let changed: Product = update.fetch_one(&server.app.database).await.expect("no time is bound");
    let age = Utc::now() - new.created_at;
    assert!(age.abs() < TimeDelta::minutes(10), "{age}: the database's time is read as UTC");
    assert!(changed.created_at == new.created_at && changed.updated_at > new.updated_at);
}
