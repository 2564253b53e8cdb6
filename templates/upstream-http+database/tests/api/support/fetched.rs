//! What the service asks of the other one, and what it is answered.

use serde_json::{Value, json};

/// What a client asks for.
pub const PATH: &str = "/products/7/reviews";

/// What that asks of the other service.
pub const THERE: &str = "/reviews";

/// Its query.
pub const QUERY: (&str, &str) = ("product_id", "7");

pub fn found() -> Value {
    json!([{ "author": "Ada", "rating": 5, "text": "Worth every cent" }])
}
