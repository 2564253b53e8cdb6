//! The addresses of the servers that tests need. If one does not respond, the test fails with an instruction; no test is
//! skipped.

use std::env;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};

use super::TIMEOUT;

<% test_servers %>

/// Host and port of a URL.
pub fn address(url: &str) -> &str {
    let (_, rest) = url.split_once("://").expect("a URL has a scheme");
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority)
}

/// The URL with the address of a proxy in place of the server's.
pub fn by_way_of(between: SocketAddr, url: &str) -> String {
    url.replacen(address(url), &between.to_string(), 1)
}

fn found(variable: &str, default: &str) -> String {
    let url = env::var(variable).unwrap_or_else(|_| default.to_owned());
    let address = address(&url);
    let listens = |at: SocketAddr| TcpStream::connect_timeout(&at, TIMEOUT).is_ok();
    assert!(
        address.to_socket_addrs().is_ok_and(|mut addresses| addresses.any(listens)),
        "nothing answers at {address}: run `docker compose --file compose.dev.yml up --detach --wait`, or set {variable}"
    );
    url
}
