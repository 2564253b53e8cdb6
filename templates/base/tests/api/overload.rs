//! More requests than the server accepts, requests that take too long, and clients that never finish.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use app::platform::health::Dependencies;
use axum::Router;
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::errors::envelope;
use crate::support::http::{self, Connection, raw, read_some, read_to_end, request, send};
use crate::support::server::TestServer;
use crate::support::{eventually, fastest};

/// A handler that waits for a permit of the test.
fn gate() -> (Arc<Semaphore>, Router) {
    let gate = Arc::new(Semaphore::new(0));
    let handler = {
        let gate = Arc::clone(&gate);
        async move || {
            gate.acquire().await.expect("it is never closed").forget();
            "through"
        }
    };
    (gate, Router::new().route("/test/gate", get(handler)))
}

#[tokio::test]
async fn requests_over_the_cap_are_shed_at_once_while_liveness_answers() {
    let (gate, routes) = gate();
    let server = TestServer::with_routes(&["--max-in-flight=20"], routes).await;
    let mut requests = JoinSet::new();
    for _ in 0..70 {
        requests.spawn(send(server.public, request("GET", "/test/gate")));
    }
    let mut shed = Vec::new();
    while shed.len() < 50 {
        shed.push(requests.join_next().await.expect("50 of 70 are shed").unwrap());
    }
    for answer in shed {
        envelope(&answer, 503, "overloaded").await;
        assert_ne!(answer.header("retry-after"), "");
    }
    let shed = fastest(async || assert_eq!(http::get(server.public, "/test/gate").await.status, 503)).await;
    assert!(shed < Duration::from_millis(50), "no request waits in a queue: {shed:?}");
    assert_eq!(http::get(server.public, "/health/live").await.status, 200);
    assert_eq!(http::get(server.public, "/health/ready").await.status, 200);

    gate.add_permits(20);
    for answer in requests.join_all().await {
        assert_eq!((answer.status, answer.text()), (200, "through"));
    }
    let free = async || server.app.platform.permits.available_permits() == 20;
    eventually("every permit is free again", free).await;
}

#[tokio::test]
async fn disconnected_clients_release_their_permits() {
    let (gate, routes) = gate();
    let server = TestServer::with_routes(&["--max-in-flight=2"], routes).await;
    let in_flight = || server.app.platform.in_flight();
    let waiting = request("GET", "/test/gate").to_bytes();
    let clients = [raw(server.public, &waiting).await, raw(server.public, &waiting).await];
    eventually("two requests hold both permits", async || in_flight() == 2).await;
    assert_eq!(http::get(server.public, "/greet").await.status, 503);
    drop(clients);
    eventually("their permits are free again", async || in_flight() == 0).await;
    assert_eq!(http::get(server.public, "/greet").await.status, 200);
    drop(gate);
}

#[tokio::test]
async fn a_handler_past_the_deadline_is_504_at_the_deadline() {
    let routes = Router::new().route("/test/hang", get(async || pending::<&str>().await));
    let server = TestServer::with_routes(&["--request-timeout=300ms"], routes).await;
    let hang = async || envelope(&http::get(server.public, "/test/hang").await, 504, "timeout").await;
    let took = fastest(hang).await;
    assert!((290..550).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_504_at_the_deadline() {
    let routes = Router::new().route("/test/body", post(async |body: String| body));
    let server = TestServer::with_routes(&["--request-timeout=300ms"], routes).await;
    let half = "POST /test/body HTTP/1.1\r\nhost: app\r\ncontent-length: 10\r\n\r\nhalf";
    let stream = raw(server.public, half).await;
    let answer = read_some(&stream).await;
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
}

#[tokio::test]
async fn a_half_sent_header_is_cut_at_its_timeout() {
    let server = TestServer::start(&["--header-timeout=300ms"]).await;
    let started = Instant::now();
    let stream = raw(server.public, "GET /greet HTTP/1.1\r\nhost: app\r\nx-slow: ").await;
    read_to_end(&stream).await;
    let took = started.elapsed().as_millis();
    assert!((290..5000).contains(&took), "{took} ms");
}

#[tokio::test]
async fn a_silent_client_is_disconnected_at_the_header_timeout() {
    let server = TestServer::start(&["--header-timeout=300ms"]).await;
    let silent = raw(server.public, "").await;
    assert_eq!(read_to_end(&silent).await, "");
}

#[tokio::test]
async fn an_idle_connection_is_usable_until_the_header_timeout() {
    let server = TestServer::start(&["--header-timeout=5s"]).await;
    let mut connection = Connection::open(server.public).await;
    for _ in 0..2 {
        assert_eq!(connection.send(request("GET", "/greet")).await.status, 200);
        sleep(Duration::from_secs(3)).await;
    }
    let asked = Instant::now();
    assert_eq!(connection.send(request("GET", "/greet")).await.status, 200, "each request restarts the time-out");
    connection.closed().await;
    assert!(asked.elapsed() > Duration::from_millis(4900), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn connections_over_the_cap_wait() {
    let server = TestServer::start(&["--max-connections=3"]).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut connection = Connection::open(server.public).await;
        assert_eq!(connection.send(request("GET", "/greet")).await.status, 200);
        held.push(connection);
    }
    let fourth = raw(server.public, request("GET", "/greet").to_bytes()).await;
    let early = timeout(Duration::from_millis(300), fourth.readable()).await;
    assert!(early.is_err(), "a fourth connection was served beside three");
    let probe = http::get(server.admin, "/health/live").await;
    assert_eq!(probe.status, 200, "the admin port has its own limit");
    held.pop();
    assert!(read_some(&fourth).await.starts_with("HTTP/1.1 200 "));
}

/// Requests for health only read the last results.
#[tokio::test]
async fn each_dependency_is_checked_at_most_once_a_second() {
    let checks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&checks);
    let dependencies = Dependencies::default().with("counted", move || {
        counted.fetch_add(1, Relaxed);
        Box::pin(async { Ok(()) })
    });
    let ended = timeout(Duration::from_millis(1800), dependencies.watch()).await;
    assert!(ended.is_err(), "it checks until the service ends");
    assert!((1..=2).contains(&checks.load(Relaxed)), "{} checks in 1.8 s", checks.load(Relaxed));
}
