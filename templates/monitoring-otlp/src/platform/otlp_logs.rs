//! Log lines as records of OpenTelemetry. The line of a request has the context of its span.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use opentelemetry::InstrumentationScope;
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry::{SpanId, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{BatchConfigBuilder, BatchLogProcessor, LogBatch, LogExporter, LogProcessor};
use opentelemetry_sdk::logs::{SdkLogRecord, SdkLogger, SdkLoggerProvider};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{Layer, layer::Context};

use super::outbox::{self, Counted, Outbox};

static LOGGER: OnceLock<SdkLogger> = OnceLock::new();

/// Exports log lines from now on.
pub fn start(exporter: impl LogExporter + 'static, resource: Resource) -> SdkLoggerProvider {
    let outbox = Arc::new(Outbox::new("log_records_dropped_total"));
    let exporter = Counted { exporter, outbox: Arc::clone(&outbox) };
    let config = BatchConfigBuilder::default().with_max_queue_size(outbox::CAPACITY);
    let config =
        config.with_max_export_batch_size(outbox::BATCH_SIZE).with_scheduled_delay(outbox::BATCH_INTERVAL).build();
    let batches = BatchLogProcessor::builder(exporter).with_batch_config(config).build();
    let provider = SdkLoggerProvider::builder().with_resource(resource);
    let provider = provider.with_log_processor(Bounded { batches, outbox }).build();
    LOGGER.set(provider.logger(env!("CARGO_PKG_NAME"))).ok();
    provider
}

/// Passes each event on, once there is an exporter.
pub struct Records;

impl<S: Subscriber> Layer<S> for Records {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some(logger) = LOGGER.get() else { return };
        let level = *event.metadata().level();
        let mut record = Record { record: logger.create_log_record(), trace: None, span: None };
        event.record(&mut record);
        let Record { mut record, trace, span } = record;
        if let (Some(trace), Some(span)) = (trace, span) {
            record.set_trace_context(trace, span, None);
        }
        record.set_timestamp(SystemTime::now());
        record.set_severity_number(severity(level));
        record.set_severity_text(level.as_str());
        record.set_target(event.metadata().target());
        logger.emit(record);
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::TRACE => Severity::Trace,
        Level::DEBUG => Severity::Debug,
        Level::INFO => Severity::Info,
        Level::WARN => Severity::Warn,
        _ => Severity::Error,
    }
}

struct Record {
    record: SdkLogRecord,
    trace: Option<TraceId>,
    span: Option<SpanId>,
}

impl Record {
    fn put(&mut self, field: &Field, value: impl Into<AnyValue>) {
        if field.name() == "message" {
            self.record.set_body(value.into());
        } else {
            self.record.add_attribute(field.name(), value);
        }
    }
}

impl Visit for Record {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "trace_id" => self.trace = TraceId::from_hex(&text).ok(),
            "span_id" => self.span = SpanId::from_hex(&text).ok(),
            _ => self.put(field, text),
        }
    }
}

/// Adds to the batches what the outbox admits.
#[derive(Debug)]
struct Bounded {
    batches: BatchLogProcessor,
    outbox: Arc<Outbox>,
}

impl LogProcessor for Bounded {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        if self.outbox.admits() {
            self.batches.emit(record, scope);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}

impl<E: LogExporter> LogExporter for Counted<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let number = batch.iter().count();
        let sent = self.exporter.export(batch).await;
        self.outbox.remove(number, &sent);
        sent
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
