//! Every series that is exported: after one event of its kind it has risen by one.
//!
//! Series belong to a process and the tests of this binary share one, so each test here runs in a process of its own.

use std::env;
use std::net::SocketAddr;
use std::process::Command;

use axum::Router;
use axum::routing;

use crate::prometheus::Scrape;
use crate::support::http::{get, raw, request};
use crate::support::process::Process;
use crate::support::server::TestServer;
use crate::support::{eventually, hang};

/// Runs `cases` in a process that runs only `test`, the test that calls this.
async fn alone(test: &str, cases: impl Future<Output = ()>) {
    if env::var_os("ALONE").is_some() {
        return cases.await;
    }
    let this = env::current_exe().expect("a running program has a path");
    let output = Command::new(this).args(["--exact", test]).env("ALONE", "yes").output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// `series` is there before `event`, and rises by one after it.
async fn rises(admin: SocketAddr, series: &str, event: impl AsyncFnOnce()) {
    let value = async || Scrape::of(admin).await.value(series);
    let before = value().await.unwrap_or_else(|| panic!("`{series}` is not there at start"));
    event().await;
    let mut after = before;
    let changes = async || {
        after = value().await.unwrap_or_else(|| panic!("`{series}` is gone"));
        after != before
    };
    eventually(&format!("`{series}` rises"), changes).await;
    assert_eq!(after, before + 1.0, "{series}");
}

async fn answers(to: SocketAddr, path: &str, status: u16) {
    let answer = get(to, path).await;
    assert_eq!(answer.status, status, "{}", answer.text());
}

#[tokio::test]
async fn every_series_is_described_and_has_a_case_here() {
    let server = Process::start(&[]).await;
    answers(server.public, "/greet", 200).await;
    let metrics = get(server.admin, "/metrics").await;
    let lines = || metrics.text().lines();
    let names: Vec<&str> =
        lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).map(|(name, _)| name).collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let help = lines().find_map(|line| line.strip_prefix(&format!("# HELP {name} ")));
        assert!(help.is_some_and(|help| help.len() > 10), "`{name}` is not described");
        // Those of the process itself are made by a crate.
        let has_case = include_str!("series.rs").contains(&format!("\"{name}"));
        assert!(has_case || name.starts_with("process_"), "`{name}` has no case");
    }
    let build = concat!("build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
    assert_eq!(Scrape::of(server.admin).await.value(build), Some(1.0));
}

#[tokio::test]
async fn requests() {
    let cases = async {
        let (entered, routes) = hang();
        let routes = routes.route("/test/panic", routing::get(async || -> &str { panic!("as it should") }));
        let server = TestServer::with_routes(&["--request-timeout=1h", "--max-in-flight=1"], routes).await;
        let panics = async || answers(server.public, "/test/panic", 500).await;
        rises(server.admin, "http_panics_total", panics).await;

        let duration = r#"http_request_duration_seconds_count{route="/greet",method="GET",status="200"}"#;
        let greet = async || answers(server.public, "/greet", 200).await;
        greet().await;
        rises(server.admin, duration, greet).await;

        let mut client = None;
        let hangs = async || {
            client = Some(raw(server.public, request("GET", "/test/hang").to_bytes()).await);
            entered.notified().await;
        };
        rises(server.admin, "http_requests_in_flight", hangs).await;
        let shed = async || answers(server.public, "/greet", 503).await;
        rises(server.admin, "http_requests_shed_total", shed).await;
        drop(client);

        let (_, routes) = hang();
        let server = TestServer::with_routes(&["--request-timeout=200ms"], routes).await;
        let late = async || answers(server.public, "/test/hang", 504).await;
        rises(server.admin, "http_requests_timed_out_total", late).await;
    };
    alone("series::requests", cases).await;
}
//= cases
