//! The trace of a request (W3C Trace Context): that of its `traceparent`, or a new one. The log has its id, and
//! outbound calls of the request belong to it too.

use std::fmt;

use axum::http::{HeaderMap, HeaderName};

/// The header with the id of the request, in the response too.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Its display form is its id.
pub struct Trace {
    pub id: u128,
    /// The span of the caller; 0 if the trace begins with this request.
    pub parent: u64,
    /// The span of this request, the parent of its outbound calls.
    pub span: u64,
    /// Whether this trace is recorded, which outbound calls are told.
    pub sampled: bool,
}

impl Trace {
    /// The trace of these headers; a new one unless they have exactly one valid `traceparent`.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut parents = headers.get_all(TRACEPARENT).iter();
        let parent = parents.next().filter(|_| parents.next().is_none());
        let parsed = parent.and_then(|parent| parse(parent.to_str().ok()?));
        let (id, parent, sampled) = parsed.unwrap_or_else(|| (fastrand::u128(1..), 0, false));
        Self { id, parent, span: fastrand::u64(1..), sampled }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.id)
    }
}

/// `version-trace-parent-flags` in lower-case hexadecimal; a later version may have more parts.
fn parse(header: &str) -> Option<(u128, u64, bool)> {
    let mut parts = header.split('-');
    let mut hex = |digits| {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(is_digit))?;
        u128::from_str_radix(part, 16).ok()
    };
    let (version, trace, parent, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    let known = version > 0 || parts.next().is_none();
    let valid = known && version != 0xff && trace != 0 && parent != 0;
    valid.then_some((trace, parent as u64, flags & 1 == 1))
}
