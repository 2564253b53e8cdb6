//! Spans, as the receiver takes them; and that no client notices when it does not.

use std::time::{Duration, Instant};

use axum::{Router, routing};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode as Outcome};
use tokio::net::TcpListener;

use crate::receiver::{attributes, received, stream};
use crate::support::eventually;
use crate::support::http::{Connection, Request, get, request, send};
use crate::support::process::Process;
use crate::support::server::TestServer;
use crate::trace::{PARENT, TRACE};

/// A request that a caller records.
pub fn recorded(path: &str) -> Request {
    request("GET", path).header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
}

pub fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The spans of this server, once there are as many.
pub async fn spans(server: &Process, number: usize) -> Vec<Span> {
    let arrived = async || received(server.admin, |stream| stream.spans.len()) >= number;
    eventually(&format!("{number} spans arrive"), arrived).await;
    let spans = stream(server.admin).spans;
    assert_eq!(spans.len(), number, "{spans:?}");
    spans
}

#[tokio::test]
async fn the_span_of_a_request_is_a_child_of_the_callers() {
    let server = Process::start(&[]).await;
    assert_eq!(send(server.public, recorded("/greet?name=Ada")).await.status, 200);
    let [span] = &spans(&server, 1).await[..] else { unreachable!("one was awaited") };
    assert_eq!((&*span.name, span.kind), ("GET /greet", SpanKind::Server as i32));
    assert_eq!((&*hex(&span.trace_id), &*hex(&span.parent_span_id)), (TRACE, PARENT));
    assert!(span.end_time_unix_nano > span.start_time_unix_nano);
    let expected = [
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("http.route", "/greet"),
        ("url.path", "/greet"),
        ("url.scheme", "http"),
    ];
    assert_eq!(attributes(&span.attributes), expected.map(|(name, value)| (name, value.to_owned())).into());
}

#[tokio::test]
async fn a_span_of_an_unknown_path_has_no_route() {
    let server = Process::start(&[]).await;
    assert_eq!(send(server.public, recorded("/nowhere")).await.status, 404);
    let [span] = &spans(&server, 1).await[..] else { unreachable!("one was awaited") };
    assert_eq!((&*span.name, attributes(&span.attributes).get("http.route")), ("GET", None));
}

#[tokio::test]
async fn only_a_5xx_is_an_error() {
    let routes = Router::new().route("/test/panic", routing::get(async || -> &str { panic!("by the test") }));
    let server = TestServer::with_routes(&[], routes).await;
    for (path, status, error) in [("/nowhere", 404, None), ("/test/panic", 500, Some("500"))] {
        // The servers of this process export together.
        let trace = format!("{:032x}", fastrand::u128(1..));
        let request = request("GET", path).header("traceparent", format!("00-{trace}-{PARENT}-01"));
        assert_eq!(send(server.public, request).await.status, status);
        let is_own = |span: &&Span| hex(&span.trace_id) == trace;
        let own = || received(server.admin, |stream| stream.spans.iter().find(is_own).cloned());
        eventually("the span arrives", async || own().is_some()).await;
        let span = own().expect("it arrived");
        let code = span.status.as_ref().map_or(Outcome::Unset as i32, |status| status.code);
        let attributes = attributes(&span.attributes);
        assert_eq!(
            (attributes.get("error.type").map(|kind| &**kind), code == Outcome::Error as i32),
            (error, error.is_some())
        );
    }
}

#[tokio::test]
async fn the_log_names_the_span() {
    let mut server = Process::start(&[]).await;
    send(server.public, recorded("/greet")).await;
    let span = hex(&spans(&server, 1).await[0].span_id);
    let line = loop {
        let line = server.line().await;
        if line["path"] == "/greet" {
            break line;
        }
    };
    assert_eq!((&line["trace_id"], &line["span_id"]), (&TRACE.into(), &(&*span).into()));
}

#[tokio::test]
async fn probes_have_no_span() {
    let server = Process::start(&[]).await;
    for (port, path) in [
        (server.public, "/health/live"),
        (server.public, "/health/ready"),
        (server.admin, "/health/live"),
        (server.admin, "/health/ready"),
    ] {
        send(port, recorded(path)).await;
    }
    send(server.public, recorded("/greet")).await;
    assert_eq!(spans(&server, 1).await[0].name, "GET /greet");
}

#[tokio::test]
async fn the_sampler_decides_about_new_traces_only() {
    for (share, of_new_ones) in [("0", 0), ("1", 20)] {
        let server = Process::start(&[&format!("--otel-traces-sampler-arg={share}")]).await;
        let unrecorded = request("GET", "/greet").header("traceparent", format!("00-{TRACE}-{PARENT}-00"));
        send(server.public, unrecorded).await;
        for _ in 0..20 {
            get(server.public, "/greet").await;
        }
        send(server.public, recorded("/greet")).await;
        let spans = spans(&server, of_new_ones + 1).await;
        let continued = spans.iter().filter(|span| hex(&span.trace_id) == TRACE);
        assert_eq!(continued.count(), 1, "the caller does not record one of the two");
        let new = spans.iter().filter(|span| span.parent_span_id.is_empty());
        assert_eq!(new.count(), of_new_ones);
    }
    let server = Process::start(&["--otel-traces-sampler=always_off", "--drain-delay=0s"]).await;
    send(server.public, recorded("/greet")).await;
    let admin = server.admin;
    ends(server).await;
    assert!(stream(admin).spans.is_empty());
}

/// Ends within the grace period of this server, which has nothing else to wait for.
async fn ends(server: Process) {
    let asked = Instant::now();
    server.terminate();
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

/// Requests that a caller records are answered as if there were no receiver.
async fn serves(server: &Process) {
    let mut connection = Connection::open(server.public).await;
    for _ in 0..100 {
        let asked = Instant::now();
        assert_eq!(connection.send(recorded("/greet")).await.status, 200);
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    }
}

#[tokio::test]
async fn spans_arrive_with_one_worker_thread() {
    let server = Process::start_with(&[], &[("TOKIO_WORKER_THREADS", "1")]).await;
    send(server.public, recorded("/greet")).await;
    assert_eq!(hex(&spans(&server, 1).await[0].trace_id), TRACE);
}

#[tokio::test]
async fn the_last_spans_are_sent_at_the_end() {
    let server = Process::start(&["--drain-delay=0s"]).await;
    let admin = server.admin;
    send(server.public, recorded("/greet")).await;
    ends(server).await;
    assert_eq!(stream(admin).spans.len(), 1);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_changes_nothing_for_clients_and_the_end() {
    let settings = ["--otel-exporter-otlp-endpoint=http://127.0.0.1:1", "--drain-delay=0s"];
    let server = Process::start_with(&settings, &[("TOKIO_WORKER_THREADS", "1")]).await;
    serves(&server).await;
    ends(server).await;
}

#[tokio::test]
async fn a_receiver_that_hangs_changes_nothing_for_clients_and_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("--otel-exporter-otlp-endpoint=http://{}", listener.local_addr().expect("it is bound"));
    let settings = [&*endpoint, "--drain-delay=0s"];
    let server = Process::start_with(&settings, &[("TOKIO_WORKER_THREADS", "1")]).await;
    serves(&server).await;
    ends(server).await;
}
