//! The client that a request counts against: its address.

use std::net::IpAddr;

use axum::extract::Request;

use super::{Platform, forwarded};

pub type Client = IpAddr;

/// The client of this address.
pub fn at(address: IpAddr) -> Client {
    address
}

pub fn of(platform: &Platform, request: &Request) -> Client {
    at(forwarded::address(request, platform.settings.limiter.trusted_proxy_hops))
}
