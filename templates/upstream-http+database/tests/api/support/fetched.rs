//! A request that makes the service call the other one, that call, and its response.

use serde_json::{Value, json};

/// The path of the client's request.
pub const PATH: &str = "/products/7/reviews";

/// The path of the call to the other service.
pub const THERE: &str = "/reviews";

/// The query of that call.
pub const QUERY: (&str, &str) = ("product_id", "7");

/// The body of the response.
pub fn found() -> Value {
    json!([{ "author": "Ada", "rating": 5, "text": "Worth every cent" }])
}
