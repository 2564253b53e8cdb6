//! The other service while it works, is slow, fails or is unavailable: a response in time in every case, and a bounded
//! load on it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::platform::breaker::OPEN_FOR;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::support::chaos::{Chaos, Mode};
use crate::support::fetched::{PATH, QUERY, THERE, found};
use crate::support::http::{self, raw, request, send};
use crate::support::process::{Process, run};
use crate::support::server::TestServer;
use crate::support::{eventually, fastest, logs, within};
use crate::trace::{INVALID, PARENT, TRACE};

pub fn ok() -> Response {
    axum::Json(found()).into_response()
}

pub fn failure() -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// A stand-in for the other service, and the number of its calls. `answer` gets the number of the call, from 0.
pub async fn other(
    answer: impl Fn(usize) -> Response + Clone + Send + Sync + 'static,
) -> (TestServer, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let handler = {
        let calls = Arc::clone(&calls);
        async move || answer(calls.fetch_add(1, Ordering::Relaxed))
    };
    (TestServer::with_routes(&[], Router::new().route(THERE, get(handler))).await, calls)
}

/// The service, configured with the other one at this address.
pub async fn calling(other: impl ToString, settings: &[&str]) -> TestServer {
    let url = format!("--upstream-url=http://{}", other.to_string());
    TestServer::start(&[&[&*url], settings].concat()).await
}

