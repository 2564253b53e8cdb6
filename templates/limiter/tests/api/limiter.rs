//! A client over its quota is rejected, and no other client is affected.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::platform::client;
use app::platform::limiter::Limiter;
use app::platform::quota::Quota;
use axum::{Router, routing};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::errors::envelope;
use crate::support::hang;
use crate::support::http::{Answer, Request, get, raw, request, send};
use crate::support::server::TestServer;
use crate::unread::upload;

async fn from(to: SocketAddr, forwarded: &[&str]) -> Answer {
    let add = |request: Request, line: &&str| request.header("x-forwarded-for", line);
    send(to, forwarded.iter().fold(request("GET", "/greet"), add)).await
}

/// Uses up the quota of a client, then checks that it is rejected.
async fn exhaust(to: SocketAddr, forwarded: &[&str]) {
    for _ in 0..3 {
        assert_eq!(from(to, forwarded).await.status, 200);
    }
    assert_eq!(from(to, forwarded).await.status, 429, "{forwarded:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_over_its_quota_gets_the_answer_whatever_it_sends() {
    let server = TestServer::start(&["--rate-limit=3/h"]).await;
    exhaust(server.public, &[]).await;
    upload(&server, &request("PATCH", "/greet"), 429, "rate_limited").await;
}

#[tokio::test]
async fn of_61_requests_at_once_60_pass_and_one_gets_retry_after() {
    let server = TestServer::start(&["--rate-limit=60/h"]).await;
    let mut requests = JoinSet::new();
    for _ in 0..61 {
        requests.spawn(send(server.public, request("GET", "/greet")));
    }
    let (passed, refused): (Vec<_>, Vec<_>) =
        requests.join_all().await.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((passed.len(), refused.len()), (60, 1));
    for answer in &passed {
        assert_eq!(answer.header("ratelimit-policy"), "\"default\";q=60;w=3600");
        assert!(answer.header("ratelimit").starts_with("\"default\";r="), "{answer:?}");
        assert_eq!(answer.header("retry-after"), "");
    }
    let refused = &refused[0];
    envelope(refused, 429, "rate_limited").await;
    assert!(refused.header("ratelimit").starts_with("\"default\";r=0;t="), "{refused:?}");
    let wait: u64 = refused.header("retry-after").parse().expect("whole seconds");
    assert!((50..=60).contains(&wait), "one request comes back each minute: {wait} s");
}

#[tokio::test]
async fn after_the_wait_one_request_passes() {
    let server = TestServer::start(&["--rate-limit=12/min"]).await;
    for _ in 0..12 {
        assert_eq!(get(server.public, "/greet").await.status, 200);
    }
    let refused = get(server.public, "/greet").await;
    let wait = refused.header("retry-after").parse().expect("whole seconds");
    sleep(Duration::from_secs(wait)).await;
    assert_eq!(get(server.public, "/greet").await.status, 200);
    assert_eq!(get(server.public, "/greet").await.status, 429, "and only one");
}

#[tokio::test]
async fn the_remaining_quota_counts_down() {
    let server = TestServer::start(&["--rate-limit=3/min"]).await;
    for remaining in [2, 1, 0] {
        let answer = get(server.public, "/greet").await;
        let expected = format!("\"default\";r={remaining};t=");
        assert!(answer.header("ratelimit").starts_with(&expected), "{answer:?}");
    }
}

#[tokio::test]
async fn clients_do_not_share_a_budget_but_addresses_of_one_ipv6_64_do() {
    let server = TestServer::start(&["--rate-limit=3/min", "--trusted-proxy-hops=1"]).await;
    exhaust(server.public, &["203.0.113.7"]).await;
    assert_eq!(from(server.public, &["203.0.113.8"]).await.status, 200);

    exhaust(server.public, &["2001:db8:1:2::1"]).await;
    assert_eq!(from(server.public, &["2001:db8:1:2:ffff::2"]).await.status, 429, "same /64");
    assert_eq!(from(server.public, &["2001:db8:1:3::1"]).await.status, 200, "another /64");

    exhaust(server.public, &["203.0.113.9"]).await;
    let mapped = from(server.public, &["::ffff:203.0.113.9"]).await;
    assert_eq!(mapped.status, 429, "an IPv4-mapped address is the IPv4 client");
}

#[tokio::test]
async fn a_forged_forwarded_for_changes_nothing_without_a_trusted_proxy() {
    let server = TestServer::start(&["--rate-limit=3/min"]).await;
    exhaust(server.public, &[]).await;
    for forged in ["203.0.113.7", "203.0.113.8, 203.0.113.9", "nonsense"] {
        assert_eq!(from(server.public, &[forged]).await.status, 429);
    }
}

#[tokio::test]
async fn behind_one_proxy_only_the_last_address_counts_over_all_header_lines() {
    let server = TestServer::start(&["--rate-limit=3/min", "--trusted-proxy-hops=1"]).await;
    exhaust(server.public, &["203.0.113.7"]).await;
    for same in [
        &["198.51.100.1, 203.0.113.7"][..],
        &["198.51.100.2", "203.0.113.7"],
        &["198.51.100.3,198.51.100.4", " 203.0.113.7 "],
    ] {
        assert_eq!(from(server.public, same).await.status, 429, "{same:?}");
    }
    for other in [&["203.0.113.7, 198.51.100.1"][..], &["203.0.113.7", "198.51.100.2"]] {
        assert_eq!(from(server.public, other).await.status, 200, "{other:?}");
    }
}

#[tokio::test]
async fn a_refused_request_reaches_no_handler() {
    let calls = Arc::new(AtomicUsize::new(0));
    let handler = {
        let calls = Arc::clone(&calls);
        async move || calls.fetch_add(1, Ordering::Relaxed).to_string()
    };
    let routes = Router::new().route("/test/counted", routing::get(handler));
    let server = TestServer::with_routes(&["--rate-limit=3/min"], routes).await;
    for status in [200, 200, 200, 429, 429] {
        assert_eq!(get(server.public, "/test/counted").await.status, status);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_rejected_request_does_not_count_as_in_flight() {
    let (entered, routes) = hang();
    let server = TestServer::with_routes(&["--rate-limit=1/h", "--max-in-flight=1"], routes).await;
    let _hangs = raw(server.public, request("GET", "/test/hang").to_bytes()).await;
    entered.notified().await;
    envelope(&get(server.public, "/greet").await, 429, "rate_limited").await;
}

#[tokio::test]
async fn unknown_paths_spend_the_quota_too() {
    let server = TestServer::start(&["--rate-limit=3/min"]).await;
    for _ in 0..3 {
        assert_eq!(get(server.public, "/no/such/path").await.status, 404);
    }
    envelope(&get(server.public, "/no/such/path").await, 429, "rate_limited").await;
    assert_eq!(get(server.public, "/greet").await.status, 429);
}

#[tokio::test]
async fn health_is_never_limited_and_does_not_spend() {
    let server = TestServer::start(&["--rate-limit=3/min"]).await;
    for _ in 0..10 {
        assert_eq!(get(server.public, "/health/live").await.status, 200);
        assert_eq!(get(server.public, "/health/ready").await.status, 200);
    }
    exhaust(server.public, &[]).await;
    for port in [server.public, server.admin] {
        let live = get(port, "/health/live").await;
        assert_eq!((live.status, live.header("ratelimit")), (200, ""));
        assert_eq!(get(port, "/health/ready").await.status, 200);
    }
}

#[test]
fn memory_is_bounded_for_any_number_of_clients() {
    let limiter = Limiter::new("1/h".parse().expect("a rate"));
    let check = |client: u32| limiter.check(client::at(Ipv4Addr::from_bits(client).into()));
    assert!(check(0).allowed && !check(0).allowed, "its quota is spent");
    for client in 1..=120_000 {
        assert!(check(client).allowed, "a new client has its own quota");
    }
    assert!(!check(120_000).allowed, "the most recent client is kept");
    assert!(check(0).allowed, "the least recent client was evicted");
}

#[test]
fn a_quota_comes_back_evenly_and_never_early() {
    let quota: Quota = "60/min".parse().expect("a rate");
    let (mut whole, mut allowed) = (0, 0);
    // Two minutes of a client that sends a request every 10 ms.
    for now in (0..120_000_000).step_by(10_000) {
        let (next, verdict) = quota.decide(whole, now);
        whole = next;
        if verdict.allowed {
            allowed += 1;
        } else {
            let retry = verdict.retry;
            assert!(!quota.decide(whole, now + retry - 1).1.allowed, "`retry` is too long");
            assert!(quota.decide(whole, now + retry).1.allowed, "`retry` is too short");
        }
    }
    assert_eq!(allowed, 60 + 119, "sixty at once, then one a second");
}
