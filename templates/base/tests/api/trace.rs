//! W3C Trace Context: the trace of a request is that of its `traceparent`.

use serde_json::Value;

use crate::support::http::{request, send};
use crate::support::logs;
use crate::support::server::TestServer;

pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const PARENT: &str = "00f067aa01c902d7";

/// Invalid values of `traceparent`.
pub const INVALID: [&str; 14] = [
    "",
    "garbage",
    "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7-01-",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7-01-what-the-future-will-be-like",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7-01.",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa01c902d7-01",
    "00-00000000000000000000000000000000-00f067aa01c902d7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa01c902d7-01",
    "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7-01",
    "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa01c902d7-01",
];

/// The trace id in the log for a request with these headers.
async fn logged(server: &TestServer, traceparents: &[&str]) -> String {
    let mut request = request("GET", "/greet");
    for traceparent in traceparents {
        request = request.header("traceparent", traceparent);
    }
    let answer = send(server.public, request).await;
    assert_eq!(answer.status, 200);
    let lines = logs::wait_for(answer.header("x-request-id")).await;
    lines[0]["trace_id"].as_str().expect("each line names a trace").to_owned()
}

#[tokio::test]
async fn the_log_names_the_trace_of_a_request() {
    let server = TestServer::start(&[]).await;
    for flags in ["00", "01", "03", "ff"] {
        assert_eq!(logged(&server, &[&format!("00-{TRACE}-{PARENT}-{flags}")]).await, TRACE);
    }
    let later = format!("cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like");
    assert_eq!(logged(&server, &[&later]).await, TRACE, "a later version may have more parts");
}

#[tokio::test]
async fn a_request_that_names_no_trace_begins_one() {
    let server = TestServer::start(&[]).await;
    let valid = format!("00-{TRACE}-{PARENT}-01");
    let mut seen = vec![TRACE.to_owned(), "0".repeat(32)];
    let twice = [&*valid, &*valid];
    let sent = INVALID.iter().map(std::slice::from_ref).chain([&[][..], &twice]);
    for traceparents in sent {
        let trace = logged(&server, traceparents).await;
        assert!(trace.len() == 32 && trace.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{trace}");
        assert!(!seen.contains(&trace), "{traceparents:?}: {trace}");
        seen.push(trace);
    }
}

/// A failure can be found by its trace as well.
#[tokio::test]
async fn a_failed_request_has_its_trace_in_the_log() {
    let server = TestServer::start(&[]).await;
    let nowhere = request("GET", "/nowhere").header("traceparent", format!("00-{TRACE}-{PARENT}-00"));
    let answer = send(server.public, nowhere).await;
    let lines = logs::wait_for(answer.header("x-request-id")).await;
    assert_eq!((answer.status, &lines[0]["trace_id"]), (404, &Value::from(TRACE)));
}

#[tokio::test]
async fn the_log_names_the_span_of_each_request() {
    let server = TestServer::start(&[]).await;
    let mut seen = vec![PARENT.to_owned(), "0".repeat(16)];
    for _ in 0..3 {
        let request = request("GET", "/greet").header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
        let answer = send(server.public, request).await;
        let line = &logs::wait_for(answer.header("x-request-id")).await[0];
        let span = line["span_id"].as_str().expect("each line names a span").to_owned();
        assert!(span.len() == 16 && span.bytes().all(|byte| byte.is_ascii_hexdigit()), "{span}");
        assert!(!seen.contains(&span), "{span}");
        seen.push(span);
    }
}
