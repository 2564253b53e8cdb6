//! What every request passes through. Outermost `observe`: id, log line, envelope, headers. Then CORS, so that browsers
//~ if limiter
//! can read refusals too. Then the quota of the client, and `handle`: overload, deadline, panic.
//~ else
//! can read refusals too. Then `handle`: overload, deadline, panic.
//~ endif

use std::{convert::Infallible, future::Ready, future::ready, panic::AssertUnwindSafe, sync::Arc};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::Route};
use futures_util::{FutureExt, future::Either};
use tower::{Layer, Service, layer::layer_fn, service_fn, util::option_layer};
use tower_http::cors::CorsLayer;

use super::error::{Envelope, Error};
//~ if limiter
use super::limiter;
//~ endif
use super::telemetry::{self, Line};
use super::{health, trace, wellformed};
use crate::{app::App, config::Config};

/// What a route resolves to: a failure is a response too.
pub type Answer = Result<Response, Infallible>;

//~ if upstream
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
//~ else
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
//~ endif

/// Puts the whole stack around any routes: as one layer, because each costs an allocation and a copy of the request.
/// Health stands beside it, and is only observed: it must answer when nothing else does.
pub fn protect(router: Router, app: &Arc<App>) -> Router {
    let (guarding, cors) = (Arc::clone(app), option_layer(cors(&app.config)));
    let health = Router::from(health::router()).with_state(Arc::clone(app)).layer(cors.clone());
    let guarded = router.layer(layer_fn(move |mut route: Route| {
        let app = Arc::clone(&guarding);
        //~ if limiter
        let mut admitted = cors.layer(service_fn(move |request| {
            //~ if auth
            let client = super::auth::client(&app, &request);
            //~ else
            let client = limiter::client(&app, &request);
            //~ endif
            limiter::apply(Arc::clone(&app), client, handle(Arc::clone(&app), route.call(request)))
        }));
        //~ else
        let mut admitted = cors.layer(service_fn(move |request| handle(Arc::clone(&app), route.call(request))));
        //~ endif
        //~ if upstream or auth
        service_fn(move |mut request: Request| {
            let line = Line::start(&request, request_id(&request));
            //~ if upstream
            // For handlers, which pass it on.
            request.headers_mut().insert(REQUEST_ID, line.id.clone());
            line.trace.enter(request.headers_mut());
            //~ endif
            //~ if auth
            // Set by the extractor that verifies the credential.
            request.extensions_mut().insert(Arc::clone(&line.caller));
            //~ endif
            observe(line, admit(request, |request| admitted.call(request)))
        })
        //~ else
        service_fn(move |request| {
            let line = Line::start(&request, request_id(&request));
            observe(line, admit(request, |request| admitted.call(request)))
        })
        //~ endif
    }));
    // In this order, so that unknown paths are guarded too: merging keeps the fallback of what is merged in.
    watch(health).merge(guarded)
}

/// Makes requests seen, and whatever fails an envelope.
pub fn watch(router: Router) -> Router {
    router.layer(layer_fn(|mut route: Route| {
        service_fn(move |request| {
            let line = Line::start(&request, request_id(&request));
            observe(line, admit(request, |request| route.call(request)))
        })
    }))
}

/// Answers the request, unless it is refused whatever it asks for.
fn admit<F>(request: Request, answer: impl FnOnce(Request) -> F) -> Either<Ready<Answer>, F> {
    match wellformed::refusal(&request) {
        Some(refusal) => Either::Left(ready(Ok(refusal))),
        None => Either::Right(answer(request)),
    }
}

async fn observe(mut line: Line, answer: impl Future<Output = Answer>) -> Answer {
    let mut response = answer.await?;
    if line.is_overloaded() {
        // Whatever the handler made of a body that was cut short.
        response = overloaded();
    }
    line.status = response.status().as_u16();
    if line.status >= 400 {
        // Also what axum made, which knows nothing of the envelope.
        let mut error = response.extensions_mut().remove().unwrap_or_else(|| Error::of(line.status));
        line.cause = error.cause.take();
        error.request_id = line.id.to_str().unwrap_or_default().to_owned();
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
    // A handler whose answers may be stored says so itself.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn handle(app: Arc<App>, answer: impl Future<Output = Answer>) -> Answer {
    let Ok(_permit) = app.in_flight.try_acquire() else {
        return Ok(overloaded());
    };
    let answer = AssertUnwindSafe(answer).catch_unwind();
    let (name, code, cause) = match tokio::time::timeout(app.config.request_timeout, answer).await {
        Ok(Ok(answer)) => return answer,
        Ok(Err(_panic)) => ("http_panics_total", 500, "the handler panicked"),
        Err(_elapsed) => ("http_requests_timed_out_total", 504, "the deadline passed"),
    };
    telemetry::count(name);
    Ok(Error::of(code).because(cause).into_response())
}

fn overloaded() -> Response {
    telemetry::count("http_requests_shed_total");
    let error = Error { r#type: "overloaded", ..Error::of(503) };
    ([(header::RETRY_AFTER, "1")], error).into_response()
}

/// The client's id if it is sane, else a new one.
fn request_id(request: &Request) -> HeaderValue {
    let sane = |id: &&HeaderValue| (1..=128).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    request.headers().get(REQUEST_ID).filter(sane).cloned().unwrap_or_else(|| {
        HeaderValue::try_from(format!("{:032x}", fastrand::u128(..))).expect("digits are header text")
    })
}

/// Browsers of other origins get nothing unless the configuration names them.
fn cors(config: &Config) -> Option<CorsLayer> {
    let origins: Vec<_> = config.cors_origins.iter().filter(|origin| !origin.is_empty()).cloned().collect();
    //~ if limiter
    let exposed =
        [header::ETAG, header::LOCATION, header::RETRY_AFTER, REQUEST_ID, limiter::REMAINING, limiter::POLICY];
    //~ else
    let exposed = [header::ETAG, header::LOCATION, header::RETRY_AFTER, REQUEST_ID];
    //~ endif
    let allowed = [
        //~ if auth
        header::AUTHORIZATION,
        //~ endif
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
