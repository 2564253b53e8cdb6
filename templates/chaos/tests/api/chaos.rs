//! Tests of the proxy that the failure tests use.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::support::chaos::{Chaos, Mode};
use crate::support::http::{Connection, get, request};
use crate::support::server::TestServer;

#[tokio::test]
async fn a_proxy_that_closes_and_reopens_keeps_its_address() {
    let server = TestServer::start(&[]).await;
    let chaos = Chaos::start(&server.public.to_string());
    for _ in 0..20 {
        let mut open = Connection::open(chaos.address()).await;
        assert_eq!(open.send(request("GET", "/greet")).await.status, 200);
        chaos.set(Mode::Closed).await;
        let refused = TcpStream::connect(chaos.address()).await.map(drop).map_err(|error| error.kind());
        assert_eq!(refused, Err(io::ErrorKind::ConnectionRefused));
        chaos.set(Mode::Pass).await;
        assert_eq!(get(chaos.address(), "/greet").await.status, 200);
    }
}

#[tokio::test]
async fn a_black_hole_keeps_connections_open_and_forwards_nothing() {
    let server = TestServer::start(&[]).await;
    let chaos = Chaos::start(&server.public.to_string());
    let mut open = Connection::open(chaos.address()).await;
    assert_eq!(open.send(request("GET", "/greet")).await.status, 200);
    chaos.set(Mode::Hole).await;
    let soon = Duration::from_millis(100);
    assert!(timeout(soon, get(chaos.address(), "/greet")).await.is_err(), "a new connection got an answer");
    let mut answer = Box::pin(open.send(request("GET", "/greet")));
    assert!(timeout(soon, &mut answer).await.is_err(), "an old connection got an answer");
    chaos.set(Mode::Pass).await;
    assert_eq!(answer.await.status, 200, "the delayed request is forwarded");
}

#[tokio::test]
async fn a_slow_proxy_delays_both_directions() {
    let server = TestServer::start(&[]).await;
    let chaos = Chaos::start(&server.public.to_string());
    chaos.set(Mode::Slow(Duration::from_millis(50))).await;
    let asked = Instant::now();
    assert_eq!(get(chaos.address(), "/greet").await.status, 200);
    assert!(asked.elapsed() >= Duration::from_millis(100), "{:?}", asked.elapsed());
}
