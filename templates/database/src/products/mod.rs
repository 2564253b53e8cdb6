//! Products: their types and rules. `queries` has the database operations, `routes` the endpoints.

//= pub mod

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::input::{Fields, Input, MAX_INTEGER, ReadOnly, integer, text};
use crate::platform::resource::Resource;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Product {
    #[schema(minimum = 1, maximum = 9007199254740991i64)]
    pub id: i64,
    pub name: String,
    #[schema(minimum = 0, maximum = 9007199254740991i64)]
    pub price_cents: i64,
    pub created_at: DateTime<Utc>,
    /// Time of the last change
    pub updated_at: DateTime<Utc>,
}

impl Resource for Product {
    fn id(&self) -> i64 {
        self.id
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

//= cached
/// The body of a request that adds a product.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Unique; no control characters
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$", example = "Tea")]
    pub name: String,
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 450)]
    pub price_cents: i64,
}

impl Input for NewProduct {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.required("name", text(1..=200)),
            price_cents: fields.required("price_cents", integer(0..=MAX_INTEGER)),
        }
    }
}

/// The body of a request that replaces a product: the new values, or everything that was read, with changes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// If present, must equal the id in the path
    #[schema(value_type = i64, required = false, read_only)]
    pub id: ReadOnly,
    /// Unique; no control characters
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$", example = "Tea")]
    pub name: String,
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 450)]
    pub price_cents: i64,
    /// Ignored
    #[schema(value_type = DateTime<Utc>, required = false, read_only)]
    pub created_at: ReadOnly,
    /// Ignored
    #[schema(value_type = DateTime<Utc>, required = false, read_only)]
    pub updated_at: ReadOnly,
}

impl Input for Replacement {
    fn read(fields: &mut Fields<'_>) -> Self {
        let id = fields.same_as_path("id");
        let NewProduct { name, price_cents } = NewProduct::read(fields);
        Self {
            id,
            name,
            price_cents,
            created_at: fields.ignored("created_at"),
            updated_at: fields.ignored("updated_at"),
        }
    }
}
