//! Every failure, from whichever layer, has the same format with the request id, and exposes no internals.

use std::future::pending;

use app::platform::error::Error;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use crate::support::http::{Answer, raw, read_to_end, request, send};
use crate::support::logs;
use crate::support::server::TestServer;

/// The error of a response; asserts that header, body and log have the same request id.
pub async fn envelope(answer: &Answer, status: u16, word: &str) -> Value {
    let error = answer.json()["error"].take();
    assert_eq!((answer.status, error["type"].as_str()), (status, Some(word)), "{error}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(error["code"], status);
    assert_ne!(error["message"].as_str().unwrap_or_default(), "");
    let fields = ["code", "details", "message", "request_id", "type"];
    assert!(error.as_object().expect("an object").keys().all(|key| fields.contains(&&**key)), "{error}");
    let id = answer.header("x-request-id");
    assert_eq!(error["request_id"], id);
    let logged = logs::wait_for(id).await;
    let [line] = &logged[..] else { panic!("not one line: {logged:?}") };
    assert_eq!(line["status"], status);
    error
}

/// The faults in an error: each field with the rule that it breaks.
pub fn faults(error: &Value) -> Vec<(&str, &str)> {
    let details = error["details"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    details.map(|fault| (fault["field"].as_str().expect("text"), fault["message"].as_str().expect("text"))).collect()
}

/// Handlers that fail in every way a handler can, axum's own rejections among them.
fn failing() -> Router {
    Router::new()
        .route("/test/json", post(async |Json(_): Json<Vec<u32>>| "read"))
        .route("/test/items/{id}", get(async |Path(_): Path<u32>| "found"))
        .route("/test/panic", get(async || -> &str { panic!("{SECRET}") }))
        .route("/test/hang", get(async || pending::<&str>().await))
        .route("/test/error", get(async || Err::<&str, _>(Error::of(500).because(SECRET))))
        .route("/test/foreign", get(async || (StatusCode::BAD_GATEWAY, SECRET)))
}

const SECRET: &str = "SELECT token FROM users at db.internal:5432 in /srv/app/src/platform/db.rs";

#[tokio::test]
async fn every_failure_has_the_same_format() {
    let server = TestServer::with_routes(&["--request-timeout=200ms"], failing()).await;
    for (request, status, word) in [
        (request("GET", "/no/such/path?at=all"), 404, "not_found"),
        (request("GET", "/"), 404, "not_found"),
        (request("DELETE", "/greet"), 405, "method_not_allowed"),
        (request("GET", "/greet?name=Ada&name=Bob"), 422, "invalid"),
        (request("GET", "/test/items/one"), 400, "malformed"),
        (request("POST", "/test/json").json("[1,"), 400, "malformed"),
        (request("GET", "/test/panic"), 500, "internal"),
        (request("GET", "/test/error"), 500, "internal"),
        (request("GET", "/test/foreign"), 502, "internal"),
        (request("GET", "/test/hang"), 504, "timeout"),
    ] {
        let answer = send(server.public, request).await;
        envelope(&answer, status, word).await;
        for internal in ["SELECT", "db.internal", "/srv", ".rs", "panic"] {
            assert!(!answer.text().contains(internal), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn an_unsupported_method_is_answered_with_the_allowed_ones() {
    let server = TestServer::start(&[]).await;
    let answer = send(server.public, request("PATCH", "/greet")).await;
    envelope(&answer, 405, "method_not_allowed").await;
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_failed_head_request_has_no_body() {
    let server = TestServer::start(&[]).await;
    let head = request("HEAD", "/nowhere").header("connection", "close");
    let stream = raw(server.public, head.to_bytes()).await;
    let all = read_to_end(&stream).await;
    assert!(all.starts_with("HTTP/1.1 404 ") && all.ends_with("\r\n\r\n"), "{all}");
}

#[tokio::test]
async fn the_cause_of_a_500_is_in_the_log_only() {
    let server = TestServer::with_routes(&[], failing()).await;
    let answer = send(server.public, request("GET", "/test/error")).await;
    envelope(&answer, 500, "internal").await;
    let logged = logs::about(answer.header("x-request-id"));
    assert_eq!(logged[0]["error"], SECRET);
}

#[tokio::test]
async fn request_ids_that_are_long_or_not_printable_are_replaced() {
    let server = TestServer::start(&[]).await;
    let long = "x".repeat(129);
    for sent in ["", " ", "two words", "tab\tbed", "caf\u{e9}", &long] {
        let sent = sent.as_bytes();
        let request = request("GET", "/greet").header("x-request-id", sent);
        let answer = send(server.public, request).await;
        let id = answer.header("x-request-id");
        assert_eq!(answer.status, 200);
        assert_ne!(id.as_bytes(), sent);
        assert!((1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    let longest = "x".repeat(128);
    let answer = send(server.public, request("GET", "/greet").header("x-request-id", &longest)).await;
    assert_eq!(answer.header("x-request-id"), longest);
}
