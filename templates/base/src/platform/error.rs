//! The error type of every handler and layer. The guard renders it, because only there the request id is known.

use std::any::Any;

use axum::{Extension, http::StatusCode, response::IntoResponse, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The body of every error response.
#[derive(Serialize, ToSchema)]
pub struct Envelope {
    pub error: Error,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Error {
    /// Human-readable; may change
    pub message: &'static str,
    /// The HTTP status
    pub code: u16,
    /// Machine-readable; stable
    pub r#type: &'static str,
    /// The id in the `x-request-id` header and in the server's log
    pub request_id: String,
    /// Every problem that was found in the request
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Whether the request has certainly changed nothing
    #[serde(skip)]
    pub unchanged: bool,
    /// Only for the log; never in a response
    #[serde(skip)]
    pub cause: Option<String>,
}

/// One problem of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Detail {
    /// A field of the body, a parameter, or `body` for the whole body
    pub field: String,
    /// The rule that the field breaks
    pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with the default type and message of its status.
    pub fn of(code: u16) -> Self {
        let (r#type, message) = match code {
            400 => ("malformed", "the request is malformed"),
            404 => ("not_found", "there is nothing at this path"),
            405 => ("method_not_allowed", "this path does not support this method"),
            409 => ("conflict", "the request conflicts with an existing resource"),
            412 => ("precondition_failed", "the resource is not in the state that the request requires"),
            413 => ("body_too_large", "the body is too large"),
            415 => ("unsupported_media_type", "the media type or the encoding of the body is not supported"),
            422 => ("invalid", "the request is invalid"),
            503 => ("unavailable", "temporarily unavailable, try again shortly"),
            504 => ("timeout", "the request was not finished in time"),
            code if code < 500 => ("refused", "the request was rejected"),
            _ => ("internal", "internal error"),
        };
        let unchanged = code < 500;
        Self { message, code, r#type, request_id: String::new(), details: Vec::new(), unchanged, cause: None }
    }

    /// Internal error, because of a panic with this payload.
    pub fn of_panic(payload: &(dyn Any + Send)) -> Self {
        let literal = payload.downcast_ref::<&str>().copied();
        let message = literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::of(500).because(format!("panicked: {}", message.unwrap_or("no message")))
    }

    /// Adds the cause, which is logged but never sent.
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
