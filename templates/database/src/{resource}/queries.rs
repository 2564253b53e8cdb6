//! The database operations on <% resource.nouns %>. The SQL is in `statements`.

use sqlx::{FromRow, Row as _};

use super::statements::{DELETE, FIND, INSERT, LIST, UPDATE};
use super::<% resource.own_types %>;
use crate::platform::conditions::Conditions;
use crate::platform::resource::compare_and_write;
use crate::platform::{db::Database, engine::Row, error::Result};

//~ for line in resource.taken_const
<% line %>
//~ endfor
impl FromRow<'_, Row> for <% resource.type %> {
    fn from_row(row: &Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            //~ for field in resource.fields
            <% field.name %>: row.try_get("<% field.name %>")?,
            //~ endfor
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

/// At most `limit` <% resource.nouns %> with ids greater than `after`.
pub async fn list(database: &Database, after: i64, limit: i64) -> Result<Vec<<% resource.type %>>> {
    database.run(sqlx::query_as(LIST).bind(after).bind(limit).fetch_all(&database.pool)).await
}

pub async fn find(database: &Database, id: i64) -> Result<Option<<% resource.type %>>> {
    database.run(sqlx::query_as(FIND).bind(id).fetch_optional(&database.pool)).await
}

//~ for line in resource.insert_errors
<% line %>
//~ endfor
<% resource.insert_signature %>
    <% resource.insert %>
    <% resource.run_insert %>
}

/// The updated <% resource.noun %>, or `None` if no <% resource.noun %> has this id.
///
/// # Errors
/// <% resource.update_errors %>412 if the conditions of the request do not hold.
<% resource.update_signature %>
    let write = |version| async move {
        <% resource.update %>
        <% resource.run_update %>
    };
    compare_and_write(conditions, || find(database, id), write).await
}

/// `None` if no <% resource.noun %> has this id.
///
/// # Errors
/// 412 if the conditions of the request do not hold.
pub async fn delete(database: &Database, id: i64, conditions: &Conditions) -> Result<Option<()>> {
    let write = |version| async move {
        let delete = sqlx::query(DELETE).bind(id).bind(version);
        let deleted = database.run(delete.execute(&database.pool)).await?.rows_affected();
        Ok((deleted > 0).then_some(()))
    };
    compare_and_write(conditions, || find(database, id), write).await
}
