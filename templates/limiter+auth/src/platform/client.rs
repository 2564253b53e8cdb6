//! The client that a request counts against: the caller of a known credential, else the address.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;

use super::{Platform, bearer, forwarded};

pub type Client = Arc<str>;

/// The client of this address.
pub fn at(address: IpAddr) -> Client {
    address.to_string().into()
}

/// The caller, if it is known without waiting. Any other credential counts against its address, and is looked up only
/// after that.
pub fn of(platform: &Platform, request: &Request) -> Client {
    let caller = bearer::token(request.headers()).and_then(|credential| platform.keys.known(credential));
    let address = || at(forwarded::address(request, platform.settings.limiter.trusted_proxy_hops));
    // The prefix distinguishes a caller from an address.
    caller.map_or_else(address, |name| format!("@{name}").into())
}
