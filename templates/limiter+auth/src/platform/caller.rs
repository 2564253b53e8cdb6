//! The client that a request counts against: the caller of a known credential, else the address.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;

use super::{Platform, auth, limiter};

pub type Client = Arc<str>;

/// The client of this address.
pub fn at(address: IpAddr) -> Client {
    address.to_string().into()
}

/// The caller, if it is known without waiting. Any other credential counts against its address, and is looked up only
/// after that.
pub fn of(platform: &Platform, request: &Request) -> Client {
    let caller = auth::bearer(request.headers()).and_then(|credential| platform.keys.known(credential));
    // The prefix distinguishes a caller from an address.
    caller.map_or_else(|| at(limiter::address(platform, request)), |name| format!("@{name}").into())
}
