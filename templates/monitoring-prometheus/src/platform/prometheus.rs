//! Metrics in the format of Prometheus, on the admin port.

use std::{sync::OnceLock, time::Duration};

use axum::{http::header, response::IntoResponse};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Seconds. The objective of 250 ms is one of them, so that alerts need not guess between two.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The exporter, made by the first server of a process: handles made before it would lead nowhere.
pub fn exporter() -> &'static PrometheusHandle {
    static EXPORTER: OnceLock<PrometheusHandle> = OnceLock::new();
    EXPORTER.get_or_init(|| {
        let duration = Matcher::Full("http_request_duration_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(duration, &BUCKETS);
        let exporter = builder.and_then(PrometheusBuilder::install_recorder).expect("buckets, and no other recorder");
        describe();
        exporter
    })
}

/// Says what each series is, and makes the counters: one that appears only with its first failure hides that failure
/// from `increase`.
fn describe() {
<% series %>
    gauge!("build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    metrics_process::Collector::default().describe();
}

/// Sorts what was recorded into buckets: without a scraper it would pile up. Does not return.
pub async fn upkeep() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        exporter().run_upkeep();
    }
}

/// What `GET /metrics` answers.
pub fn scrape() -> impl IntoResponse {
    metrics_process::Collector::default().collect();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], exporter().render())
}
