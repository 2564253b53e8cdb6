//! Metrics, spans and logs, as a collector receives them.

use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;

use crate::receiver::{Stream, attributes, received, stream};
use crate::scrape::Scrape;
use crate::spans::{hex, recorded, spans};
use crate::support::eventually;
use crate::support::http::{get, send};
use crate::support::process::{Process, run_serve};
use crate::trace::TRACE;

/// Each test has its own process, which exports to the collector on its own.
async fn start(settings: &[&str]) -> Process {
    Process::start(settings).await
}

async fn the_three_signals_arrive(threads: &str) {
    let server = Process::start_with(&[], &[("TOKIO_WORKER_THREADS", threads)]).await;
    let answer = send(server.public, recorded("/greet?name=Ada")).await;
    let id = answer.header("x-request-id");
    let spans = spans(&server, 1).await;
    let is_about = |stream: &Stream| {
        stream.logs.iter().any(|log| attributes(&log.attributes).get("request_id").is_some_and(|of| of == id))
    };
    eventually("the log arrives", async || received(server.admin, is_about)).await;
    assert!(Scrape::of(server.admin).await.value("log_lines_dropped_total").is_some());

    let all = stream(server.admin).logs;
    let logs = all.iter().filter(|log| attributes(&log.attributes).get("request_id").is_some_and(|of| of == id));
    let [log] = &logs.collect::<Vec<_>>()[..] else { panic!("not one record: {all:?}") };
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
    let sent = stream(admin);
    assert_eq!((sent.spans.len(), sent.metrics.is_empty(), sent.logs.is_empty()), (1, false, false));
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
        assert!(!ended.stdout.iter().any(|line| line.contains("exported")), "{:?}", ended.stdout);
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
