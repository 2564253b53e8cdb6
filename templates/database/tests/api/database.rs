//! A busy or unavailable database: a response in time that exposes nothing, and recovery without a restart.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use app::platform::breaker::FAILURES;
use app::platform::engine::CONNECTIONS;
use app::platform::error::Error;
use app::platform::resource::settle;
use app::products::Product;
use app::products::statements::{INSERT, UPDATE};
use app::state::App;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::errors::envelope;
use crate::support::eventually;
use crate::support::http::{get, raw, request, send};
use crate::support::logs;
use crate::support::server::TestServer;

/// Four clients start a write and disconnect while another program blocks it. Returns when the pool has all connections
/// back.
pub async fn leave_mid_write(server: &TestServer) {
    let mut lock = server.fixture.database.lock().await;
    let mut clients = Vec::new();
    for number in 0..4 {
        let post = request("POST", "/products").header("x-request-id", format!("left-{number}"));
        let post = post.json(json!({"name": "Tea", "price_cents": 1}));
        clients.push(raw(server.public, post.to_bytes()).await);
    }
    let pool = &server.app.platform.database.pool;
    let used = || pool.usage().0;
    let in_flight = || server.app.platform.in_flight();
    eventually("each write waits for its turn", async || in_flight() >= 4 && used() >= 4).await;
    lock.awaited(&server.app).await;
    drop(clients);
    for number in 0..4 {
        assert_eq!(logs::wait_for(&format!("left-{number}")).await[0]["status"], 499);
    }
    lock.release().await;

    eventually("each connection is returned to the pool", async || used() == 0).await;
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_503_in_time_and_recovers() {
    let server = TestServer::start(&[]).await;
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        held.push(server.app.platform.database.pool.acquire().await.unwrap());
    }
    let asked = Instant::now();
    let answer = get(server.public, "/products").await;
    let took = asked.elapsed().as_millis();
    envelope(&answer, 503, "unavailable").await;
    assert!((1500..4000).contains(&took), "the wait for a connection is 2 s: {took} ms");
    let ready = get(server.public, "/health/ready").await;
    assert_eq!(ready.status, 200, "a busy database does not affect readiness");
    let answers = async || get(server.public, "/health/ready").await.json()["dependencies"]["database"] == true;
    eventually("the database responds: only the pool is busy", answers).await;
    drop(held);
    assert_eq!(get(server.public, "/products").await.status, 200);
}

#[tokio::test]
async fn requests_that_wait_for_the_database_leave_room_for_those_that_do_not_need_it() {
    let server = TestServer::start(&["--max-in-flight=40"]).await;
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        held.push(server.app.platform.database.pool.acquire().await.unwrap());
    }
    let mut lists = JoinSet::new();
    for _ in 0..40 {
        lists.spawn(get(server.public, "/products"));
    }
    for _ in 0..20 {
        let answer = lists.join_next().await.expect("half of them are refused").unwrap();
        envelope(&answer, 503, "overloaded").await;
        assert_eq!(answer.header("retry-after"), "1");
    }
    for _ in 0..10 {
        assert_eq!(get(server.public, "/greet").await.status, 200);
    }
    drop(held);
    for answer in lists.join_all().await {
        assert!([200, 503].contains(&answer.status), "{}", answer.text());
    }
    assert_eq!(get(server.public, "/products").await.status, 200);
}

#[tokio::test]
async fn writes_that_wait_for_a_lock_do_not_open_the_breaker_however_short_a_request_is() {
    let server = TestServer::start(&["--request-timeout=2s"]).await;
    let lock = server.fixture.database.lock().await;
    for _ in 0..FAILURES {
        let write = request("POST", "/products").json(json!({"name": "Tea", "price_cents": 1}));
        envelope(&send(server.public, write).await, 503, "unavailable").await;
    }
    assert_eq!(get(server.public, "/products").await.status, 200);
    lock.release().await;
}

