//! Metrics, spans and logs, as a collector receives them; and that no client notices when it does not.

use std::time::{Duration, Instant};

use axum::{Router, routing};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode as Outcome};
use tokio::net::TcpListener;

use crate::scrape::{Scrape, Stream, attributes, stream};
use crate::support::eventually;
use crate::support::http::{Connection, Request, get, request, send};
use crate::support::process::{Process, run_serve};
use crate::support::server::TestServer;
use crate::trace::{PARENT, TRACE};

/// Each test has its own process, which exports to the collector on its own.
async fn start(settings: &[&str]) -> Process {
    Process::start(settings).await
}

/// A request that a caller records.
pub fn recorded(path: &str) -> Request {
    request("GET", path).header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
}

pub fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The spans of this server, once there are as many.
pub async fn spans(server: &Process, number: usize) -> Vec<Span> {
    let received = || stream(server.admin).spans;
    let arrived = async || received().len() >= number;
    eventually(&format!("{number} spans arrive"), arrived).await;
    let spans = received();
    assert_eq!(spans.len(), number, "{spans:?}");
    spans
}

async fn the_three_signals_arrive(threads: &str) {
    let server = Process::start_with(&[], &[("TOKIO_WORKER_THREADS", threads)]).await;
    let answer = send(server.public, recorded("/greet?name=Ada")).await;
    let id = answer.header("x-request-id");
    let spans = spans(&server, 1).await;
    let is_about = |stream: &Stream| {
        stream.logs.iter().any(|log| attributes(&log.attributes).get("request_id").is_some_and(|of| of == id))
    };
    eventually("the log arrives", async || is_about(&stream(server.admin))).await;
    assert!(Scrape::of(server.admin).await.value("log_lines_dropped_total").is_some());

    let received = stream(server.admin);
    let logs =
        received.logs.iter().filter(|log| attributes(&log.attributes).get("request_id").is_some_and(|of| of == id));
    let [log] = &logs.collect::<Vec<_>>()[..] else { panic!("not one record: {:?}", received.logs) };
    assert_eq!((hex(&log.trace_id), &log.span_id), (TRACE.to_owned(), &spans[0].span_id));
    assert_eq!((&*log.severity_text, log.severity_number), ("INFO", 9));
    assert_eq!(attributes(&log.attributes)["status"], "200");
    assert!(log.time_unix_nano > 0);
}

#[tokio::test]
async fn metrics_spans_and_logs_arrive() {
    the_three_signals_arrive("4").await;
}

#[tokio::test]
async fn metrics_spans_and_logs_arrive_with_one_worker_thread() {
    the_three_signals_arrive("1").await;
}

