//! Series that have labels or are gauges: each rises by one after one event of its kind. The modules whose names end in
//! `_series` cover one part of the service each. Together with the failures these are all exported series.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::failures::answers;
use crate::logging::drop_lines;
use crate::prometheus::Scrape;
use crate::support::http::{get, raw, request};
use crate::support::process::Process;
use crate::support::server::TestServer;
use crate::support::{self, alone, hang};

/// Asserts that `series` exists before `event`, which increases it by one.
pub async fn rises(admin: SocketAddr, series: &str, event: impl AsyncFnOnce()) {
    let value = async || {
        let value = Scrape::of(admin).await.value(series);
        value.unwrap_or_else(|| panic!("`{series}` is not there"))
    };
    support::rises(series, value, event).await;
}

/// The text of all modules of series and failures.
fn cases() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api");
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let has_cases = |path: &PathBuf| {
        let name = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        name.rsplit('_').next().is_some_and(|kind| ["series", "failures"].contains(&kind))
    };
    paths.filter(has_cases).map(|path| fs::read_to_string(path).expect("a text")).collect()
}

#[tokio::test]
async fn every_series_is_described_tested_and_exported_from_the_start() {
    let cases = cases();
    let server = Process::start(&[]).await;
    answers(server.public, "/greet", 200).await;
    let metrics = get(server.admin, "/metrics").await;
    let lines = || metrics.text().lines();
    let types = lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let names: BTreeSet<&str> = types.map(|(name, _)| name).collect();
    for name in &names {
        let help = lines().find_map(|line| line.strip_prefix(&format!("# HELP {name} ")));
        assert!(help.is_some_and(|help| help.len() > 10), "`{name}` is not described");
        // Those of the process itself come from a crate.
        let tested = cases.contains(&format!("\"{name}")) || name.starts_with("process_");
        assert!(tested, "no test has `{name}` rise");
    }
    for name in cases.split('"').filter(|text| text.len() > 6 && text.ends_with("_total")) {
        assert!(names.contains(name), "`{name}` appears only with its first failure");
    }
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
        let duration = r#"http_request_duration_seconds_count{route="/greet",method="GET",status="200"}"#;
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
        rises(server.admin, "http_requests_in_flight", hangs).await;
    };
    alone("series::requests", body).await;
}
