//! What reaches the Datadog Agent, and that the service does not depend on it.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use metrics::histogram;
use tempfile::tempdir;
use tokio::time::sleep;

use crate::failures::answers;
use crate::scrape::{Received, Scrape, inbox, packets};
use crate::support::http::{self, request};
use crate::support::process::Process;
use crate::support::server::TestServer;
use crate::support::{alone, eventually};

/// The most bytes of a packet over UDP.
const MAX_PACKET: usize = 1432;

const GREETINGS: [&str; 3] =
    ["http_route=\"/greet\"", "http_request_method=\"GET\"", "http_response_status_code=\"200\""];

/// The metrics that arrived here.
fn received(agent: &UnixDatagram) -> Received {
    let mut received = Received::default();
    let mut packet = [0; 65_536];
    while let Ok(length) = agent.recv(&mut packet) {
        received.packet(str::from_utf8(&packet[..length]).expect("metrics are text"));
    }
    received
}

/// A socket like that of the Agent.
fn bind(path: &Path) -> UnixDatagram {
    let agent = UnixDatagram::bind(path).expect("the path is free");
    agent.set_nonblocking(true).expect("a socket");
    agent
}

#[tokio::test]
async fn each_duration_is_a_value_of_a_distribution_with_the_unified_tags() {
    let server = Process::start(&["--dd-env=test", "--dd-version=1.2.3", "--dd-service=till"]).await;
    answers(server.public, "/greet", 200).await;
    // A request is counted after its response has been sent.
    let greeted =
        async || Scrape::of(server.admin).await.total("http_server_request_duration_seconds_count", &GREETINGS) == 1.0;
    eventually("the request is counted", greeted).await;
    let packets = packets(server.admin);
    let lines: Vec<&str> = packets.iter().flat_map(|packet| packet.lines()).collect();
    for line in &lines {
        assert!(line.contains("service:till,env:test,version:1.2.3"), "{line}");
    }
    let duration = lines.iter().find(|line| line.contains("http_route:/greet")).expect("it was sent");
    let (name, rest) = duration.split_once(':').expect("a name and a value");
    let (seconds, rest) = rest.split_once('|').expect("a value and a type");
    assert_eq!(name, "http_server_request_duration_seconds");
    assert!((0.0..1.0).contains(&seconds.parse::<f64>().expect("one number")), "{duration}");
    assert!(rest.starts_with("d|#"), "{duration}");
}

#[tokio::test]
async fn without_settings_the_tags_are_those_of_the_package() {
    let server = Process::start(&[]).await;
    Scrape::of(server.admin).await;
    let tags = concat!("service:", env!("CARGO_PKG_NAME"), ",env:development,version:", env!("CARGO_PKG_VERSION"));
    assert!(packets(server.admin)[0].contains(tags));
}

#[tokio::test]
async fn under_load_no_packet_is_larger_than_a_frame_and_a_sample_has_its_rate() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let durations = histogram!("http_server_request_duration_seconds", "http_route" => "/busy");
        for _ in 0..10 {
            (0..10_000).for_each(|_| durations.record(0.001));
            sleep(Duration::from_millis(30)).await;
        }
        let scrape = Scrape::of(server.admin).await;
        let longest = packets(server.admin).iter().map(String::len).max();
        assert!(longest.is_some_and(|longest| longest > MAX_PACKET / 2 && longest <= MAX_PACKET), "{longest:?}");
        let count = scrape.total("http_server_request_duration_seconds_count", &["http_route=\"/busy\""]);
        assert!((count - 100_000.0).abs() < 1000.0, "{count}");
        let sum = scrape.total("http_server_request_duration_seconds_sum", &["http_route=\"/busy\""]);
        assert!((sum - 100.0).abs() < 1.0, "{sum}");
    };
    alone("datadog::under_load_no_packet_is_larger_than_a_frame_and_a_sample_has_its_rate", body).await;
}

#[tokio::test]
async fn the_last_values_are_sent_after_sigterm() {
    let server = Process::start(&["--metrics-interval=10s", "--drain-delay=0s"]).await;
    answers(server.public, "/greet", 200).await;
    server.terminate();
    let inbox = inbox(server.admin);
    assert_eq!(server.ended().await.code, Some(0));
    let greeted =
        async || Scrape::arrived(&inbox).total("http_server_request_duration_seconds_count", &GREETINGS) == 1.0;
    eventually("the last request is counted", greeted).await;
}

