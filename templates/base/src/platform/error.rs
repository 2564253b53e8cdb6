//! The one error of every handler and layer. The guard renders it, because only there the request's id is known.

use axum::{Extension, http::StatusCode, response::IntoResponse, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What every failed request is answered with.
#[derive(Serialize, ToSchema)]
pub struct Envelope {
    pub error: Error,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Error {
    /// For people; may change
    pub message: &'static str,
    /// The HTTP status
    pub code: u16,
    /// For programs; stable
    pub r#type: &'static str,
    /// As in the `x-request-id` header and the server's log
    pub request_id: String,
    /// Each fault of a request that was understood
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Whether it is certain that the request has changed nothing
    #[serde(skip)]
    pub unchanged: bool,
    /// For the log only; never in an answer
    #[serde(skip)]
    pub cause: Option<String>,
}

/// One fault of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Detail {
    /// A field of the body, a parameter, or `body` for the body as a whole
    pub field: String,
    /// The rule that the field breaks
    pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// With the words that fit the status, for failures that have nothing of their own to say.
    pub fn of(code: u16) -> Self {
        let (r#type, message) = match code {
            400 => ("malformed", "the request is malformed"),
            //= 401 and 403
            404 => ("not_found", "there is nothing at this path"),
            405 => ("method_not_allowed", "this path does not take this method"),
            409 => ("conflict", "this conflicts with what is there"),
            412 => ("precondition_failed", "the resource is not in the state that the request asks for"),
            413 => ("body_too_large", "the body is too large"),
            415 => ("unsupported_media_type", "the body's type or encoding is not supported"),
            422 => ("invalid", "the request breaks a rule"),
            //= 429
            503 => ("unavailable", "not available right now, try again shortly"),
            504 => ("timeout", "this took too long"),
            code if code < 500 => ("refused", "the request was refused"),
            _ => ("internal", "something went wrong on our side"),
        };
        let (request_id, unchanged) = (String::new(), code < 500);
        Self { message, code, r#type, request_id, details: Vec::new(), unchanged, cause: None }
    }

    /// Tells the log, and only the log, what lies behind.
    pub fn because(self, cause: impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Extension(self)).into_response()
    }
}
