//! `GET /greet`: the first endpoint, and the pattern for the next one.

use std::sync::Arc;

use axum::Json;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;
use crate::platform::input::{Fields, Input, text};
use crate::platform::params::Params;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(greet))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Who {
    /// Who to greet; `Developer` if not given
    #[param(value_type = String, required = false, example = "Ada")]
    #[param(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    name: Option<String>,
}

impl Input for Who {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self { name: fields.optional("name", text(1..=100)) }
    }
}

#[derive(Serialize, ToSchema)]
struct Greeting {
    message: String,
}

/// Greet someone
#[utoipa::path(get, path = "/greet", tag = "greeting", params(Who), responses(
    (status = 200, description = "A greeting", body = Greeting),
))]
async fn greet(Params(who): Params<Who>) -> Json<Greeting> {
    let name = who.name.as_deref().unwrap_or("Developer");
    Json(Greeting { message: format!("Hello, {name}!") })
}
