//! <% resource.title %>: their types and rules. `queries` has the database operations, `routes` the endpoints.

//= pub mod

use chrono::<% resource.chrono %>;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::input::<% resource.input %>;
use crate::platform::resource::Resource;
//~ for rule in resource.rules
use crate::platform::rules::<% rule %>::<% rule %>;
//~ endfor

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct <% resource.type %> {
    #[schema(minimum = 1, maximum = 9007199254740991i64)]
    pub id: i64,
//~ for field in resource.fields
<% field.in_response %>
//~ endfor
    pub created_at: DateTime<Utc>,
    /// Time of the last change
    pub updated_at: DateTime<Utc>,
}

impl Resource for <% resource.type %> {
    fn id(&self) -> i64 {
        self.id
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

/// The body of a request that adds <% resource.a %> <% resource.noun %>.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct New<% resource.type %> {
//~ for field in resource.fields
<% field.in_request %>
//~ endfor
}

impl Input for New<% resource.type %> {
    fn read(fields: &mut Fields<'_>) -> Self {
        <% resource.literal %>
    }
}

/// The body of a request that replaces <% resource.a %> <% resource.noun %>: the new values, or everything that was read, with changes.
#[derive(ToSchema)]
#[schema(as = <% resource.type %>Replacement)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// If present, must equal the id in the path
    #[schema(value_type = i64, required = false, read_only)]
    pub id: ReadOnly,
//~ for field in resource.fields
<% field.in_request %>
//~ endfor
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
        <% resource.destructured %>
        <% resource.replacement_literal %>
    }
}
