//! Which client a request counts against: the caller whose credential is known, else an address.

use std::sync::Arc;

use axum::extract::Request;

use super::{Platform, auth, limiter};

pub type Client = Arc<str>;

/// The caller, if that can be told without waiting for anything. Any other credential counts against the address that it
/// comes from, and nothing is looked up for it before that was counted.
pub fn of(platform: &Platform, request: &Request) -> Client {
    let caller = auth::bearer(request.headers()).and_then(|credential| platform.keys.known(credential));
    // The sign keeps a caller from being taken for an address.
    caller.map_or_else(|| limiter::address(platform, request).to_string().into(), |name| format!("@{name}").into())
}
