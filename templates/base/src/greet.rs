//! `GET /greet`: an example endpoint to copy.

use std::sync::Arc;

use axum::Json;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::input::{Fields, Input, text};
use crate::platform::params::Params;
use crate::state::App;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(greet))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Recipient {
    /// Name of the person to greet; default `Developer`
    #[param(value_type = String, required = false, example = "Ada")]
    #[param(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    name: Option<String>,
}

impl Input for Recipient {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self { name: fields.optional("name", text(1..=100)) }
    }
}

#[derive(Serialize, ToSchema)]
struct Greeting {
    message: String,
}

/// Return a greeting
#[utoipa::path(get, path = "/greet", tag = "greeting", params(Recipient), responses(
    (status = 200, description = "A greeting", body = Greeting),
))]
async fn greet(Params(recipient): Params<Recipient>) -> Json<Greeting> {
    let name = recipient.name.as_deref().unwrap_or("Developer");
    Json(Greeting { message: format!("Hello, {name}!") })
}
