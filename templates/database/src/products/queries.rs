//! The database operations on products. The SQL is in `statements`.

use sqlx::{FromRow, Row as _};

use super::statements::{DELETE, FIND, INSERT, LIST, UPDATE};
use super::{NewProduct, Product, Replacement};
use crate::platform::conditions::Conditions;
use crate::platform::resource::compare_and_write;
use crate::platform::{db::Database, engine::Row, error::Result};

const NAME_TAKEN: &str = "a product with this name exists";

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

/// At most `limit` products with ids greater than `after`.
pub async fn list(database: &Database, after: i64, limit: i64) -> Result<Vec<Product>> {
    database.run(sqlx::query_as(LIST).bind(after).bind(limit).fetch_all(&database.pool)).await
}

pub async fn find(database: &Database, id: i64) -> Result<Option<Product>> {
    database.run(sqlx::query_as(FIND).bind(id).fetch_optional(&database.pool)).await
}

/// # Errors
/// 409 if a product has this name.
pub async fn insert(database: &Database, new: &NewProduct) -> Result<Product> {
    let insert = sqlx::query_as(INSERT).bind(&new.name).bind(new.price_cents);
    database.run_unique(insert.fetch_one(&database.pool), NAME_TAKEN).await
}

/// The updated product, or `None` if no product has this id.
///
/// # Errors
/// 409 if another product has this name, 412 if the conditions of the request do not hold.
pub async fn update(
    database: &Database,
    id: i64,
    new: &Replacement,
    conditions: &Conditions,
) -> Result<Option<Product>> {
    let write = |version| async move {
        let update = sqlx::query_as(UPDATE).bind(&new.name).bind(new.price_cents).bind(id).bind(version);
        database.run_unique(update.fetch_optional(&database.pool), NAME_TAKEN).await
    };
    compare_and_write(conditions, || find(database, id), write).await
}

/// `None` if no product has this id.
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
