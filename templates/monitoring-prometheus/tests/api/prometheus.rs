//! The exporter: where its metrics are, that all are described and tested, and its memory.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::sleep;

use crate::failures::answers;
use crate::scrape::Scrape;
use crate::support::alone;
use crate::support::http::get;
use crate::support::process::Process;
use crate::support::server::TestServer;

#[tokio::test]
async fn metrics_are_on_the_admin_port_only() {
    let server = TestServer::start(&[]).await;
    assert_eq!(get(server.admin, "/metrics").await.status, 200);
    assert_eq!(get(server.public, "/metrics").await.status, 404);
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
        assert!(cases.contains(&format!("\"{name}")), "no test has `{name}` rise");
    }
    for name in cases.split('"').filter(|text| text.len() > 6 && text.ends_with("_total")) {
        assert!(names.contains(name), "`{name}` appears only with its first failure");
    }
}

#[tokio::test]
async fn memory_is_bounded_without_a_scraper() {
    // In a separate process, since memory is measured per process.
    alone("prometheus::memory_is_bounded_without_a_scraper", record_and_measure()).await;
}

async fn record_and_measure() {
    const SAMPLES: u32 = 1_500_000;
    // The memory of one sample until it is counted into its bucket, including allocation.
    const BYTES: f64 = 16.0;
    let server = TestServer::start(&[]).await;
    let resident = async || Scrape::of(server.admin).await.total("process_resident_memory_bytes", &[]);
    let durations = metrics::histogram!("http_server_request_duration_seconds", "http_route" => "/never/scraped");
    let before = resident().await;
    (0..SAMPLES).for_each(|_| durations.record(0.001));
    for _ in 0..3 {
        sleep(Duration::from_millis(5500)).await;
        (0..SAMPLES).for_each(|_| durations.record(0.001));
    }
    let grown = resident().await - before;
    let once = f64::from(SAMPLES) * BYTES;
    assert!(grown > once / 2.0, "this test measures nothing: {grown} bytes");
    // The memory of one round may not be free yet when the next is recorded. Accumulated, there would be four.
    assert!(grown < once * 2.5, "samples accumulate until a scrape: {grown} bytes");
}
