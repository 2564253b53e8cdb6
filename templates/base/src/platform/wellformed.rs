//! Rejects requests that violate HTTP, or whose body has a content encoding that the service does not decode, before
//! any other processing.

use std::net::Ipv6Addr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};

use super::error::Error;

/// The response to a request that is rejected on every path.
pub fn refusal(request: &Request) -> Option<Response> {
    // HTTP/1.0 does not require `Host`.
    if request.version() > Version::HTTP_10 && !names_one_host(request.headers()) {
        return Some(Error::of(400).because("not one valid Host").into_response());
    }
    let plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !request.headers().get_all(header::CONTENT_ENCODING).iter().all(plain) {
        let accepted = [(header::ACCEPT_ENCODING, "identity")];
        return Some((accepted, Error::of(415).because("an encoded body")).into_response());
    }
    None
}

/// Exactly one `Host`: a host and an optional port (RFC 9112 3.2).
fn names_one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_host)
}

/// RFC 3986 3.2.2 and 3.2.3, without percent-encoding, which DNS names do not use.
fn is_host(text: &str) -> bool {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (is_host, port) = match bracketed {
        Some((address, port)) => (address.parse::<Ipv6Addr>().is_ok(), port),
        None => {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let part_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte);
            (!name.is_empty() && name.bytes().all(part_of_name), port)
        }
    };
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit()) && digits.parse::<u16>().is_ok();
    is_host && port.strip_prefix(':').map_or(port.is_empty(), |digits| digits.is_empty() || is_number(digits))
}
