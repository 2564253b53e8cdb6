//! Origins as browsers send them.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::HeaderValue;

/// Parses an origin.
///
/// # Errors
/// If the text is not the ASCII serialisation of an origin (RFC 6454, 6.2): browsers send no other form, so any other
/// text would match no request.
pub fn read(text: &str) -> Result<HeaderValue, &'static str> {
    let rule = "not an origin as browsers send it (RFC 6454, 6.2), such as https://shop.example or http://localhost:3000: \
                in lower case, with a port only if it is not the scheme's default, and nothing after it";
    HeaderValue::from_str(text).ok().filter(|_| is_serialised(text)).ok_or(rule)
}

fn is_serialised(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    is_scheme(scheme) && is_host(host) && port.is_none_or(|port| is_port(scheme, port))
}

fn is_scheme(scheme: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_lowercase()) && scheme.bytes().all(letter)
}

/// An IPv6 address in brackets, an IPv4 address, or a name, each in the form that a browser sends.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|parsed| parsed.to_string() == address);
    }
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    let label = |label: &str| !label.is_empty() && label.bytes().all(letter);
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or_default();
    let number = last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit());
    host.split('.').all(label) && (!number || host.parse::<Ipv4Addr>().is_ok())
}

fn is_port(scheme: &str, port: &str) -> bool {
    let own = match scheme {
        "http" | "ws" => "80",
        "https" | "wss" => "443",
        _ => "",
    };
    port != own && port.parse::<u16>().is_ok_and(|number| number.to_string() == port && number > 0)
}
