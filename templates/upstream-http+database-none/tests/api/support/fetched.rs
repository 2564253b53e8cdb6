//! A request that makes the service call the other one, that call, and its response.

use serde_json::{Value, json};

/// The path of the client's request.
pub const PATH: &str = "/quote";

/// The path of the call to the other service.
pub const THERE: &str = "/quotes";

/// The query of that call.
pub const QUERY: (&str, &str) = ("limit", "1");

/// The body of the response.
pub fn found() -> Value {
    json!([{ "author": "Ada", "text": "Numbers are not all there is to it" }])
}
