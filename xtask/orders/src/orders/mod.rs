//! Orders: their types and rules. `queries` has the database operations, `routes` the endpoints.

pub mod queries;
pub mod routes;
pub mod statements;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::input::{Fields, Input, MAX_INTEGER, ReadOnly, Value, integer, text};
use crate::platform::resource::Resource;

const STATES: [&str; 3] = ["open", "paid", "shipped"];

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Order {
    #[schema(minimum = 1, maximum = 9007199254740991i64)]
    pub id: i64,
    #[schema(minimum = 1, maximum = 9007199254740991i64)]
    pub product_id: i64,
    #[schema(minimum = 1, maximum = 1000)]
    pub quantity: i64,
    #[schema(pattern = "^(open|paid|shipped)$")]
    pub state: String,
    pub created_at: DateTime<Utc>,
    /// Time of the last change
    pub updated_at: DateTime<Utc>,
}

impl Resource for Order {
    fn id(&self) -> i64 {
        self.id
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

/// The body of a request that adds an order.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The product that is ordered
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 1)]
    pub product_id: i64,
    #[schema(minimum = 1, maximum = 1000, example = 2)]
    pub quantity: i64,
    #[schema(pattern = "^(open|paid|shipped)$", example = "open")]
    pub state: String,
}

impl Input for NewOrder {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            product_id: fields.required("product_id", integer(1..=MAX_INTEGER)),
            quantity: fields.required("quantity", integer(1..=1000)),
            state: fields.required("state", state),
        }
    }
}

fn state(value: &Value<'_>) -> Result<String, String> {
    let state = text(1..=20)(value).ok().filter(|state| STATES.contains(&state.as_str()));
    state.ok_or_else(|| format!("must be one of: {}", STATES.join(", ")))
}

/// The body of a request that replaces an order: the new values, or everything that was read, with changes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderReplacement {
    /// If present, must equal the id in the path
    #[schema(value_type = i64, required = false, read_only)]
    pub id: ReadOnly,
    /// The product that is ordered
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 1)]
    pub product_id: i64,
    #[schema(minimum = 1, maximum = 1000, example = 2)]
    pub quantity: i64,
    #[schema(pattern = "^(open|paid|shipped)$", example = "paid")]
    pub state: String,
    /// Ignored
    #[schema(value_type = DateTime<Utc>, required = false, read_only)]
    pub created_at: ReadOnly,
    /// Ignored
    #[schema(value_type = DateTime<Utc>, required = false, read_only)]
    pub updated_at: ReadOnly,
}

impl Input for OrderReplacement {
    fn read(fields: &mut Fields<'_>) -> Self {
        let id = fields.same_as_path("id");
        let NewOrder { product_id, quantity, state } = NewOrder::read(fields);
        let (created_at, updated_at) = (fields.ignored("created_at"), fields.ignored("updated_at"));
        Self { id, product_id, quantity, state, created_at, updated_at }
    }
}
