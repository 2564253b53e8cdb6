//! The description of the API and a page that shows it. The failures that operations have in common are added here from
//! `assets/failures.json` instead of being repeated on each.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Router, http::header, response::IntoResponse, routing::get};
//~ if auth
use utoipa::openapi::{Info, RefOr, Response, security::SecurityScheme};
//~ else
use utoipa::openapi::{Info, RefOr, Response};
//~ endif

use super::health;
use crate::{app, app::App};

/// The page's own files and this API; nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the description and the page.
pub fn router() -> Router<Arc<App>> {
    let text = text();
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

/// The description, as `openapi.json` has it.
pub fn text() -> String {
    let read = |json| -> BTreeMap<String, RefOr<Response>> { serde_json::from_str(json).expect("a test reads it") };
    let any = read(include_str!("../../assets/failures.json"));
    //~ if database
    let with_body = read(include_str!("../../assets/body_failures.json"));
    //~ endif
    //~ if auth
    let of_write = read(include_str!("../../assets/write_failures.json"));
    let credential: SecurityScheme =
        serde_json::from_str(include_str!("../../assets/credential.json")).expect("likewise");
    //~ endif
    let mut api = app::operations().into_openapi();
    api.info = Info::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    for item in api.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten() {
            operation.responses.responses.extend(any.clone());
            //~ if database
            if operation.request_body.is_some() {
                operation.responses.responses.extend(with_body.clone());
            }
            //~ endif
            //~ if auth
            if operation.security.is_some() {
                operation.responses.responses.extend(of_write.clone());
            }
            //~ endif
        }
    }
    //~ if auth
    api.components.get_or_insert_default().add_security_scheme("credential", credential);
    //~ endif
    // Health is neither limited nor refused, so it has no failures in common with the rest.
    api.merge(health::router().into_openapi());
    api.to_pretty_json().expect("a description is always JSON") + "\n"
}
