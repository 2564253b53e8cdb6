//! Spans for the Datadog Agent, over OTLP.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry_otlp::SpanExporter;

use super::{export, spans};

/// Starts the exporter, if there is an Agent.
///
/// # Errors
/// If this machine has no trusted certificates.
pub fn start(settings: &super::Settings) -> anyhow::Result<()> {
    static STARTED: AtomicBool = AtomicBool::new(false);

    let Some(endpoint) = settings.datadog.traces() else { return Ok(()) };
    // Servers of one process export together.
    if STARTED.swap(true, Relaxed) {
        return Ok(());
    }
    let client = export::client().context("cannot export spans")?;
    let exporter = export::to(format!("{endpoint}/v1/traces"), SpanExporter::builder().with_http(), &client);
    let [(_, service), (_, environment), (_, version)] = settings.datadog.unified();
    let resource = export::resource([
        KeyValue::new("service.name", service),
        KeyValue::new("deployment.environment.name", environment),
        KeyValue::new("service.version", version),
    ]);
    spans::start(&settings.datadog.spans, exporter.build().context("cannot export spans")?, resource);
    Ok(())
}
