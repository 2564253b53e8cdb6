//! The client that a request counts against: its address.

use std::net::IpAddr;

use axum::extract::Request;

use super::{Platform, limiter};

pub type Client = IpAddr;

pub fn of(platform: &Platform, request: &Request) -> Client {
    limiter::address(platform, request)
}
