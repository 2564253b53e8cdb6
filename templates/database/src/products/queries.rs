//! What is done with products in the database. The statements themselves are in `statements`.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row as _};

use super::statements::{DELETE, FIND, INSERT, LIST, UPDATE};
use super::{NewProduct, Product, Replacement};
use crate::platform::{conditions::Conditions, db::Database, engine::Row, error::Result};

impl FromRow<'_, Row> for Product {
    fn from_row(row: &Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            price_cents: row.try_get("price_cents")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

/// At most `limit` products whose ids follow `after`.
pub async fn list(database: &Database, after: i64, limit: i64) -> Result<Vec<Product>> {
    database.run(sqlx::query_as(LIST).bind(after).bind(limit).fetch_all(&database.pool)).await
}

pub async fn find(database: &Database, id: i64) -> Result<Option<Product>> {
    database.run(sqlx::query_as(FIND).bind(id).fetch_optional(&database.pool)).await
}

pub async fn insert(database: &Database, new: &NewProduct) -> Result<Product> {
    database.run(sqlx::query_as(INSERT).bind(&new.name).bind(new.price_cents).fetch_one(&database.pool)).await
}

/// The product as it is now, or `None` if there is none of this id.
///
/// # Errors
/// 412 if the conditions of the request do not hold.
pub async fn update(
    database: &Database,
    id: i64,
    new: &Replacement,
    conditions: &Conditions,
) -> Result<Option<Product>> {
    while let Some(version) = compare(database, id, conditions).await? {
        let update = sqlx::query_as(UPDATE).bind(&new.name).bind(new.price_cents).bind(id).bind(version);
        let updated = database.run(update.fetch_optional(&database.pool)).await?;
        if updated.is_some() || version.is_none() {
            return Ok(updated);
        }
    }
    Ok(None)
}

/// Whether there was one.
///
/// # Errors
/// 412 if the conditions of the request do not hold.
pub async fn delete(database: &Database, id: i64, conditions: &Conditions) -> Result<bool> {
    while let Some(version) = compare(database, id, conditions).await? {
        let delete = sqlx::query(DELETE).bind(id).bind(version);
        let deleted = database.run(delete.execute(&database.pool)).await?.rows_affected() > 0;
        if deleted || version.is_none() {
            return Ok(deleted);
        }
    }
    Ok(false)
}

/// The version that a write may replace, `None` inside for any: a request without conditions. `None` if there is none.
///
/// The statement that writes names this version, so nothing is written over a change that came between: it finds no
/// row, and the conditions are held against the product as it is then.
async fn compare(database: &Database, id: i64, conditions: &Conditions) -> Result<Option<Option<DateTime<Utc>>>> {
    if conditions.are_absent() {
        return Ok(Some(None));
    }
    let Some(current) = find(database, id).await? else { return Ok(None) };
    conditions.allow(&current.tag())?;
    Ok(Some(Some(current.updated_at)))
}
