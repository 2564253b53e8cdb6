//! Exports metrics, logs and spans over OTLP.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::{thread, time::Duration};

use anyhow::anyhow;
use axum::http::{HeaderName, HeaderValue};
use futures_util::future::join3;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_otlp::{LogExporter, MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use percent_encoding::percent_decode_str;
use reqwest::blocking::Client;

use super::otlp_metrics::Instruments;
use super::settings::{number, one_of};
use super::{export, otlp_logs, spans};

/// Longer than a process lives.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The time to the first export, which has the zeros of the counters: `increase` does not see what was counted before it.
/// A process that ends sooner has sent nothing, so that a service that cannot stay up looks like one that does not run.
const FIRST_EXPORT: Duration = Duration::from_secs(15);

/// Where telemetry is sent to, and what of it. The names are those of OpenTelemetry.
#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// URL of the OpenTelemetry collector, such as http://collector:4318; nothing is exported by default
    #[arg(long, env, value_parser = export::endpoint)]
    pub otel_exporter_otlp_endpoint: Option<String>,
    /// Headers for the collector, such as authorization=Basic%20dTpw, separated by commas
    #[arg(long, env, hide_env_values = true, value_delimiter = ',', value_parser = header)]
    pub otel_exporter_otlp_headers: Vec<(HeaderName, HeaderValue)>,
    /// Protocol of the collector; only http/protobuf
    #[arg(long, env, default_value = "http/protobuf", value_parser = one_of(&[("http/protobuf", Protocol::HttpBinary)]))]
    pub otel_exporter_otlp_protocol: Protocol,
    /// Milliseconds between two exports of the metrics
    #[arg(long, env, default_value = "60000", value_parser = number::<u32>(10, 3_600_000))]
    pub otel_metric_export_interval: u32,
    #[command(flatten)]
    pub spans: spans::Settings,
    /// Name of the service in its telemetry; by default that of the package
    #[arg(long, env, value_parser = name)]
    pub otel_service_name: Option<String>,
    /// Further attributes of the service, such as deployment.environment.name=production, separated by commas
    #[arg(long, env, value_delimiter = ',', value_parser = attribute)]
    pub otel_resource_attributes: Vec<KeyValue>,
    /// Whether nothing is exported, whatever the endpoint
    #[arg(long, env, default_value = "false", action = clap::ArgAction::Set)]
    #[arg(value_parser = one_of(&[("true", true), ("false", false)]))]
    pub otel_sdk_disabled: bool,
}

/// The exporters of this process, which its first server starts: handles created before that record nothing.
static EXPORTERS: OnceLock<anyhow::Result<Option<Exporters>>> = OnceLock::new();

/// Updates the gauges of the last server that was started.
static MEASURE: Mutex<Option<Box<dyn Fn() + Send>>> = Mutex::new(None);

struct Exporters {
    logs: SdkLoggerProvider,
    metrics: SdkMeterProvider,
}

/// Starts the exporters, if there is an endpoint.
///
/// # Errors
/// If this machine has no trusted certificates.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let endpoint = settings.otel_exporter_otlp_endpoint.as_deref().filter(|_| !settings.otel_sdk_disabled);
    let start = || endpoint.map(|endpoint| Exporters::start(settings, endpoint)).transpose();
    EXPORTERS.get_or_init(start).as_ref().map(drop).map_err(|error| anyhow!("cannot export telemetry: {error:#}"))
}

/// Has the gauges updated before each export of the metrics.
pub fn measure_with(measure: impl Fn() + Send + 'static) {
    *MEASURE.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(measure));
}

/// Sends what has not been sent yet.
pub async fn flush() {
    let Some(Ok(Some(Exporters { logs, metrics }))) = EXPORTERS.get() else { return };
    let (logs, metrics) = (export::flush(|| logs.force_flush()), export::flush(|| export_metrics(metrics)));
    join3(logs, metrics, spans::flush()).await;
}

