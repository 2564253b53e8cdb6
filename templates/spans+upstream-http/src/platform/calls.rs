//! Spans of calls to another service, children of the span of their request. The other service continues the trace in
//! them.

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Status};
use opentelemetry_sdk::trace::Span;
use reqwest::{Request, StatusCode, Url};

use super::spans;
use super::trace::Trace;

/// The span of one call. Dropping it ends the span, also if the call was cancelled.
pub struct Call(Option<Span>);

impl Call {
    /// Starts it, if the span of the request in the headers is recorded, and replaces that in the headers.
    pub fn start(call: &mut Request) -> Self {
        let mut trace = Trace::of(call.headers());
        if !trace.sampled {
            return Self(None);
        }
        let mut span = spans::enter(&mut trace, SpanKind::Client);
        trace.enter(call.headers_mut());
        if let Some(span) = &mut span {
            let (method, url) = (call.method().as_str(), call.url());
            span.update_name(method.to_owned());
            let port = url.port_or_known_default().unwrap_or_default();
            span.set_attributes([
                KeyValue::new("http.request.method", method.to_owned()),
                KeyValue::new("server.address", url.host_str().unwrap_or_default().to_owned()),
                KeyValue::new("server.port", i64::from(port)),
                KeyValue::new("url.full", public(url.clone())),
            ]);
        }
        Self(span)
    }

    /// Ends it with the status of the response.
    pub fn answered(mut self, status: StatusCode) {
        if let Some(mut span) = self.0.take() {
            spans::answered(&mut span, status.as_u16(), 400);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(span) = &mut self.0 {
            span.set_status(Status::error("no response"));
            span.set_attribute(KeyValue::new("error.type", "no_response"));
        }
    }
}

/// The URL without its credentials.
fn public(mut url: Url) -> String {
    // They fail only for URLs without a host, which have no credentials.
    url.set_username("").ok();
    url.set_password(None).ok();
    url.into()
}
