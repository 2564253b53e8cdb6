//! Behind proxies the client is the address that they appended to `X-Forwarded-For`; entries of the client are ignored.

use std::net::IpAddr;

use app::platform::forwarded;
use axum::http::{HeaderMap, HeaderValue};

use crate::support::http::{raw, read_to_end};
use crate::support::server::TestServer;

/// The address that is found in these lines.
fn client(lines: &[&[u8]], hops: usize) -> Option<IpAddr> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append("x-forwarded-for", HeaderValue::from_bytes(line).expect("visible bytes"));
    }
    forwarded::client(&headers, hops)
}

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().expect("an address"))
}

#[test]
fn an_entry_is_read_with_and_without_brackets_quotes_and_port() {
    for (entry, address) in [
        ("192.0.2.1", "192.0.2.1"),
        (" \t192.0.2.1\t ", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("\"192.0.2.1\"", "192.0.2.1"),
        ("\"192.0.2.1:4711\"", "192.0.2.1"),
        ("192.0.2.1:_hidden", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("\"[2001:db8::1]\"", "2001:db8::1"),
        ("\"[2001:db8::1]:65535\"", "2001:db8::1"),
        ("[::ffff:192.0.2.1]:80", "::ffff:192.0.2.1"),
    ] {
        assert_eq!(client(&[entry.as_bytes()], 1), ip(address), "{entry}");
    }
    for entry in [
        "",
        " ",
        "unknown",
        "_hidden",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1:",
        "192.0.2.1:http",
        "192.0.2.1:123456",
        "192.0.2.1 192.0.2.2",
        "[2001:db8::1",
        "2001:db8::1]",
        "[2001:db8::1]443",
        "[2001:db8::1]:",
        "\"192.0.2.1",
        "for=192.0.2.1",
        "192.0.2.é",
    ] {
        assert_eq!(client(&[entry.as_bytes()], 1), None, "{entry}");
    }
}

#[test]
fn entries_are_counted_from_the_right_over_all_lines() {
    let lines: &[&[u8]] = &[b"192.0.2.5", b"\xe9, 203.0.113.50, 198.51.100.1", b"198.51.100.2"];
    for (hops, found) in [
        (0, None),
        (1, ip("198.51.100.2")),
        (2, ip("198.51.100.1")),
        (3, ip("203.0.113.50")),
        (4, None),
        (5, ip("192.0.2.5")),
        (6, None),
        (usize::MAX, None),
    ] {
        assert_eq!(client(lines, hops), found, "{hops} hops");
    }
    assert_eq!(client(&[b"192.0.2.1, , 192.0.2.2"], 2), None, "an empty entry counts");
    assert_eq!(client(&[], 1), None);
}

#[test]
fn entries_left_of_the_trusted_ones_change_nothing() {
    // Every byte that is valid in a field value; commas and quotes with a higher probability.
    let bytes: Vec<u8> = (b'\t'..=b'\t').chain(b' '..=b'~').chain(128..=255).chain(*b",,,,,,\"\"[]::..  ").collect();
    let random = || -> Vec<u8> {
        let length = fastrand::usize(0..40);
        std::iter::repeat_with(|| bytes[fastrand::usize(..bytes.len())]).take(length).collect()
    };
    for _ in 0..20_000 {
        let hops = fastrand::usize(1..4);
        let proxies: Vec<String> = (1..hops).map(|number| format!("198.51.100.{number}")).collect();
        let written = [vec!["203.0.113.7".to_owned()], proxies].concat();
        // Each proxy adds a new line, or appends to the last one.
        let mut lines: Vec<Vec<u8>> = std::iter::repeat_with(random).take(fastrand::usize(0..3)).collect();
        for entry in written {
            match lines.last_mut().filter(|_| fastrand::bool()) {
                Some(line) => line.extend([b", ", entry.as_bytes()].concat()),
                None => lines.push(entry.into_bytes()),
            }
        }
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        assert_eq!(client(&lines, hops), ip("203.0.113.7"), "{hops} hops: {lines:?}");
    }
}

/// The response to these header lines, which a proxy may pass on even if they are malformed.
async fn from(server: &TestServer, lines: &[&[u8]]) -> String {
    let mut request = b"GET /greet HTTP/1.1\r\nhost: app\r\nconnection: close\r\n".to_vec();
    for line in lines {
        request.extend([b"X-Forwarded-For: ", *line, b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    read_to_end(&raw(server.public, request).await).await
}

#[tokio::test]
async fn invalid_bytes_from_a_client_do_not_disable_its_limit() {
    let server = TestServer::start(&["--rate-limit=3/h", "--trusted-proxy-hops=3"]).await;
    for number in 0..6 {
        let own = format!("192.0.2.{number}");
        let lines: [&[u8]; 3] = [own.as_bytes(), b"\xe9, 203.0.113.50, 198.51.100.1", b"198.51.100.2"];
        let status = if number < 3 { "HTTP/1.1 200" } else { "HTTP/1.1 429" };
        let answer = from(&server, &lines).await;
        assert!(answer.starts_with(status), "request {number}: {answer}");
    }
}

#[tokio::test]
async fn an_address_has_one_budget_however_it_is_written() {
    let server = TestServer::start(&["--rate-limit=3/h", "--trusted-proxy-hops=1"]).await;
    for forms in [
        ["2001:db8::1", "[2001:db8::2]", "\"[2001:db8::3]:443\"", "[2001:db8::4]:80"],
        ["192.0.2.9", "192.0.2.9:80", "[::ffff:192.0.2.9]:80", "::ffff:192.0.2.9"],
    ] {
        for (number, same) in forms.iter().enumerate() {
            let status = if number < 3 { "HTTP/1.1 200" } else { "HTTP/1.1 429" };
            assert!(from(&server, &[same.as_bytes()]).await.starts_with(status), "{same}");
        }
    }
    assert!(from(&server, &[b"unknown"]).await.starts_with("HTTP/1.1 200"), "the address of the proxy counts instead");
}
