//! Exactly one log line per request, however it ended.

use std::future::pending;

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::hang;
use crate::support::http::{Connection, raw, request, send};
use crate::support::logs;
use crate::support::process::Process;
use crate::support::server::TestServer;

#[tokio::test]
async fn an_answered_request_is_one_line_with_its_status() {
    let routes = Router::new()
        .route("/test/{what}/done", get(async || "done"))
        .route("/test/panic", get(async || -> &str { panic!("by the test") }))
        .route("/test/hang", get(async || pending::<&str>().await));
    let server = TestServer::with_routes(&["--request-timeout=200ms"], routes).await;
    for (path, status, route) in [
        ("/test/this/done", 200, "/test/{what}/done"),
        ("/no/such/path", 404, "unmatched"),
        ("/test/panic", 500, "/test/panic"),
        ("/test/hang", 504, "/test/hang"),
        ("/health/live", 200, "/health/live"),
    ] {
        let id = format!("one-line{}", path.replace('/', "-"));
        let asked = request("GET", path).header("x-request-id", &id);
        let answer = send(server.public, asked).await;
        assert_eq!(answer.status, status, "{path}");
        let lines = logs::wait_for(&id).await;
        let [line] = &lines[..] else { panic!("{path}: {lines:?}") };
        assert_eq!((&line["status"], &line["method"]), (&status.into(), &"GET".into()));
        assert_eq!((&line["path"], &line["route"]), (&path.into(), &route.into()));
    }
}

#[tokio::test]
async fn a_secret_in_a_request_reaches_neither_the_log_nor_an_error() {
    let routes = Router::new()
        .route("/test/json", post(async |Json(_): Json<Vec<u32>>| "read"))
        .route("/test/panic", get(async || -> &str { panic!("by the test") }));
    let server = TestServer::with_routes(&[], routes).await;
    let secret = "s3cr3t-0f-4-cl13nt";
    for (method, path, status) in [
        ("GET", "/docs", 200),
        ("GET", "/greet", 422),
        ("GET", "/no/such/path", 404),
        ("DELETE", "/greet", 405),
        ("GET", "/test/panic", 500),
        ("POST", "/test/json", 400),
    ] {
        let path = format!("{path}?password={secret}");
        let asked = request(method, &path).header("cookie", secret).header("x-secret", secret);
        let asked = asked.json(format!("[\"{secret}"));
        let answer = send(server.public, asked).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(status == 200 || !answer.text().contains(secret), "{}", answer.text());
        logs::wait_for(answer.header("x-request-id")).await;
    }
    assert_eq!(logs::with(secret), Vec::<Value>::new());
}

#[tokio::test]
async fn the_message_of_a_panic_is_logged_and_not_sent() {
    let routes = Router::new()
        .route("/test/literal", get(async || -> &str { panic!("a literal") }))
        .route("/test/text", get(async || -> &str { panic!("a text with {}", 1) }));
    let server = TestServer::with_routes(&[], routes).await;
    for (path, message) in [("/test/literal", "a literal"), ("/test/text", "a text with 1")] {
        let answer = send(server.public, request("GET", path)).await;
        assert!(answer.status == 500 && !answer.text().contains(message), "{}", answer.text());
        let lines = logs::wait_for(answer.header("x-request-id")).await;
        assert_eq!(lines[0]["error"], format!("panicked: {message}"));
    }
}

#[tokio::test]
async fn a_request_whose_client_disconnected_is_one_line_with_status_499() {
    let (entered, routes) = hang();
    let server = TestServer::with_routes(&[], routes).await;
    let hang = request("GET", "/test/hang").header("x-request-id", "left-early");
    let client = raw(server.public, hang.to_bytes()).await;
    entered.notified().await;
    drop(client);
    let lines = logs::wait_for("left-early").await;
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(line["status"], 499);
}

#[tokio::test]
async fn a_long_path_or_method_is_cut_and_marked() {
    let server = TestServer::start(&[]).await;
    let (path, method) = (format!("/{}", "p".repeat(8000)), "M".repeat(4000));
    let answer = send(server.public, request(&method, &path)).await;
    let lines = logs::wait_for(answer.header("x-request-id")).await;
    let [line] = &lines[..] else { panic!("{} lines", lines.len()) };
    assert_eq!(line["path"].as_str(), Some(&*format!("{}…", &path[..256])));
    assert_eq!(line["method"].as_str(), Some(&*format!("{}…", &method[..256])));

    let exact = format!("/{}", "p".repeat(255));
    let answer = send(server.public, request("GET", &exact)).await;
    assert_eq!(logs::wait_for(answer.header("x-request-id")).await[0]["path"], exact);
}

/// Logs faster than the output is read, then reads until every request is logged or counted as dropped. Returns the
/// number of dropped lines.
pub async fn drop_lines(server: &mut Process) -> usize {
    const REQUESTS: usize = 20_000;
    server.pause_output(true);
    let mut connections = JoinSet::new();
    for _ in 0..4 {
        let mut connection = Connection::open(server.public).await;
        connections.spawn(async move {
            for _ in 0..REQUESTS / 4 {
                assert_eq!(connection.send(request("GET", "/health/live")).await.status, 200);
            }
        });
    }
    connections.join_all().await;
    server.pause_output(false);
    let (mut logged, mut dropped) = (0, 0);
    while logged + dropped < REQUESTS {
        let line = server.line().await;
        if line["path"] == "/health/live" {
            logged += 1;
        }
        dropped = dropped.max(line["dropped"].as_u64().unwrap_or_default() as usize);
    }
    dropped
}

#[tokio::test]
async fn lines_that_are_dropped_are_counted() {
    let mut server = Process::start(&[]).await;
    assert!(drop_lines(&mut server).await > 0);
}
