//! Exactly one log line per request, whatever ended it.

use std::future::pending;

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use crate::support::hang;
use crate::support::http::{raw, request, send};
use crate::support::logs;
use crate::support::server::TestServer;

#[tokio::test]
async fn an_answered_request_is_one_line_with_its_status() {
    let routes = Router::new()
        .route("/test/{what}/done", get(async || "done"))
        .route("/test/panic", get(async || -> &str { panic!("as it should") }))
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
        .route("/test/panic", get(async || -> &str { panic!("as it should") }));
    let server = TestServer::with_routes(&[], routes).await;
    let secret = "s3cr3t-0f-4-cl13nt";
    for (method, path, status) in [
        ("GET", "/greet", 200),
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
async fn a_request_whose_client_left_is_one_line_with_status_499() {
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
