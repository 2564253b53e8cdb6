//! `/quote`: a quote from another service.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::{params::Params, upstream::Fetched};
use crate::state::App;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(quote))
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Quote {
    author: String,
    text: String,
}

/// Read a quote
#[utoipa::path(get, path = "/quote", tag = "quote", responses(
    (status = 200, description = "A quote; empty and degraded if the other service fails", body = Fetched<Vec<Quote>>),
))]
async fn quote(State(app): State<Arc<App>>, _: Params<()>, headers: HeaderMap) -> Json<Fetched<Vec<Quote>>> {
    Json(app.upstream.get("/quotes?limit=1", &headers).await)
}
