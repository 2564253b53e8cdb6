//! `/products/{id}/reviews`: what another service has about a product. The product itself is not looked up.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;
use crate::platform::{params::Params, resource::Id, upstream::Fetched};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(reviews))
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Review {
    author: String,
    rating: u8,
    text: String,
}

/// Read what customers say of a product
#[utoipa::path(get, path = "/products/{id}/reviews", tag = "products", params(Id), responses(
    (status = 200, description = "Its reviews; none, and degraded, while they cannot be had", body = Fetched<Vec<Review>>),
))]
async fn reviews(
    State(app): State<Arc<App>>,
    Params(Id(id)): Params<Id>,
    headers: HeaderMap,
) -> Json<Fetched<Vec<Review>>> {
    Json(app.upstream.get(&format!("/reviews?product_id={id}"), &headers).await)
}
