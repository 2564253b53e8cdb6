//! The steps around every route, outermost first: `observe` (id, log line, error body, headers), `admit` (rejects what
//! violates HTTP), CORS, and `handle` (overload, deadline, panic).
//= order

use std::future::{Ready, ready};
use std::{array, convert::Infallible, num::NonZeroUsize, panic::AssertUnwindSafe, pin::pin};
use std::{sync::Arc, task::Poll, time::Duration};

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::Route};
use futures_util::{FutureExt, future::Either, poll};
use tower::{Layer, Service, layer::layer_fn, service_fn, util::option_layer};
use tower_http::cors::CorsLayer;

use super::error::{Envelope, Error};
use super::settings::{number, time};
use super::telemetry::{self, Line};
use super::trace::{self, REQUEST_ID};
use super::{Platform, health, wellformed};

/// The result of a route: a failure is a response too.
pub type Answer = Result<Response, Infallible>;

/// Capacity, deadline and CORS.
#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Requests handled at once; one more is refused with 503
    #[arg(long, env, default_value = "512", value_parser = number::<NonZeroUsize>(1, 1_000_000))]
    pub max_in_flight: NonZeroUsize,
    /// Longest a request may take before it is answered with 504
    #[arg(long, env, default_value = "10s", value_parser = time("100ms", "1h"))]
    pub request_timeout: Duration,
    /// Origins a browser may call from, separated by commas; none by default
    #[arg(long, env, value_delimiter = ',', value_parser = super::origin::read)]
    pub cors_origins: Vec<HeaderValue>,
}

/// Wraps routes in all of these steps: as one layer, because each layer costs an allocation and a copy of the request.
/// Health is beside them, with `observe`, `admit` and CORS only: it must respond under overload too.
pub fn protect(router: Router, platform: &Arc<Platform>) -> Router {
    let cors = option_layer(cors(&platform.settings.guard));
    let guarding = Arc::clone(platform);
    let health = Router::from(health::router()).with_state(Arc::clone(platform)).layer(cors.clone());
    let guarded = router.layer(layer_fn(move |mut route: Route| {
        let platform = Arc::clone(&guarding);
        //= shared
        let mut admitted = cors.layer(service_fn(move |request: Request| {
            let platform = Arc::clone(&platform);
            //= client
            // Boxed, because the future holds the request, and the layers around it would copy it several times.
            let answer = route.call(request).boxed();
            async move {
                //= refuse
                let response = handle(&platform, answer).await;
                //= answered
                Ok::<_, Infallible>(response)
            }
        }));
        service_fn(move |request: Request| {
            let line = Line::start(&request, request_id(&request));
            //= request
            observe(line, admit(request, |request| admitted.call(request)))
        })
    }));
    // In this order, so that unknown paths are guarded too: merging keeps the fallback of what is merged in.
    watch(health).merge(guarded)
}

/// Wraps routes in `observe` and `admit` only.
pub fn watch(router: Router) -> Router {
    router.layer(layer_fn(|mut route: Route| {
        service_fn(move |request| {
            let line = Line::start(&request, request_id(&request));
            observe(line, admit(request, |request| route.call(request)))
        })
    }))
}

/// Answers the request, or rejects one that violates HTTP.
fn admit<F>(request: Request, answer: impl FnOnce(Request) -> F) -> Either<Ready<Answer>, F> {
    match wellformed::refusal(&request) {
        Some(refusal) => Either::Left(ready(Ok(refusal))),
        None => Either::Right(answer(request)),
    }
}

async fn observe(mut line: Line, answer: impl Future<Output = Answer>) -> Answer {
    let mut response = answer.await?;
    if line.is_overloaded() {
        // In place of the response to a body that was cut short, but with its headers: those of CORS let scripts read it.
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.extensions_mut().insert(overload());
    }
    line.status = response.status().as_u16();
    if line.status >= 400 {
        // A response that axum created itself has no `Error`.
        let mut error = response.extensions_mut().remove().unwrap_or_else(|| Error::of(line.status));
        line.cause = error.cause.take();
        error.request_id = line.id.to_str().unwrap_or_default().to_owned();
        if error.r#type == "overloaded" {
            telemetry::count("http_requests_shed_total");
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        let (parts, body) = Json(Envelope { error }).into_response().into_parts();
        *response.body_mut() = body;
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().extend(parts.headers);
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, line.id.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    // Unless the handler has set its own.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn handle(platform: &Platform, answer: impl Future<Output = Answer>) -> Response {
    let Ok(_permit) = platform.permits.try_acquire() else {
        return overload().into_response();
    };
    let mut answer = pin!(AssertUnwindSafe(answer).catch_unwind());
    // Most responses are ready at the first poll: only the others need a timer.
    let answer = match poll!(&mut answer) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => tokio::time::timeout(platform.settings.guard.request_timeout, answer).await,
    };
    let (series, error) = match answer {
        Ok(Ok(Ok(response))) => return response,
        Ok(Err(panic)) => ("http_panics_total", Error::of_panic(&*panic)),
        Err(_elapsed) => ("http_requests_timed_out_total", Error::of(504).because("the deadline passed")),
    };
    telemetry::count(series);
    error.into_response()
}

fn overload() -> Error {
    Error { r#type: "overloaded", ..Error::of(503) }
}

/// The client's id if it is valid, else a new one.
fn request_id(request: &Request) -> HeaderValue {
    let valid = |id: &&HeaderValue| (1..=128).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    request.headers().get(REQUEST_ID).filter(valid).cloned().unwrap_or_else(random_id)
}

/// 32 random hexadecimal digits. Every request needs them: `format!` would take several times as long.
fn random_id() -> HeaderValue {
    let mut random = fastrand::u128(..);
    let digits: [u8; 32] = array::from_fn(|_| {
        let digit = b"0123456789abcdef"[random as usize & 15];
        random >>= 4;
        digit
    });
    HeaderValue::from_bytes(&digits).expect("digits are header text")
}

/// The CORS layer, if `CORS_ORIGINS` lists an origin.
fn cors(settings: &Settings) -> Option<CorsLayer> {
    let origins = settings.cors_origins.clone();
    let exposed = [
        // Scripts may read these besides the headers that CORS always exposes.
        header::ETAG,
        header::LOCATION,
        header::RETRY_AFTER,
        //= exposed
        REQUEST_ID,
    ];
    let allowed = [
        //= allowed
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        REQUEST_ID,
        trace::TRACEPARENT,
        trace::TRACESTATE,
    ];
    let cors = CorsLayer::new().allow_headers(allowed).expose_headers(exposed);
    let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
    (!origins.is_empty()).then(|| cors.allow_origin(origins).allow_methods(methods))
}