impl Exporters {
    fn start(settings: &Settings, endpoint: &str) -> anyhow::Result<Self> {
        let client = export::client()?;
        let metrics = MetricExporter::builder().with_http();
        let metrics = configured(metrics, settings, &client, format!("{endpoint}/v1/metrics")).build()?;
        let logs = LogExporter::builder().with_http();
        let logs = configured(logs, settings, &client, format!("{endpoint}/v1/logs")).build()?;
        let spans = SpanExporter::builder().with_http();
        let spans = configured(spans, settings, &client, format!("{endpoint}/v1/traces")).build()?;
        let resource = resource(settings);
        let metrics = start_metrics(metrics, settings, resource.clone());
        spans::start(&settings.spans, spans, resource.clone());
        Ok(Self { logs: otlp_logs::start(logs, resource), metrics })
    }
}

fn configured<B: WithExportConfig + WithHttpConfig>(
    builder: B,
    settings: &Settings,
    client: &Client,
    url: String,
) -> B {
    let text = |value: &HeaderValue| value.to_str().expect("the setting is text").to_owned();
    let headers = settings.otel_exporter_otlp_headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let builder = export::to(url, builder, client).with_headers(headers.collect());
    builder.with_protocol(settings.otel_exporter_otlp_protocol)
}

/// Installs the recorder, and exports what it records from a thread of its own.
fn start_metrics(exporter: MetricExporter, settings: &Settings, resource: Resource) -> SdkMeterProvider {
    // The thread below asks it to export, because the gauges must be measured first.
    let reader = PeriodicReader::builder(exporter).with_interval(NEVER).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).with_resource(resource).build();
    let recorder = Instruments::new(provider.meter(env!("CARGO_PKG_NAME")));
    metrics::set_global_recorder(recorder).expect("no other recorder");
    let interval = Duration::from_millis(settings.otel_metric_export_interval.into());
    let exporting = provider.clone();
    thread::spawn(move || {
        let mut pause = interval.min(FIRST_EXPORT);
        loop {
            thread::sleep(pause);
            export_metrics(&exporting).ok();
            pause = interval;
        }
    });
    provider
}

fn export_metrics(provider: &SdkMeterProvider) -> OTelSdkResult {
    if let Some(measure) = &*MEASURE.lock().unwrap_or_else(PoisonError::into_inner) {
        measure();
    }
    provider.force_flush()
}

/// The attributes of this process. A later one replaces an earlier one.
fn resource(settings: &Settings) -> Resource {
    let instance = fastrand::u128(..);
    let own = [
        KeyValue::new("service.name", env!("CARGO_PKG_NAME")),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", format!("{instance:032x}")),
    ];
    let name = settings.otel_service_name.clone().map(|name| KeyValue::new("service.name", name));
    export::resource(own.into_iter().chain(settings.otel_resource_attributes.clone()).chain(name))
}

/// Parses `name=value`, where the value is percent-encoded.
fn pair(text: &str) -> Option<(&str, String)> {
    let (name, value) = text.split_once('=')?;
    let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
    Some((name.trim(), value.into_owned()))
        .filter(|(name, value)| !name.is_empty() && !value.contains(char::is_control))
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let header = pair(text).and_then(|(name, value)| Some((name.parse().ok()?, value.parse::<HeaderValue>().ok()?)));
    let header = header.filter(|(_, value)| value.to_str().is_ok());
    header
        .ok_or("not name=value pairs of headers, separated by commas; other characters of a value are percent-encoded")
}

fn attribute(text: &str) -> Result<KeyValue, &'static str> {
    let attribute = pair(text).map(|(name, value)| KeyValue::new(name.to_owned(), value));
    attribute.ok_or("not name=value pairs, separated by commas; other characters of a value are percent-encoded")
}

fn name(text: &str) -> Result<String, &'static str> {
    let valid = text.trim() == text && text.len() <= 255 && !text.contains(char::is_control);
    valid.then(|| text.to_owned()).ok_or("not 1 to 255 bytes without control characters, or white space at an end")
}
