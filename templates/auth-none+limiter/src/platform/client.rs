//! The client that a request counts against: its address.

use std::net::IpAddr;

use axum::extract::Request;

use super::{Platform, limiter};

pub type Client = IpAddr;

/// The client of this address.
pub fn at(address: IpAddr) -> Client {
    address
}

pub fn of(platform: &Platform, request: &Request) -> Client {
    at(limiter::address(platform, request))
}
