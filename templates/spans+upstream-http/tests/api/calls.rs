//! The span of a call is a child of the span of its request, and the parent of what the other service does.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode as Outcome};

use crate::receiver::{attributes, received};
use crate::spans::{hex, recorded, spans};
use crate::support::eventually;
use crate::support::fetched::{PATH, THERE};
use crate::support::http::{request, send};
use crate::support::process::Process;
use crate::trace::{PARENT, TRACE};
use crate::upstream::{ok, other};

/// The service in a process of its own, which calls the one at this address.
async fn calling(other: impl ToString) -> Process {
    Process::start(&[&format!("--upstream-url=http://{}", other.to_string())]).await
}

/// The spans of requests, and those of calls.
fn parted(spans: &[Span]) -> (Vec<&Span>, Vec<&Span>) {
    spans.iter().partition(|span| span.kind == SpanKind::Server as i32)
}

#[tokio::test]
async fn a_call_has_a_span_that_the_other_service_continues() {
    let (other, _) = other(|_| ok()).await;
    let server = calling(other.public).await;
    assert_eq!(send(server.public, recorded(PATH)).await.status, 200);
    let spans = spans(&server, 2).await;
    let (requests, calls) = parted(&spans);
    let ([request], [call]) = (&requests[..], &calls[..]) else { panic!("{spans:?}") };
    assert_eq!((&*hex(&request.parent_span_id), &call.parent_span_id), (PARENT, &request.span_id));
    assert_eq!((&*hex(&call.trace_id), &*call.name, call.kind), (TRACE, "GET", SpanKind::Client as i32));
    let continues = |there: &Span| there.trace_id == call.trace_id && there.parent_span_id == call.span_id;
    let continued = async || received(other.admin, |stream| stream.spans.iter().any(continues));
    eventually("the other service has a span in it", continued).await;
    let attributes = attributes(&call.attributes);
    assert_eq!(attributes["http.response.status_code"], "200");
    assert_eq!(attributes["server.port"], other.public.port().to_string());
    assert!(attributes["url.full"].starts_with(&format!("http://{}{THERE}", other.public)), "{attributes:?}");
}

#[tokio::test]
async fn a_call_that_fails_has_a_span_with_the_error_and_without_credentials() {
    let (failing, _) = other(|_| StatusCode::FORBIDDEN.into_response()).await;
    let server = calling(format!("user:open-sesame@{}", failing.public)).await;
    assert_eq!(send(server.public, recorded(PATH)).await.status, 200);
    let spans = spans(&server, 2).await;
    let (_, calls) = parted(&spans);
    let own = attributes(&calls[0].attributes);
    assert_eq!((&*own["error.type"], calls[0].status.as_ref().map(|s| s.code)), ("403", Some(Outcome::Error as i32)));
    assert!(!format!("{spans:?}").contains("sesame"), "{spans:?}");

    // The first call fails, and so does its retry.
    let server = calling("127.0.0.1:1").await;
    assert_eq!(send(server.public, recorded(PATH)).await.status, 200);
    let spans = crate::spans::spans(&server, 3).await;
    let (_, calls) = parted(&spans);
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| attributes(&call.attributes)["error.type"] == "no_response"), "{calls:?}");
}

#[tokio::test]
async fn a_call_of_a_request_that_is_not_recorded_has_no_span() {
    let (healthy, _) = other(|_| ok()).await;
    let server = calling(healthy.public).await;
    let unrecorded = request("GET", PATH).header("traceparent", format!("00-{TRACE}-{PARENT}-00"));
    assert_eq!(send(server.public, unrecorded).await.status, 200);
    send(server.public, recorded("/greet")).await;
    assert_eq!(spans(&server, 1).await[0].name, "GET /greet");
}
