//! Logging: one line for each request, and counters of failures.

//~ if auth
use std::sync::OnceLock;
//~ endif
use std::{borrow::Cow, sync::Arc, time::Duration, time::Instant};

use axum::{extract::MatchedPath, extract::Request, http::HeaderValue, http::Method, http::Uri};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::settings::one_of;
use super::{exchange::Exchange, log, trace::Trace};

/// The most bytes that are logged of a path or method, and of the cause of a failure.
const MAX_PATH: usize = 256;
const MAX_CAUSE: usize = 1024;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Shape of log lines: json or pretty
    #[arg(long, env, default_value = "json", value_parser = one_of(&[("json", "json"), ("pretty", "pretty")]))]
    pub log_format: &'static str,
    /// What to log: a level, or target=level pairs separated by commas
    #[arg(long, env, default_value = "info", value_parser = targets)]
    pub rust_log: Targets,
}

/// Starts logging to stdout, in its own thread. Dropping the returned value writes the lines that are still in the
/// buffer.
pub fn init(settings: &Settings) -> log::Flush {
    let (stdout, flush) = log::Stdout::start();
    tokio::spawn(report_dropped(Arc::clone(&stdout)));
    let lines = match settings.log_format {
        "pretty" => fmt::layer().compact().with_ansi(false).with_writer(stdout).boxed(),
        _ => log::Json(stdout).boxed(),
    };
    //= layers
    tracing_subscriber::registry().with(settings.rust_log.clone()).with(lines).init();
    flush
}

/// Reports the total number of dropped lines whenever it has risen.
async fn report_dropped(stdout: Arc<log::Stdout>) {
    let mut reported = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let dropped = stdout.dropped();
        if dropped > reported {
            //~ if monitoring
            metrics::counter!("log_lines_dropped_total").absolute(dropped);
            //~ endif
            tracing::warn!(dropped, "log lines were dropped, because standard output was not read fast enough");
            reported = dropped;
        }
    }
}

//~ if monitoring
/// Counts an event, such as a failure, under the name of its series.
pub fn count(name: &'static str) {
    metrics::counter!(name).increment(1);
}
//~ else
/// Logs an event, such as a failure, under its name.
pub fn count(failure: &'static str) {
    tracing::warn!(failure);
}
//~ endif

/// One request. Dropping it writes its line to the log, however the request ended.
pub struct Line {
    /// Until there is a response 499, which nginx uses for a client that disconnected.
    pub status: u16,
    pub cause: Option<String>,
    pub id: HeaderValue,
    pub trace: Trace,
    //= fields
    //~ if auth
    /// The caller, once its credential is verified.
    pub caller: Arc<OnceLock<Arc<str>>>,
    //~ endif
    method: Method,
    uri: Uri,
    route: Option<MatchedPath>,
    exchange: Option<Arc<Exchange>>,
    started: Instant,
}

impl Line {
    pub fn start(request: &Request, id: HeaderValue) -> Self {
        let trace = Trace::of(request.headers());
        //= trace
        Self {
            status: 499,
            cause: None,
            id,
            trace,
            //= values
            //~ if auth
            caller: Arc::default(),
            //~ endif
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get().cloned(),
            exchange: request.extensions().get().cloned(),
            started: Instant::now(),
        }
    }

    //= line
    /// Whether there was no memory left for the body of the request.
    pub fn is_overloaded(&self) -> bool {
        self.exchange.as_ref().is_some_and(|exchange| exchange.lock().overloaded)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.status == 499 && self.exchange.as_ref().is_some_and(|exchange| exchange.is_cut()) {
            (self.status, self.cause) = (503, Some("cut at the drain time-out".into()));
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let route = self.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        //~ if monitoring
        super::metrics::observe(route, self.method.as_str(), self.status, seconds);
        //~ endif
        let (method, path) = (self.method.as_str(), self.uri.path());
        let (method, path) = (&*shorten(method, MAX_PATH), &*shorten(path, MAX_PATH));
        //= logs
        let (request_id, trace_id, status) = (self.id.to_str().unwrap_or_default(), &self.trace, self.status);
        let span_id = format_args!("{:016x}", self.trace.span);
        let error = self.cause.as_deref().map(|cause| shorten(cause, MAX_CAUSE));
        let error = error.as_deref();
        //~ if auth
        let caller = self.caller.get().map(AsRef::<str>::as_ref);
        tracing::info!(request_id, %trace_id, %span_id, method, path, route, status, seconds, caller, error, "request");
        //~ else
        tracing::info!(request_id, %trace_id, %span_id, method, path, route, status, seconds, error, "request");
        //~ endif
    }
}

/// Shortens the text, so that no request can displace others from the log; `…` marks the cut.
fn shorten(text: &str, longest: usize) -> Cow<'_, str> {
    let start = &text[..text.floor_char_boundary(longest)];
    if start == text { text.into() } else { format!("{start}…").into() }
}

/// Parses the filter strictly: `Targets` would take an unknown level for a target and log nothing else.
fn targets(text: &str) -> Result<Targets, &'static str> {
    let complete = |part: &str| match part.split_once('=') {
        Some((target, level)) => !target.is_empty() && !level.is_empty() && !part.contains(';'),
        None => !part.is_empty() && part.parse::<LevelFilter>().is_ok(),
    };
    let targets = text.parse().ok().filter(|_| text.split(',').all(complete));
    targets.ok_or("not a level (error, warn, info, debug, trace, off), nor target=level pairs separated by commas")
}