/// Whether the response is degraded, and how long it took. Asserts that it is well-formed either way.
async fn asked(server: &TestServer) -> (bool, Duration) {
    let started = Instant::now();
    let answer = http::get(server.public, PATH).await;
    let took = started.elapsed();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let degraded = answer.json()["degraded"] == true;
    if degraded {
        assert_eq!(answer.text(), r#"{"degraded":true,"message":"Service temporarily unavailable","data":[]}"#);
    }
    (degraded, took)
}

async fn is_degraded(server: &TestServer) -> bool {
    asked(server).await.0
}

/// Sends requests until the breaker must be open; returns the duration of one more.
async fn once_open(server: &TestServer) -> Duration {
    for _ in 0..5 {
        assert!(is_degraded(server).await);
    }
    fastest(async || assert!(is_degraded(server).await)).await
}

#[tokio::test]
async fn data_of_the_other_service_is_passed_on() {
    let handler = async |Query(query): Query<HashMap<String, String>>, headers: HeaderMap| {
        assert_eq!(headers["x-request-id"], "one-id-for-both");
        assert_eq!(query[QUERY.0], QUERY.1);
        ok()
    };
    let other = TestServer::with_routes(&[], Router::new().route(THERE, get(handler))).await;
    // A trailing slash in the setting does not change the path.
    let server = calling(format!("{}/", other.public), &[]).await;
    let answer = send(server.public, request("GET", PATH).header("x-request-id", "one-id-for-both")).await;
    assert_eq!(answer.json(), json!({ "degraded": false, "data": found() }));
}

/// The `traceparent` and `tracestate` that reach the other service with a request that has these headers.
async fn passed_on(sent: &[(&str, &str)]) -> (String, Vec<String>) {
    let (sender, mut received) = tokio::sync::mpsc::unbounded_channel();
    let handler = async move |headers: HeaderMap| {
        sender.send(headers).expect("the test waits for it");
        ok()
    };
    let other = TestServer::with_routes(&[], Router::new().route(THERE, get(handler))).await;
    let server = calling(other.public, &[]).await;
    let mut request = request("GET", PATH);
    for (name, value) in sent {
        request = request.header(name, value);
    }
    assert_eq!(send(server.public, request).await.status, 200);
    let headers = received.recv().await.expect("it is called");
    let lines = |name| headers.get_all(name).iter().map(|line| line.to_str().expect("text").to_owned());
    let [parent] = &lines("traceparent").collect::<Vec<_>>()[..] else { panic!("not one: {headers:?}") };
    (parent.clone(), lines("tracestate").collect())
}

#[tokio::test]
async fn the_trace_is_continued_by_the_call() {
    for (sent, flags) in [("00", "00"), ("01", "01"), ("ff", "01")] {
        let parent = format!("00-{TRACE}-{PARENT}-{sent}");
        let sent = [("traceparent", &*parent), ("tracestate", "congo=t61rcWkgMzE"), ("tracestate", "rojo=00f0,a@b=1")];
        let (parent, state) = passed_on(&sent).await;
        let [version, trace, span, sampled] = parent.split('-').collect::<Vec<_>>()[..] else { panic!("{parent}") };
        assert_eq!((version, trace, sampled), ("00", TRACE, flags));
        assert!(span.len() == 16 && span != PARENT && span != "0000000000000000", "this request is the parent: {span}");
        assert_eq!(state, ["congo=t61rcWkgMzE", "rojo=00f0,a@b=1"]);
    }
}

#[tokio::test]
async fn a_call_without_a_valid_trace_begins_one() {
    for sent in INVALID {
        let (parent, state) = passed_on(&[("traceparent", sent), ("tracestate", "congo=t61rcWkgMzE")]).await;
        let [version, trace, span, sampled] = parent.split('-').collect::<Vec<_>>()[..] else { panic!("{parent}") };
        assert_eq!((version, trace.len(), span.len(), sampled), ("00", 32, 16, "00"), "{sent}");
        assert_ne!(trace, TRACE);
        assert_eq!(state, Vec::<String>::new(), "it has no meaning without its parent");
    }
    assert_ne!(passed_on(&[]).await.0, passed_on(&[]).await.0);
}

/// Asserts recovery without a restart: on a busy machine the first probe may fail, too.
async fn assert_recovers(server: &TestServer, chaos: &Chaos) {
    chaos.set(Mode::Pass).await;
    let again = async || !is_degraded(server).await;
    within(2 * OPEN_FOR + Duration::from_secs(1), "it is called again", again).await;
}

#[tokio::test]
async fn no_response_costs_the_timeout_until_the_breaker_opens_and_nothing_after() {
    let (other, _) = other(|_| ok()).await;
    let chaos = Chaos::start(&other.public.to_string());
    let server = calling(chaos.address(), &["--upstream-timeout=400ms"]).await;
    assert!(!is_degraded(&server).await);

    chaos.set(Mode::Hole).await;
    let (degraded, took) = asked(&server).await;
    assert!(degraded);
    assert!((390..3000).contains(&took.as_millis()), "{took:?}");
    let took = once_open(&server).await;
    assert!(took < Duration::from_millis(200), "an open breaker waits for nothing: {took:?}");

    assert_recovers(&server, &chaos).await;
}

#[tokio::test]
async fn a_refused_connection_costs_little_and_recovers_without_a_restart() {
    let (other, _) = other(|_| ok()).await;
    let chaos = Chaos::start(&other.public.to_string());
    let server = calling(chaos.address(), &[]).await;
    assert!(!is_degraded(&server).await);

    chaos.set(Mode::Closed).await;
    let (degraded, took) = asked(&server).await;
    assert!(degraded);
    assert!(took < Duration::from_secs(2), "no request waits for the time-out of 3 s: {took:?}");
    let lines = logs::with(&chaos.address().to_string());
    let has_reason = |line: &&Value| line["error"].as_str().is_some_and(|error| error.contains("refused"));
    assert_eq!(lines.iter().filter(has_reason).count(), 2, "the call and its retry: {lines:?}");
    once_open(&server).await;

    assert_recovers(&server, &chaos).await;
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_until_the_timeout() {
    let (other, calls) = other(|_| ok()).await;
    let chaos = Chaos::start(&other.public.to_string());
    let server = calling(chaos.address(), &["--upstream-timeout=1s"]).await;
    chaos.set(Mode::Slow(Duration::from_millis(100))).await;
    assert!(!is_degraded(&server).await);
    chaos.set(Mode::Slow(Duration::from_secs(2))).await;
    let (degraded, took) = asked(&server).await;
    assert!(degraded);
    assert!(took >= Duration::from_millis(990), "{took:?}");
    assert_eq!(calls.load(Ordering::Relaxed), 1, "a call that is too slow is not made twice");
}

#[tokio::test]
async fn the_deadline_of_the_request_is_never_reached_by_waiting() {
    let (other, _) = other(|_| ok()).await;
    let chaos = Chaos::start(&other.public.to_string());
    chaos.set(Mode::Hole).await;
    let server = calling(chaos.address(), &["--request-timeout=2s"]).await;
    assert!(is_degraded(&server).await, "200 and degraded, not 504 at the deadline");
}

#[tokio::test]
async fn a_call_that_may_outlast_its_request_is_a_contradiction() {
    for (request, call, code) in [("3s", "2701ms", 2), ("3s", "2700ms", 0), ("1h", "54min", 0), ("200ms", "", 0)] {
        let ended = run(&["openapi"], &[("REQUEST_TIMEOUT", request), ("UPSTREAM_TIMEOUT", call)]).await;
        assert_eq!(ended.code, Some(code), "{request}, {call}: {:?}", ended.stderr);
        let refusal = "UPSTREAM_TIMEOUT: more than nine tenths of REQUEST_TIMEOUT";
        assert_eq!(ended.stderr.join("\n").contains(refusal), code == 2, "{request}, {call}: {:?}", ended.stderr);
    }
}

#[tokio::test]
async fn a_failed_call_is_retried_once() {
    let (other, calls) = other(|call| if call == 0 { failure() } else { ok() }).await;
    let server = calling(other.public, &[]).await;
    assert!(!is_degraded(&server).await, "the second try has the answer");
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn retries_follow_after_a_random_delay() {
    const CALLS: usize = 10;
    let times = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&times);
    let (other, _) = other(move |call| {
        noted.lock().expect("no test panicked").push(Instant::now());
        if call % 2 == 0 { failure() } else { ok() }
    })
    .await;
    let server = calling(other.public, &[]).await;
    for _ in 0..CALLS {
        assert!(!is_degraded(&server).await);
    }
    let times = times.lock().expect("no test panicked");
    let pauses = times.chunks(2).map(|pair| pair[1] - pair[0]);
    // Up to 100 ms each: four fifths of the delays are longer than this. Fewer than three of ten are so long in one of
    // 13,000 runs.
    let long = pauses.filter(|pause| *pause > Duration::from_millis(20)).count();
    assert!(long >= 3, "{long} of {CALLS} second calls came after a pause");
}

#[tokio::test]
async fn a_machine_that_does_not_answer_costs_the_connect_timeout() {
    // A listener that never accepts, with its queue full: the kernel drops further connections, as a firewall does.
    let socket = TcpSocket::new_v4().expect("the system has sockets");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let listener = socket.listen(1).expect("the port is ours");
    let address = listener.local_addr().expect("a bound socket has an address");
    let knock = || timeout(Duration::from_millis(500), TcpStream::connect(address));
    let mut waiting = Vec::new();
    while let Ok(connection) = knock().await {
        waiting.push(connection);
    }
    let server = calling(address, &["--request-timeout=1h", "--upstream-timeout=50m"]).await;
    let (degraded, took) = asked(&server).await;
    assert!(degraded);
    // Twice the connect time-out of a second, since such a call is retried.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn a_call_is_retried_at_most_once() {
    let (other, calls) = other(|_| failure()).await;
    let server = calling(other.public, &[]).await;
    for tries in [2, 4] {
        assert!(is_degraded(&server).await);
        assert_eq!(calls.load(Ordering::Relaxed), tries);
    }
}

#[tokio::test]
async fn retries_end_with_their_budget() {
    const REQUESTS: usize = 100;
    // Every other call fails, so that the breaker never sees five failures in a row.
    let (other, calls) = other(|call| if call % 2 == 0 { failure() } else { ok() }).await;
    let server = calling(other.public, &[]).await;
    let mut degraded = 0;
    for _ in 0..REQUESTS {
        degraded += usize::from(is_degraded(&server).await);
    }
    let retries = calls.load(Ordering::Relaxed) - REQUESTS;
    // Ten initially, and one for every ten calls; one more a second on a slow machine.
    assert!((10..40).contains(&retries), "{retries} second tries");
    assert!(degraded > 20, "{degraded} first failures stood");
}

#[tokio::test]
async fn a_4xx_is_neither_retried_nor_a_failure() {
    for status in [StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS] {
        let (other, calls) = other(move |_| status.into_response()).await;
        let server = calling(other.public, &[]).await;
        for _ in 0..7 {
            assert!(is_degraded(&server).await);
        }
        assert_eq!(calls.load(Ordering::Relaxed), 7, "{status} opened the breaker or was tried again");
    }
}

#[tokio::test]
async fn a_404_of_the_other_service_is_empty_and_not_degraded() {
    let (other, _) = other(|_| StatusCode::NOT_FOUND.into_response()).await;
    let server = calling(other.public, &[]).await;
    let answer = http::get(server.public, PATH).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "degraded": false, "data": [] })));
}

