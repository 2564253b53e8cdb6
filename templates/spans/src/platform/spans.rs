//! Spans: one for each request, a child of the caller's span. Probes have none.
//!
//! A request whose span is not recorded pays only for the decision.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceState,
};
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, Span};
use opentelemetry_sdk::trace::{SpanData, SpanExporter, SpanProcessor};

use super::outbox::{self, Counted, Outbox};
use super::settings::one_of;
use super::{export, trace::Trace};

/// Which requests have a span. The names are those of OpenTelemetry.
#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Which requests have a span: parentbased_traceidratio follows the caller, and takes a share of the others
    #[arg(long, env, default_value = "parentbased_traceidratio", value_parser = one_of(&SAMPLERS))]
    pub otel_traces_sampler: SamplerOf,
    /// Share of the requests that have a span, from 0 to 1, where the sampler takes one
    #[arg(long, env, default_value = "1", value_parser = share)]
    pub otel_traces_sampler_arg: f64,
}

/// A sampler, once the share is known.
pub type SamplerOf = fn(f64) -> Sampler;

const SAMPLERS: [(&str, SamplerOf); 6] = [
    ("always_on", |_| Sampler::AlwaysOn),
    ("always_off", |_| Sampler::AlwaysOff),
    ("traceidratio", Sampler::TraceIdRatioBased),
    ("parentbased_always_on", |_| Sampler::ParentBased(Box::new(Sampler::AlwaysOn))),
    ("parentbased_always_off", |_| Sampler::ParentBased(Box::new(Sampler::AlwaysOff))),
    ("parentbased_traceidratio", |share| Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)))),
];

fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or("not a number from 0 to 1, such as 0.1")
}

static STARTED: OnceLock<(SdkTracerProvider, SdkTracer)> = OnceLock::new();

/// Exports spans from now on; there are none before that.
pub fn start(settings: &Settings, exporter: impl SpanExporter + 'static, resource: Resource) {
    let outbox = Arc::new(Outbox::new("spans_dropped_total"));
    let exporter = Counted { exporter, outbox: Arc::clone(&outbox) };
    let config = BatchConfigBuilder::default().with_max_queue_size(outbox::CAPACITY);
    let config =
        config.with_max_export_batch_size(outbox::BATCH_SIZE).with_scheduled_delay(outbox::BATCH_INTERVAL).build();
    let batches = BatchSpanProcessor::builder(exporter).with_batch_config(config).build();
    let sampler = (settings.otel_traces_sampler)(settings.otel_traces_sampler_arg);
    let provider = SdkTracerProvider::builder().with_sampler(sampler).with_resource(resource);
    let provider = provider.with_span_processor(Bounded { batches, outbox }).build();
    let tracer = provider.tracer(env!("CARGO_PKG_NAME"));
    STARTED.set((provider, tracer)).ok();
}

/// Sends the spans that wait.
pub async fn flush() {
    if let Some((provider, _)) = STARTED.get() {
        export::flush(|| provider.force_flush()).await;
    }
}

/// Starts the span of a request, unless it is a probe.
pub fn serve(mut trace: Trace, path: &str) -> (Trace, Option<Span>) {
    let is_probe = path.starts_with("/health/");
    let span = if is_probe { None } else { enter(&mut trace, SpanKind::Server) };
    (trace, span)
}

/// Starts a span in this trace, which then continues in it. `None` if the span is not recorded.
pub fn enter(trace: &mut Trace, kind: SpanKind) -> Option<Span> {
    let (_, tracer) = STARTED.get()?;
    let (flags, is_remote) = (TraceFlags::default().with_sampled(trace.sampled), kind == SpanKind::Server);
    let parent = SpanContext::new(trace.id.into(), trace.parent.into(), flags, is_remote, TraceState::NONE);
    let mut context = Context::new();
    // The sampler would follow an invalid parent too.
    if parent.is_valid() {
        context = context.with_remote_span_context(parent);
    }
    let span = tracer.build_with_context(SpanBuilder::from_name("").with_kind(kind), &context);
    let context = span.span_context();
    trace.id = u128::from_be_bytes(context.trace_id().to_bytes());
    trace.span = u64::from_be_bytes(context.span_id().to_bytes());
    trace.sampled = context.is_sampled();
    span.is_recording().then_some(span)
}

/// A request that ended.
pub struct Served<'a> {
    pub method: &'a str,
    /// The template of its path.
    pub route: Option<&'a str>,
    pub path: &'a str,
    pub status: u16,
}

/// Ends the span of a request.
pub fn end(mut span: Span, served: &Served<'_>) {
    let Served { method, route, path, status } = *served;
    let method = super::metrics::known(method);
    let verb = if method == "_OTHER" { "HTTP" } else { method };
    span.update_name(route.map_or_else(|| verb.to_owned(), |route| format!("{verb} {route}")));
    span.set_attributes(route.map(|route| KeyValue::new("http.route", route.to_owned())));
    span.set_attributes([
        KeyValue::new("http.request.method", method),
        KeyValue::new("url.path", path.to_owned()),
        KeyValue::new("url.scheme", "http"),
    ]);
    answered(&mut span, status, 500);
}

/// Records the status of a response, which is an error from `error` on.
pub fn answered(span: &mut Span, status: u16, error: u16) {
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
    if status >= error {
        span.set_status(Status::error(""));
        span.set_attribute(KeyValue::new("error.type", status.to_string()));
    }
}

/// Adds to the batches what the outbox admits.
#[derive(Debug)]
struct Bounded {
    batches: BatchSpanProcessor,
    outbox: Arc<Outbox>,
}

impl SpanProcessor for Bounded {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.outbox.admits() {
            self.batches.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batches.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}

impl<E: SpanExporter> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let number = batch.len();
        let sent = self.exporter.export(batch).await;
        self.outbox.remove(number, &sent);
        sent
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
