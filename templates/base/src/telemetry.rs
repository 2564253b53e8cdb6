//! What operators see: the log, with one line for each request, and failures that one request alone may not show.

//~ if auth
use std::{io::BufWriter, io::stdout, sync::Arc, sync::OnceLock, time::Instant};
//~ else
use std::{io::BufWriter, io::stdout, time::Instant};
//~ endif

use axum::{extract::MatchedPath, extract::Request, http::HeaderValue, http::Method, http::Uri};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::Config;

/// Starts logging to stdout, from a thread of its own: a slow reader must not hold up requests. Dropped, what is
/// returned writes the lines that still wait.
pub fn init(config: &Config) -> WorkerGuard {
    let (stdout, flush) = tracing_appender::non_blocking(BufWriter::with_capacity(1 << 16, stdout()));
    let lines = fmt::layer().with_ansi(false).with_writer(stdout);
    let pretty = config.log_format == "pretty";
    let lines = if pretty { lines.compact().boxed() } else { lines.json().flatten_event(true).boxed() };
    tracing_subscriber::registry().with(config.log.clone()).with(lines).init();
    flush
}

//~ if monitoring
/// Counts a failure, under the name that dashboards and alerts use.
pub fn count(name: &'static str) {
    metrics::counter!(name).increment(1);
}
//~ else
/// Makes a failure known, under one name for all of its kind.
pub fn count(failure: &'static str) {
    tracing::warn!(failure);
}
//~ endif

/// One request, until it is dropped: then it is one line in the log, whatever ended it.
pub struct Line {
    /// 499, as nginx has it for a client that left, until there is an answer.
    pub status: u16,
    pub cause: Option<String>,
    pub id: HeaderValue,
    //~ if auth
    /// Who asked, once a credential was verified.
    pub caller: Arc<OnceLock<Arc<str>>>,
    //~ endif
    method: Method,
    uri: Uri,
    route: Option<MatchedPath>,
    started: Instant,
}

impl Line {
    pub fn start(request: &Request, id: HeaderValue) -> Self {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let route = request.extensions().get().cloned();
        //~ if auth
        Self { status: 499, cause: None, id, caller: Arc::default(), method, uri, route, started: Instant::now() }
        //~ else
        Self { status: 499, cause: None, id, method, uri, route, started: Instant::now() }
        //~ endif
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let seconds = self.started.elapsed().as_secs_f64();
        let (method, path) = (self.method.as_str(), self.uri.path());
        let route = self.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        //~ if monitoring
        crate::metrics::observe(route, method, self.status, seconds);
        //~ endif
        let (request_id, status, error) = (self.id.to_str().unwrap_or_default(), self.status, self.cause.as_deref());
        //~ if auth
        let caller = self.caller.get().map(AsRef::<str>::as_ref);
        tracing::info!(request_id, method, path, route, status, seconds, caller, error, "request");
        //~ else
        tracing::info!(request_id, method, path, route, status, seconds, error, "request");
        //~ endif
    }
}