#[tokio::test]
async fn an_invalid_response_is_degraded_and_no_outage() {
    let oversized = format!("[{}]", " ".repeat(2 << 20));
    for (what, status, body) in [
        ("more than is read", StatusCode::OK, &*oversized),
        ("no JSON", StatusCode::OK, "<html>Welcome to the hotel's network</html>"),
        ("other JSON", StatusCode::OK, r#"{"reviews":"none"}"#),
        ("a redirect", StatusCode::FOUND, ""),
        ("no content", StatusCode::NO_CONTENT, ""),
    ] {
        let body = body.to_owned();
        let (other, calls) = other(move |_| (status, [(header::LOCATION, THERE)], body.clone()).into_response()).await;
        let server = calling(other.public, &[]).await;
        assert!(is_degraded(&server).await, "{what}");
        assert_eq!(calls.load(Ordering::Relaxed), 1, "{what} is neither followed nor asked for again");
        for asked in 2..=10 {
            assert!(is_degraded(&server).await, "{what}");
            assert_eq!(calls.load(Ordering::Relaxed), asked, "{what} is about one request");
        }
    }
}

#[tokio::test]
async fn a_disconnect_of_the_client_cancels_the_call() {
    struct Left(Arc<Notify>);
    impl Drop for Left {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let (entered, left) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (entered, left) = (Arc::clone(&entered), Arc::clone(&left));
        async move || {
            let _left = Left(Arc::clone(&left));
            entered.notify_one();
            sleep(Duration::from_secs(3600)).await;
        }
    };
    let unlimited = ["--request-timeout=1h", "--upstream-timeout=50m"];
    let other = TestServer::with_routes(&unlimited, Router::new().route(THERE, get(handler))).await;
    let server = calling(other.public, &unlimited).await;
    let client = raw(server.public, request("GET", PATH).to_bytes()).await;
    entered.notified().await;
    drop(client);
    let mut gone = Box::pin(left.notified());
    let ended = async || timeout(Duration::from_millis(10), &mut gone).await.is_ok();
    eventually("the other service sees the connection closed", ended).await;
}

#[tokio::test]
async fn waiting_for_the_other_service_leaves_room_for_other_requests() {
    let (other, _) = other(|_| ok()).await;
    let chaos = Chaos::start(&other.public.to_string());
    chaos.set(Mode::Hole).await;
    let flags = ["--max-in-flight=8", "--request-timeout=1h", "--upstream-timeout=50m"];
    let server = calling(chaos.address(), &flags).await;
    let mut clients = JoinSet::new();
    for _ in 0..2 {
        let to = server.public;
        // A rejected client retries, until it is one of the two that wait.
        clients.spawn(async move {
            loop {
                http::get(to, PATH).await;
            }
        });
    }
    // From the third on no request waits, and none is rejected.
    let at_once = async || {
        let answer = timeout(Duration::from_millis(500), http::get(server.public, PATH)).await;
        answer.is_ok_and(|answer| answer.status == 200)
    };
    eventually("two wait, and no more", at_once).await;
    for _ in 0..20 {
        assert!(is_degraded(&server).await);
        assert_eq!(http::get(server.public, "/greet").await.status, 200);
    }
}

#[tokio::test]
async fn an_invalid_address_is_reported_at_start() {
    for url in ["localhost:9100", "ftp://reviews.example", "reviews", ""] {
        let ended = run(&["serve"], &[("UPSTREAM_URL", url)]).await;
        assert_eq!(ended.code, Some(2), "{url:?} is accepted");
        assert!(ended.stderr.join("\n").contains("UPSTREAM_URL: "), "{:?}", ended.stderr);
    }
}

#[tokio::test]
async fn calls_ignore_proxy_variables() {
    let (other, calls) = other(|_| ok()).await;
    let nowhere = "http://127.0.0.1:1";
    let environment = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, nowhere));
    let url = format!("--upstream-url=http://{}", other.public);
    let server = Process::start_with(&[&url], &environment).await;
    let answer = http::get(server.public, PATH).await;
    assert_eq!((answer.json()["degraded"].as_bool(), calls.load(Ordering::Relaxed)), (Some(false), 1));
}
