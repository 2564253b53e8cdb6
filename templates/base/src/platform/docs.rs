//! The OpenAPI description and a page that shows it. The failures common to all operations are added here from
//! `assets/failures.json` instead of being repeated on each.

use std::collections::BTreeMap;

use axum::{Router, http::header, response::IntoResponse, routing::get};
use utoipa::openapi::{Info, OpenApi, RefOr, Response};

use super::health;

/// Allows only the page's own files and this API: no external resources, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the description, and a page that shows it.
pub fn router(text: String) -> Router {
    Router::new()
        .route("/openapi.json", get(async move || file("application/json", text)))
        .route("/docs", get(async || file("text/html; charset=utf-8", include_str!("../../assets/docs.html"))))
        .route(
            "/docs/docs.js",
            get(async || file("text/javascript; charset=utf-8", include_str!("../../assets/docs.js"))),
        )
        .route("/docs/docs.css", get(async || file("text/css; charset=utf-8", include_str!("../../assets/docs.css"))))
}

fn file(kind: &'static str, content: impl IntoResponse) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, POLICY)], content)
}

/// The description of these operations and of health, the content of `openapi.json`.
pub fn text(mut api: OpenApi) -> String {
    let read = |json| -> BTreeMap<String, RefOr<Response>> { serde_json::from_str(json).expect("a test reads it") };
    let any = read(include_str!("../../assets/failures.json"));
    let with_body = read(include_str!("../../assets/body_failures.json"));
    api.info = Info::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    for item in api.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten() {
            operation.responses.responses.extend(any.clone());
            if operation.request_body.is_some() {
                operation.responses.responses.extend(with_body.clone());
            }
        }
    }
    // Merged last, so without the common failures: a health check fails only if the request violates HTTP.
    api.merge(health::router().into_openapi());
    api.to_pretty_json().expect("a description is always JSON") + "\n"
}