/// Routes that make one statement each.
fn statements(statements: [(&str, &'static str); 2]) -> (Arc<OnceLock<Arc<App>>>, Router) {
    let cell: Arc<OnceLock<Arc<App>>> = Arc::default();
    let routes = statements.into_iter().fold(Router::new(), |routes, (path, statement)| {
        let cell = Arc::clone(&cell);
        let make = async move || {
            let database = &cell.get().expect("the server has started").platform.database;
            let done = database.run(sqlx::query(statement).execute(&database.pool)).await;
            done.map(|_done| StatusCode::NO_CONTENT)
        };
        routes.route(path, post(make))
    });
    (cell, routes)
}

#[tokio::test]
async fn a_broken_foreign_key_is_409_and_a_broken_check_is_422() {
    let broken = [
        ("/test/refers", "INSERT INTO ratings (product_id, stars) VALUES (1234, 3)"),
        ("/test/checks", "INSERT INTO ratings (product_id, stars) VALUES (NULL, 9)"),
    ];
    let (app, routes) = statements(broken);
    let server = TestServer::with_routes(&[], routes).await;
    app.set(Arc::clone(&server.app)).ok().expect("it is set once");
    let table = "CREATE TABLE ratings (product_id BIGINT REFERENCES products (id), \
                 stars BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5))";
    sqlx::query(table).execute(&server.app.platform.database.pool).await.unwrap();
    for (path, code, word) in [("/test/refers", 409, "conflict"), ("/test/checks", 422, "invalid")] {
        let answer = send(server.public, request("POST", path)).await;
        envelope(&answer, code, word).await;
        for internal in ["ratings", "constraint", "CHECK", "product_id"] {
            assert!(!answer.text().contains(internal), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_missing_database_is_503_and_no_detail_is_exposed() {
    let server = TestServer::start(&[]).await;
    server.app.platform.database.pool.close().await;
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
async fn a_statement_that_fails_is_500_and_exposes_nothing() {
    let server = TestServer::start(&[]).await;
    sqlx::query("ALTER TABLE products RENAME TO gone").execute(&server.app.platform.database.pool).await.unwrap();
    for path in ["/products", "/products/1"] {
        let answer = get(server.public, path).await;
        envelope(&answer, 500, "internal").await;
        for internal in ["products", "SELECT", "table", "sql"] {
            assert!(!answer.text().contains(internal), "{}", answer.text());
        }
    }
}

#[test]
fn a_row_that_does_not_fit_the_code_is_500() {
    for error in [sqlx::Error::ColumnNotFound("nme".into()), sqlx::Error::Decode("not a date".into())] {
        assert_eq!(Error::from(error).code, 500);
    }
}

#[tokio::test]
async fn a_shutdown_waits_for_the_steps_after_a_commit() {
    let server = TestServer::start(&["--drain-delay=0s"]).await;
    let is_done = Arc::new(AtomicBool::new(false));
    let done = Arc::clone(&is_done);
    let write = async move {
        sleep(Duration::from_secs(1)).await;
        done.store(true, Relaxed);
        Ok(())
    };
    // As if its client disconnected.
    let left = timeout(Duration::ZERO, settle(&server.app.platform, write)).await;
    assert!(left.is_err() && !is_done.load(Relaxed));
    server.stop().await.expect("it ends");
    assert!(is_done.load(Relaxed));
}

/// The clocks of replicas may differ.
#[tokio::test]
async fn times_are_those_of_the_database() {
    let server = TestServer::start(&[]).await;
    let insert = sqlx::query_as(INSERT).bind("Tea").bind(450_i64);
    let new: Product = insert.fetch_one(&server.app.platform.database.pool).await.expect("no time is bound");
    let update = sqlx::query_as(UPDATE).bind("Tea").bind(500_i64).bind(new.id).bind(None::<DateTime<Utc>>);
    let changed: Product = update.fetch_one(&server.app.platform.database.pool).await.expect("no time is bound");
    let age = Utc::now() - new.created_at;
    assert!(age.abs() < TimeDelta::minutes(10), "{age}: the database's time is read as UTC");
    assert!(changed.created_at == new.created_at && changed.updated_at > new.updated_at);
}
