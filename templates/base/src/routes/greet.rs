//! `GET /greet`: the first endpoint, and the pattern for the next one.

use std::sync::Arc;

use axum::{Json, extract::Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(greet))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Who {
    /// Who to greet; `Developer` if not given
    #[param(value_type = String, required = false, example = "Ada")]
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Greeting {
    message: String,
}

/// Greet someone
#[utoipa::path(get, path = "/greet", tag = "greeting", params(Who), responses(
    (status = 200, description = "A greeting", body = Greeting),
))]
async fn greet(Query(who): Query<Who>) -> Json<Greeting> {
    let name = who.name.as_deref().unwrap_or("Developer");
    Json(Greeting { message: format!("Hello, {name}!") })
}
