//! `/products/{id}/reviews`: reviews of a product from another service. The product itself is not looked up.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::{params::Params, resource::Id, upstream::Fetched};
use crate::state::App;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(reviews))
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Review {
    author: String,
    rating: u8,
    text: String,
}

/// Read the reviews of a product
#[utoipa::path(get, path = "/products/{id}/reviews", tag = "products", params(Id), responses(
    (status = 200, description = "The reviews; empty and degraded if the other service fails", body = Fetched<Vec<Review>>),
))]
async fn reviews(
    State(app): State<Arc<App>>,
    Params(Id(id)): Params<Id>,
    headers: HeaderMap,
) -> Json<Fetched<Vec<Review>>> {
    Json(app.upstream.get(&format!("/reviews?product_id={id}"), &headers).await)
}