#[tokio::test]
async fn metrics_reach_a_unix_socket() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("dsd.socket");
    let agent = bind(&path);
    let url = format!("--dd-dogstatsd-url=unix://{}", path.display());
    let server = Process::start(&[&url]).await;
    answers(server.public, "/greet", 200).await;
    let mut all = Vec::new();
    let sent = async || {
        all.extend(received(&agent).packets);
        all.iter().any(|packet| packet.contains("http_route:/greet"))
    };
    eventually("the duration arrives", sent).await;
}

#[tokio::test]
async fn a_missing_agent_changes_nothing_for_clients_and_what_it_missed_is_counted() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("dsd.socket");
    let url = format!("--dd-dogstatsd-url=unix://{}", path.display());
    let mut server = Process::start(&[&url, "--drain-delay=0s"]).await;
    for _ in 0..20 {
        answers(server.public, "/greet", 200).await;
        sleep(Duration::from_millis(10)).await;
    }
    let mut line = server.line().await;
    while line["level"] != "WARN" {
        line = server.line().await;
    }
    assert_eq!(line["message"], "metrics were dropped, because the Datadog Agent does not take them");

    let agent = bind(&path);
    let mut counted = 0.0;
    let arrives = async || {
        counted += received(&agent).value("metrics_packets_dropped_total");
        counted > 0.0
    };
    eventually("the number of dropped packets arrives", arrives).await;
    drop(agent);

    server.terminate();
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0));
    let lines = ended.stdout.iter().filter(|line| line.contains("does not take them"));
    assert_eq!(lines.count(), 0, "it is logged once a minute");
}

#[tokio::test]
async fn without_an_agent_nothing_is_sent_and_nothing_is_logged_about_it() {
    let server = Process::start(&["--dd-agent-host=", "--otel-exporter-otlp-endpoint=", "--drain-delay=0s"]).await;
    answers(server.public, "/greet", 200).await;
    sleep(Duration::from_millis(100)).await;
    assert!(packets(server.admin).is_empty());
    server.terminate();
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0));
    for line in ended.stdout {
        assert!(!line.contains("exported") && !line.contains("Agent"), "{line}");
    }
}

#[tokio::test]
async fn lines_of_the_log_name_the_service_and_the_trace() {
    let mut server = Process::start(&["--dd-env=test"]).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let greeting = request("GET", "/greet").header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
    assert_eq!(http::send(server.public, greeting).await.status, 200);
    let mut line = server.line().await;
    while line["path"] != "/greet" {
        line = server.line().await;
    }
    assert_eq!(line["dd.service"], env!("CARGO_PKG_NAME"));
    assert_eq!(line["dd.env"], "test");
    assert_eq!(line["dd.version"], env!("CARGO_PKG_VERSION"));
    let span = u64::from_str_radix(line["span_id"].as_str().expect("each line names a span"), 16).expect("an id");
    assert_eq!((&line["dd.trace_id"], &line["dd.span_id"]), (&trace.into(), &span.to_string().into()));
}

#[tokio::test]
async fn memory_is_bounded_without_an_agent() {
    // In a separate process, since memory is measured per process.
    alone("datadog::memory_is_bounded_without_an_agent", record_and_measure()).await;
}

async fn record_and_measure() {
    const VALUES: u32 = 1_500_000;
    // The memory of one value until it is sent.
    const BYTES: f64 = 8.0;
    let _server = TestServer::start(&["--dd-dogstatsd-url=unix:///nowhere/dsd.socket"]).await;
    let resident = || {
        let pages = fs::read_to_string("/proc/self/statm").expect("Linux");
        pages.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).expect("a number") * 4096.0
    };
    let durations = histogram!("http_server_request_duration_seconds", "http_route" => "/never/sent");
    let before = resident();
    (0..VALUES).for_each(|_| durations.record(0.001));
    for _ in 0..3 {
        sleep(Duration::from_millis(500)).await;
        (0..VALUES).for_each(|_| durations.record(0.001));
    }
    let grown = resident() - before;
    let once = f64::from(VALUES) * BYTES;
    // The memory of one round may not be free yet when the next is recorded. Accumulated, there would be four.
    assert!(grown < once * 2.5, "values accumulate without an agent: {grown} bytes");
}
