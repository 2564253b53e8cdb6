//! Metrics in the Prometheus format, on the admin port.

use std::{sync::OnceLock, time::Duration};

use axum::{http::header, response::IntoResponse};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// In seconds. The objective of 250 ms is one of them, so that alerts need not interpolate.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The exporter, installed by the first server of a process: handles created before it would record nothing.
pub fn exporter() -> &'static PrometheusHandle {
    static EXPORTER: OnceLock<PrometheusHandle> = OnceLock::new();
    EXPORTER.get_or_init(|| {
        let duration = Matcher::Full("http_server_request_duration_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(duration, &BUCKETS);
        builder.and_then(PrometheusBuilder::install_recorder).expect("buckets, and no other recorder")
    })
}

/// Moves recorded values into buckets regularly: without a scraper they would accumulate. Does not return.
pub async fn upkeep() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        exporter().run_upkeep();
    }
}

/// The response to `GET /metrics`.
pub fn scrape() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], exporter().render())
}
