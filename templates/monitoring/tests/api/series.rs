//! Series that have labels or are gauges: each rises by one after one event of its kind. The modules whose names end in
//! `_series` cover one part of the service each. Together with the failures these are all exported series.

use std::net::SocketAddr;

use crate::failures::answers;
use crate::logging::drop_lines;
use crate::scrape::Scrape;
use crate::support::http::{Connection, raw, request};
use crate::support::process::Process;
use crate::support::server::TestServer;
use crate::support::{self, alone, eventually, hang};

/// Asserts that `series` exists before `event`, which increases it by one.
pub async fn rises(admin: SocketAddr, series: &str, event: impl AsyncFnOnce()) {
    let value = async || {
        let value = Scrape::of(admin).await.value(series);
        value.unwrap_or_else(|| panic!("`{series}` is not there"))
    };
    support::rises(series, value, event).await;
}

#[tokio::test]
async fn the_running_version() {
    let server = TestServer::start(&[]).await;
    let build = concat!("build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
    assert_eq!(Scrape::of(server.admin).await.value(build), Some(1.0));
}

#[tokio::test]
async fn lines_of_the_log() {
    let mut server = Process::start(&[]).await;
    let admin = server.admin;
    let dropped = async || Scrape::of(admin).await.value("log_lines_dropped_total");
    assert_eq!(dropped().await, Some(0.0));
    let lines = drop_lines(&mut server).await;
    assert_eq!(dropped().await, Some(lines as f64));
}

#[tokio::test]
async fn requests() {
    let body = async {
        let (entered, routes) = hang();
        let server = TestServer::with_routes(&["--request-timeout=1h"], routes).await;
        let duration = r#"http_server_request_duration_seconds_count{http_route="/greet",http_request_method="GET",http_response_status_code="200"}"#;
        let greet = async || answers(server.public, "/greet", 200).await;
        greet().await;
        rises(server.admin, duration, greet).await;
        rises(server.admin, r#"http_responses_total{code="2xx"}"#, greet).await;
        let missing = async || answers(server.public, "/nothing", 404).await;
        rises(server.admin, r#"http_responses_total{code="4xx"}"#, missing).await;

        let mut client = None;
        let hangs = async || {
            client = Some(raw(server.public, request("GET", "/test/hang").to_bytes()).await);
            entered.notified().await;
        };
        rises(server.admin, "http_server_active_requests", hangs).await;
    };
    alone("series::requests", body).await;
}

#[tokio::test]
async fn a_thousand_unknown_paths_add_one_route() {
    let server = Process::start(&[]).await;
    let mut connection = Connection::open(server.public).await;
    connection.send(request("GET", "/greet")).await;
    // The first scrape is a request too: its route appears in the second.
    Scrape::of(server.admin).await;
    let before = Scrape::of(server.admin).await;
    for number in 0..1000 {
        let path = format!("/random/{number}?of={number}");
        assert_eq!(connection.send(request("GET", &path)).await.status, 404);
    }
    let unmatched = |scrape: &Scrape| {
        let labels = ["http_route=\"unmatched\"", "http_response_status_code=\"404\"", "http_request_method=\"GET\""];
        scrape.total("http_server_request_duration_seconds_count", &labels)
    };
    let expected = unmatched(&before) + 1000.0;
    let mut after = Scrape::of(server.admin).await;
    // A request is counted after its response has been sent.
    let all = async || {
        after = Scrape::of(server.admin).await;
        unmatched(&after) >= expected
    };
    eventually("every request is counted", all).await;
    assert_eq!(unmatched(&after), expected);
    let new: Vec<&str> = after.routes().difference(&before.routes()).copied().collect();
    assert_eq!(new, ["unmatched"]);
}
