//! What the service asks of the other one, and what it is answered.

use serde_json::{Value, json};

/// What a client asks for.
pub const PATH: &str = "/quote";

/// What that asks of the other service.
pub const THERE: &str = "/quotes";

/// Its query.
pub const QUERY: (&str, &str) = ("limit", "1");

pub fn found() -> Value {
    json!([{ "author": "Ada", "text": "Numbers are not all there is to it" }])
}
