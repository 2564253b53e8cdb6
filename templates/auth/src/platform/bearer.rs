//! The credential of a request, sent as `Authorization: Bearer …` (RFC 6750), and its owner.

use std::sync::Arc;

use axum::http::{HeaderMap, header};

/// The owner of a verified credential.
pub struct Caller {
    pub name: Arc<str>,
    /// Separated by spaces (RFC 6749).
    scopes: String,
}

impl Caller {
    pub fn new(name: &str, scopes: &str) -> Self {
        Self { name: name.into(), scopes: scopes.into() }
    }

    pub fn has(&self, required: &str) -> bool {
        self.scopes.split(' ').any(|scope| scope == required)
    }
}

/// The bearer token of a request.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, credential) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential.trim())
}
