//! Clients that do not read, close their sending half, disconnect, or send invalid HTTP/1.1.

use std::net::Shutdown;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::errors::envelope;
use crate::support::http::{self, raw, read_more, read_some, read_to_end, request, send};
use crate::support::server::TestServer;
use crate::support::{eventually, fastest, hang, logs};

/// `GET /test/large` returns more than the kernel buffers for a client, `GET /test/slow` responds after a delay.
fn routes() -> Router {
    let slow = async || {
        sleep(Duration::from_millis(300)).await;
        "slow"
    };
    Router::new().route("/test/large", get(async || "x".repeat(LARGE))).route("/test/slow", get(slow))
}

const LARGE: usize = 16 << 20;

/// Whether another client gets the only connection that is allowed.
async fn is_free(server: &TestServer) -> bool {
    let greet = raw(server.public, request("GET", "/greet").header("connection", "close").to_bytes()).await;
    let answer = tokio::time::timeout(Duration::from_secs(20), read_to_end(&greet)).await;
    answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut() {
    let server = TestServer::with_routes(&["--max-connections=1", "--request-timeout=1s"], routes()).await;
    let _large = raw(server.public, request("GET", "/test/large").to_bytes()).await;
    assert!(is_free(&server).await);
}

#[tokio::test]
async fn a_client_that_reads_a_byte_now_and_then_is_cut() {
    let server = TestServer::with_routes(&["--max-connections=1", "--request-timeout=1s"], routes()).await;
    let large = raw(server.public, request("GET", "/test/large").to_bytes()).await;
    let reading = tokio::spawn(async move {
        loop {
            large.readable().await.ok();
            large.try_read(&mut [0]).ok();
            sleep(Duration::from_millis(100)).await;
        }
    });
    assert!(is_free(&server).await);
    reading.abort();
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_all() {
    let server = TestServer::with_routes(&["--request-timeout=2s"], routes()).await;
    let large = raw(server.public, request("GET", "/test/large").to_bytes()).await;
    let (started, mut bytes) = (Instant::now(), Vec::new());
    while bytes.len() < LARGE {
        let before = bytes.len();
        while bytes.len() - before < 1 << 20 && bytes.len() < LARGE {
            read_more(&large, &mut bytes).await.expect("the connection holds");
        }
        sleep(Duration::from_millis(200)).await;
    }
    assert!(started.elapsed() > Duration::from_secs(2), "{:?}", started.elapsed());
}

/// Closes the sending half of a client that still reads.
fn close_sending_half(stream: TcpStream) -> TcpStream {
    let stream = stream.into_std().expect("a socket");
    stream.shutdown(Shutdown::Write).expect("it is connected");
    TcpStream::from_std(stream).expect("a socket")
}

#[tokio::test]
async fn a_client_that_closes_its_sending_half_gets_the_answer() {
    let server = TestServer::with_routes(&[], routes()).await;
    for path in ["/greet", "/test/slow", "/test/large"] {
        let client = close_sending_half(raw(server.public, request("GET", path).to_bytes()).await);
        let answer = read_to_end(&client).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
        assert!(path != "/test/large" || answer.len() > LARGE, "{} bytes", answer.len());
    }
    let two = [request("GET", "/test/slow").to_bytes(), request("GET", "/greet").to_bytes()].concat();
    let client = close_sending_half(raw(server.public, two).await);
    assert_eq!(read_to_end(&client).await.matches("HTTP/1.1 200 ").count(), 2);
}

#[tokio::test]
async fn a_handler_ends_a_second_after_its_client_closed_its_sending_half() {
    let (entered, routes) = hang();
    let server = TestServer::with_routes(&[], routes).await;
    let hang = request("GET", "/test/hang").header("x-request-id", "half-closed");
    let client = raw(server.public, hang.to_bytes()).await;
    entered.notified().await;
    let closed = Instant::now();
    let client = close_sending_half(client);
    let lines = logs::wait_for("half-closed").await;
    assert_eq!(lines[0]["status"], 499);
    assert!(closed.elapsed() > Duration::from_millis(900), "{:?}", closed.elapsed());
    assert_eq!(read_to_end(&client).await, "");
}

#[tokio::test]
async fn a_handler_ends_at_once_when_its_client_resets_the_connection() {
    let (entered, routes) = hang();
    let server = TestServer::with_routes(&[], routes).await;
    for close_first in [false, true] {
        let mut attempts = 0;
        let reset = async || {
            attempts += 1;
            let id = format!("reset-{close_first}-{attempts}");
            let hang = request("GET", "/test/hang").header("x-request-id", &id);
            let mut client = raw(server.public, hang.to_bytes()).await;
            entered.notified().await;
            if close_first {
                client = close_sending_half(client);
            }
            client.set_zero_linger().expect("a socket");
            drop(client);
            let lines = logs::wait_for(&id).await;
            assert_eq!(lines[0]["status"], 499);
        };
        let took = fastest(reset).await;
        assert!(took < Duration::from_millis(500), "{took:?}");
    }
}

#[tokio::test]
async fn a_request_names_one_valid_host() {
    let server = TestServer::start(&[]).await;
    let hosts: &[&[&str]] = &[
        &[],
        &["app", "app"],
        &["app", "other"],
        &[""],
        &["a b"],
        &["a/b"],
        &["user@app"],
        &["app:port"],
        &["app:65536"],
        &["app:80:80"],
        &["[::1"],
        &["[::1]80"],
        &["[app]"],
        &["caf\u{e9}"],
    ];
    for port in [server.public, server.admin] {
        for hosts in hosts {
            let live = request("GET", "/health/live").without("host");
            let request = hosts.iter().fold(live, |request, host| request.header("host", host));
            envelope(&send(port, request).await, 400, "malformed").await;
        }
        for host in ["app", "app:8080", "app:", "127.0.0.1", "[::1]", "[::1]:8080", "a_b.example"] {
            let request = request("GET", "/health/live").without("host").header("host", host);
            assert_eq!(send(port, request).await.status, 200, "{host}");
        }
    }
    let old = raw(server.public, "GET /greet HTTP/1.0\r\n\r\n").await;
    assert!(read_some(&old).await.starts_with("HTTP/1.0 200 "), "HTTP/1.0 needs no Host");
}

#[tokio::test]
async fn an_encoded_body_is_refused() {
    let server = TestServer::start(&[]).await;
    for coding in ["gzip", "br", "identity, gzip", "x"] {
        let encoded = request("POST", "/greet").header("content-encoding", coding).body("x");
        let answer = send(server.public, encoded).await;
        envelope(&answer, 415, "unsupported_media_type").await;
        assert_eq!(answer.header("accept-encoding"), "identity");
    }
    let plain = request("GET", "/greet").header("content-encoding", "Identity");
    assert_eq!(send(server.public, plain).await.status, 200);
    eventually("the server still responds", async || http::get(server.public, "/greet").await.status == 200).await;
}