#[tokio::test]
async fn the_span_of_a_request_is_a_child_of_the_callers() {
    let server = start(&[]).await;
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
    let server = start(&[]).await;
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
        let own = || stream(server.admin).spans.into_iter().find(|span| hex(&span.trace_id) == trace);
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
    let mut server = start(&[]).await;
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
async fn probes_and_operations_have_no_span() {
    let server = start(&[]).await;
    for (port, path) in [
        (server.public, "/health/live"),
        (server.public, "/health/ready"),
        (server.admin, "/health/live"),
        (server.admin, "/nowhere"),
    ] {
        send(port, recorded(path)).await;
    }
    send(server.public, recorded("/greet")).await;
    assert_eq!(spans(&server, 1).await[0].name, "GET /greet");
}

#[tokio::test]
async fn the_sampler_decides_about_new_traces_only() {
    for (share, of_new_ones) in [("0", 0), ("1", 20)] {
        let server = start(&[&format!("--otel-traces-sampler-arg={share}")]).await;
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
    let server = start(&["--otel-traces-sampler=always_off"]).await;
    send(server.public, recorded("/greet")).await;
    Scrape::of(server.admin).await;
    assert!(stream(server.admin).spans.is_empty());
}

#[tokio::test]
async fn names_and_units_are_those_of_the_conventions() {
    let server = start(&[]).await;
    get(server.public, "/greet").await;
    eventually("the request is measured", async || {
        let count = r#"http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/greet"}"#;
        Scrape::of(server.admin).await.value(count) == Some(1.0)
    })
    .await;
    let metrics = stream(server.admin).metrics;
    let metric = |name: &str| metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("no {name}"));
    let duration = metric("http.server.request.duration");
    let Some(Data::Histogram(histogram)) = &duration.data else { panic!("{duration:?}") };
    assert_eq!((&*duration.unit, histogram.aggregation_temporality), ("s", 2));
    let buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
    assert!(histogram.data_points.iter().all(|point| point.explicit_bounds == buckets));
    let of_route = |point: &&_| attributes(point).get("http.route").is_some_and(|route| route == "/greet");
    let points: Vec<_> = histogram.data_points.iter().map(|point| &*point.attributes).collect();
    let own: Vec<_> = points.iter().filter(|point| of_route(point)).collect();
    assert_eq!(own.len(), 1);
    let is_number = |label: &KeyValue| {
        matches!(label.value.as_ref().and_then(|value| value.value.as_ref()), Some(Value::IntValue(_)))
    };
    let statuses =
        points.iter().flat_map(|point| point.iter()).filter(|label| label.key == "http.response.status_code");
    assert!(statuses.clone().count() > 0 && statuses.clone().all(is_number));
    assert!(metrics.iter().any(|metric| metric.name == "http.server.active_requests"));
    assert_eq!(metric("process_resident_memory").unit, "By");
    assert!(metric("http_requests_shed").description.len() > 10);
}

#[tokio::test]
async fn the_resource_is_the_service() {
    let settings = [
        "--otel-service-name=the shop",
        "--otel-resource-attributes=service.name=other,deployment.environment.name=a%20b",
        "--otel-exporter-otlp-headers=authorization=Basic%20dTpw,x-scope=a",
    ];
    let (first, second) = (start(&settings).await, start(&[]).await);
    Scrape::of(first.admin).await;
    Scrape::of(second.admin).await;
    let (first, second) = (stream(first.admin), stream(second.admin));
    let (own, default) = (attributes(&first.resource.attributes), attributes(&second.resource.attributes));
    assert_eq!((&*own["service.name"], &*own["deployment.environment.name"]), ("the shop", "a b"));
    assert_eq!(default["service.name"], env!("CARGO_PKG_NAME"));
    assert_eq!(default["service.version"], env!("CARGO_PKG_VERSION"));
    assert_ne!(own["service.instance.id"], default["service.instance.id"]);
    assert_eq!((&*first.headers["authorization"], &*first.headers["x-scope"]), ("Basic dTpw", "a"));
}

#[tokio::test]
async fn what_is_left_is_sent_at_the_end() {
    let server = start(&["--otel-metric-export-interval=3600000", "--drain-delay=0s"]).await;
    let admin = server.admin;
    send(server.public, recorded("/greet")).await;
    server.terminate();
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    let received = stream(admin);
    assert_eq!((received.spans.len(), received.metrics.is_empty(), received.logs.is_empty()), (1, false, false));
}

/// Ends within the grace period of this server, which has nothing else to wait for.
async fn ends(server: Process) {
    let asked = Instant::now();
    server.terminate();
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

/// Requests that a caller records are answered as if there were no collector.
async fn serves(server: &Process) {
    let mut connection = Connection::open(server.public).await;
    for _ in 0..100 {
        let asked = Instant::now();
        assert_eq!(connection.send(recorded("/greet")).await.status, 200);
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    }
}

#[tokio::test]
async fn a_collector_that_is_not_there_changes_nothing_for_clients_and_the_end() {
    let settings = ["--otel-exporter-otlp-endpoint=http://127.0.0.1:1", "--drain-delay=0s"];
    let server = Process::start_with(&settings, &[("TOKIO_WORKER_THREADS", "1")]).await;
    serves(&server).await;
    ends(server).await;
}

#[tokio::test]
async fn a_collector_that_hangs_changes_nothing_for_clients_and_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("--otel-exporter-otlp-endpoint=http://{}", listener.local_addr().expect("it is bound"));
    let settings = [&*endpoint, "--drain-delay=0s", "--otel-metric-export-interval=50"];
    let server = Process::start_with(&settings, &[("TOKIO_WORKER_THREADS", "1")]).await;
    serves(&server).await;
    ends(server).await;
}

#[tokio::test]
async fn nothing_is_exported_without_an_endpoint_or_when_disabled() {
    for setting in ["--otel-sdk-disabled=true", "--otel-exporter-otlp-endpoint="] {
        let server = start(&[setting, "--drain-delay=0s"]).await;
        let admin = server.admin;
        send(server.public, recorded("/greet")).await;
        server.terminate();
        let ended = server.ended().await;
        assert_eq!((ended.code, ended.stderr), (Some(0), vec![]));
        assert!(!ended.stdout.iter().any(|line| line.contains("WARN")), "{:?}", ended.stdout);
        assert!(stream(admin).resource.attributes.is_empty());
    }
}

#[tokio::test]
async fn another_protocol_is_refused_at_the_start() {
    let ended = run_serve(&["--otel-exporter-otlp-protocol=grpc"]).await;
    assert_eq!(ended.code, Some(2));
    let said = ended.stderr.join("\n");
    assert!(said.contains("OTEL_EXPORTER_OTLP_PROTOCOL: not http/protobuf"), "{said}");
}
