//! A response reaches its client although the server has not read the whole request, and bodies being read share a
//! bound.

use std::future::pending;
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::errors::envelope;
use crate::support::eventually;
use crate::support::http::{Request, get as fetch, raw, read_some, read_to_end, request, send, write};
use crate::support::server::TestServer;

/// Handlers that reject a body without reading it, or after reading a part.
fn refusing() -> Router {
    Router::new()
        .route("/test/json", post(async |Json(_): Json<Vec<u32>>| "read"))
        .route("/test/text", post(async |body: String| body.len().to_string()))
        .route("/test/hang", get(async || pending::<&str>().await))
}

/// Clients that send a large body, twice and twenty times the limit, before they read the response.
pub async fn upload(server: &TestServer, request: &Request, status: u16, word: &str) {
    let mut clients = JoinSet::new();
    for megabytes in [2, 2, 2, 20, 20] {
        let request = request.clone().body("x".repeat(megabytes << 20));
        clients.spawn(send(server.public, request));
    }
    for answer in clients.join_all().await {
        envelope(&answer, status, word).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_not_lost_when_the_body_is_not_read() {
    let server = TestServer::with_routes(&[], refusing()).await;
    upload(&server, &request("POST", "/nowhere"), 404, "not_found").await;
    upload(&server, &request("POST", "/greet"), 405, "method_not_allowed").await;
    upload(&server, &request("POST", "/health/live"), 405, "method_not_allowed").await;
    upload(&server, &request("POST", "/test/json"), 415, "unsupported_media_type").await;
    let too_large = request("POST", "/test/text").body("x".repeat(20 << 20));
    envelope(&send(server.public, too_large).await, 413, "body_too_large").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_is_not_lost_when_the_service_is_overloaded() {
    let server = TestServer::with_routes(&["--max-in-flight=1"], refusing()).await;
    let _hanging = raw(server.public, request("GET", "/test/hang").to_bytes()).await;
    eventually("the only permit is held", async || server.app.platform.in_flight() == 1).await;
    upload(&server, &request("POST", "/test/text"), 503, "overloaded").await;
}

#[tokio::test]
async fn an_answer_is_not_lost_when_the_header_is_too_large() {
    let server = TestServer::start(&[]).await;
    let large = request("GET", "/greet").header("x-large", "x".repeat(2 << 20));
    let stream = raw(server.public, large.to_bytes()).await;
    let answer = read_to_end(&stream).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn an_answer_is_not_lost_when_a_chunked_body_is_not_read() {
    let server = TestServer::start(&[]).await;
    let head = request("POST", "/nowhere").header("transfer-encoding", "chunked").to_bytes();
    let body = format!("{:x}\r\n{}\r\n0\r\n\r\n", 4 << 20, "x".repeat(4 << 20));
    let stream = raw(server.public, [&head[..], body.as_bytes()].concat()).await;
    assert!(read_some(&stream).await.starts_with("HTTP/1.1 404 "));
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_gets_it_or_the_refusal() {
    let server = TestServer::with_routes(&[], refusing()).await;
    let waiting = |path| request("POST", path).header("expect", "100-continue").header("content-length", "50000000");
    for (path, status) in [("/nowhere", "404"), ("/test/json", "415")] {
        let stream = raw(server.public, waiting(path).to_bytes()).await;
        let answer = read_to_end(&stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
    let welcome = request("POST", "/test/text").header("expect", "100-continue").header("content-length", "2");
    let stream = raw(server.public, welcome.to_bytes()).await;
    assert!(read_some(&stream).await.starts_with("HTTP/1.1 100 "));
}

#[tokio::test]
async fn a_connection_outlives_a_small_body_and_announces_its_end_after_a_large_one() {
    let server = TestServer::start(&[]).await;
    let half = request("POST", "/nowhere").header("content-length", "2000").to_bytes();
    let stream = raw(server.public, half).await;
    let refused = read_some(&stream).await;
    assert!(refused.starts_with("HTTP/1.1 404 ") && !refused.contains("connection: close"), "{refused}");
    let next = [&[b'x'; 2000][..], &request("GET", "/greet").to_bytes()].concat();
    write(&stream, &next).await.expect("the connection holds");
    assert!(read_some(&stream).await.starts_with("HTTP/1.1 200 "));

    let large = send(server.public, request("POST", "/nowhere").body("x".repeat(1 << 20))).await;
    assert_eq!((large.status, large.header("connection")), (404, "close"));
}

#[tokio::test]
async fn unread_bodies_do_not_count_as_requests_in_flight() {
    let server = TestServer::with_routes(&["--max-in-flight=1"], refusing()).await;
    let half = request("POST", "/nowhere").header("content-length", "1000").to_bytes();
    let mut sending = Vec::new();
    for _ in 0..5 {
        let stream = raw(server.public, &half).await;
        assert!(read_some(&stream).await.starts_with("HTTP/1.1 404 "));
        sending.push(stream);
    }
    assert_eq!(fetch(server.public, "/greet").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_being_read_share_a_budget() {
    let origin = "https://app.example";
    let flags = ["--request-timeout=60s", &format!("--cors-origins={origin}")];
    let server = TestServer::with_routes(&flags, refusing()).await;
    // 35 of these fit in 64 MiB.
    let half = request("POST", "/test/text").header("content-length", "2000000").header("origin", origin).to_bytes();
    let half = [&half[..], &vec![b'x'; 1_900_000]].concat();
    let mut clients = JoinSet::new();
    for _ in 0..40 {
        let half = half.clone();
        let to = server.public;
        clients.spawn(async move {
            let stream = raw(to, half).await;
            let answer = timeout(Duration::from_secs(5), read_some(&stream)).await;
            (stream, answer.unwrap_or_default())
        });
    }
    let clients = clients.join_all().await;
    let refused: Vec<&str> = clients.iter().map(|(_, answer)| &**answer).filter(|answer| !answer.is_empty()).collect();
    assert!((5..=10).contains(&refused.len()), "{} of 40 were refused: {refused:?}", refused.len());
    for answer in refused {
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("overloaded"), "{answer}");
        assert!(answer.contains(&format!("access-control-allow-origin: {origin}")), "a script may read it: {answer}");
    }
    assert_eq!(fetch(server.public, "/greet").await.status, 200, "what has no body is served");
    drop(clients);
    let small = request("POST", "/test/text").body("x".repeat(2_000_000));
    eventually("there is room again", async || send(server.public, small.clone()).await.status == 200).await;
}
