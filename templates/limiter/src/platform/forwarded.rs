//! The client's address behind trusted proxies, each of which appends the address of its peer to `X-Forwarded-For`.
//! Only their entries are used: those further left come from the client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderMap;

use super::exchange::Exchange;

/// The address that a request counts against: the one that `hops` trusted proxies report, else the peer's.
pub fn address(request: &Request, hops: usize) -> IpAddr {
    // Without a connection, as in benchmarks, all requests are of one client.
    let exchange = request.extensions().get::<Arc<Exchange>>();
    let peer = || exchange.map_or(Ipv6Addr::UNSPECIFIED.into(), |exchange| exchange.peer.ip());
    let address = client(request.headers(), hops).unwrap_or_else(peer);
    match address.to_canonical() {
        // One subscriber owns a whole /64.
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

/// The `hops`-th entry from the right, counted over all lines of the header as if they were one (RFC 9110, 5.3). `None`
/// if there are fewer entries, or that one is not an address. Lines are split as bytes, because a field value need not
/// be text (RFC 9110, 5.5), and an empty entry counts: skipping it would select an entry written by the client.
pub fn client(headers: &HeaderMap, hops: usize) -> Option<IpAddr> {
    let place = hops.checked_sub(1)?;
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let mut entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    parse(entries.nth(place)?)
}

/// Parses one entry: `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`, optionally with a port and in quotes (the syntax of
/// nodes of RFC 7239, 6). Without brackets, only an IPv4 address can have a port.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if let Some(bracketed) = text.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']')?;
        return host.parse().ok().filter(|_| port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let with_port = || {
        let (host, port) = text.split_once(':')?;
        host.parse::<Ipv4Addr>().ok().filter(|_| is_port(port)).map(IpAddr::V4)
    };
    text.parse().ok().or_else(with_port)
}

/// Up to five digits, or an obfuscated port such as `_8080` (RFC 7239, 6.3).
fn is_port(text: &str) -> bool {
    let obfuscated = |letter: char| letter.is_ascii_alphanumeric() || ['.', '_', '-'].contains(&letter);
    match text.strip_prefix('_') {
        Some(rest) => !rest.is_empty() && rest.chars().all(obfuscated),
        None => (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
