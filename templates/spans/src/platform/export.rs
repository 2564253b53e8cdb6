//! Sends telemetry over OTLP, from threads of its own: exporters block.

use std::{thread, time::Duration};

use opentelemetry::KeyValue;
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use reqwest::{Url, blocking::Client, redirect::Policy};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// The time-out for sending a batch, retries included, and for sending everything at the end.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The client of every exporter.
///
/// # Errors
/// If this machine has no trusted certificates.
pub fn client() -> reqwest::Result<Client> {
    // Proxy variables of the environment are ignored: only the settings determine where telemetry is sent.
    let build = || Client::builder().no_proxy().redirect(Policy::none()).timeout(TIMEOUT).build();
    // It has a runtime of its own, which cannot start inside of another one.
    thread::spawn(build).join().expect("it does not panic")
}

/// An exporter that sends to this URL.
pub fn to<B: WithExportConfig + WithHttpConfig>(url: String, builder: B, client: &Client) -> B {
    let builder = builder.with_http_client(client.clone()).with_endpoint(url);
    builder.with_protocol(Protocol::HttpBinary).with_timeout(TIMEOUT)
}

/// The resource with these attributes, of which a later one replaces an earlier one.
pub fn resource(attributes: impl IntoIterator<Item = KeyValue>) -> Resource {
    let builder = Resource::builder_empty().with_detector(Box::new(TelemetryResourceDetector));
    builder.with_attributes(attributes).build()
}

/// Sends what has not been sent yet, for at most [`TIMEOUT`]. A provider blocks, so it runs on a thread for blocking
/// calls: the runtime may have a single worker.
pub async fn flush(provider: impl FnOnce() -> OTelSdkResult + Send + 'static) {
    timeout(TIMEOUT, spawn_blocking(provider)).await.ok();
}

/// Parses a URL to which paths are appended.
pub fn endpoint(text: &str) -> Result<String, &'static str> {
    let plain = |url: &Url| matches!(url.scheme(), "http" | "https") && !text.contains(['?', '#', ' ', '@']);
    let url = text.parse().ok().filter(plain).filter(|_| text.contains("://"));
    url.map(|_| text.trim_end_matches('/').to_owned()).ok_or("not a URL such as http://127.0.0.1:4318")
}
