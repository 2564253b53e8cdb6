//! Keyset pagination by id. A page starts after an id, so the last one is found as fast as the first.

use serde::Serialize;
use utoipa::openapi::schema::Array;
use utoipa::{IntoParams, ToSchema};

use super::input::{Fields, Input, MAX_INTEGER, integer};
use super::resource::{Resource, reference};

/// The page that a client requests.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Maximum number of items
    #[param(value_type = i64, required = false, minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// Only items after this id; the `next` of the previous page
    #[param(value_type = i64, required = false, minimum = 0, maximum = 9007199254740991i64)]
    after: Option<i64>,
}

/// One page of a list
#[derive(Serialize, ToSchema)]
pub struct Paged<T: ToSchema> {
    #[schema(schema_with = list::<T>)]
    data: Vec<T>,
    /// The `after` of the next page; null on the last page
    next: Option<i64>,
}

impl Input for Page {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            limit: fields.optional("limit", integer(1..=100)),
            after: fields.optional("after", integer(0..=MAX_INTEGER)),
        }
    }
}

impl Page {
    pub fn after(&self) -> i64 {
        self.after.unwrap_or(0)
    }

    /// The number of rows to read: one more than the page, to find out whether there is a next page.
    pub fn rows(&self) -> i64 {
        self.limit() + 1
    }

    /// Builds the page from these rows.
    pub fn of<T: Resource + ToSchema>(&self, mut rows: Vec<T>) -> Paged<T> {
        let has_next = rows.len() as i64 > self.limit();
        if has_next {
            rows.pop();
        }
        let next = rows.last().filter(|_| has_next).map(T::id);
        Paged { data: rows, next }
    }

    fn limit(&self) -> i64 {
        self.limit.unwrap_or(20)
    }
}

fn list<T: ToSchema>() -> Array {
    Array::new(reference::<T>())
}
