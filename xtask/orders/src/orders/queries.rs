//! The database operations on orders. The SQL is in `statements`.

use sqlx::{FromRow, Row as _};

use super::statements::{DELETE, FIND, INSERT, LIST, UPDATE};
use super::{NewOrder, Order, OrderReplacement};
use crate::platform::conditions::Conditions;
use crate::platform::resource::compare_and_write;
use crate::platform::{db::Database, engine::Row, error::Result};

impl FromRow<'_, Row> for Order {
    fn from_row(row: &Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            product_id: row.try_get("product_id")?,
            quantity: row.try_get("quantity")?,
            state: row.try_get("state")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

/// At most `limit` orders with ids greater than `after`.
pub async fn list(database: &Database, after: i64, limit: i64) -> Result<Vec<Order>> {
    database.run(sqlx::query_as(LIST).bind(after).bind(limit).fetch_all(&database.pool)).await
}

pub async fn find(database: &Database, id: i64) -> Result<Option<Order>> {
    database.run(sqlx::query_as(FIND).bind(id).fetch_optional(&database.pool)).await
}

/// # Errors
/// 409 if there is no such product.
pub async fn insert(database: &Database, new: &NewOrder) -> Result<Order> {
    let insert = sqlx::query_as(INSERT).bind(new.product_id).bind(new.quantity).bind(&new.state);
    database.run(insert.fetch_one(&database.pool)).await
}

/// The updated order, or `None` if no order has this id.
///
/// # Errors
/// 409 if there is no such product, 412 if the conditions of the request do not hold.
pub async fn update(
    database: &Database,
    id: i64,
    new: &OrderReplacement,
    conditions: &Conditions,
) -> Result<Option<Order>> {
    let write = |version| async move {
        let update = sqlx::query_as(UPDATE).bind(new.product_id).bind(new.quantity).bind(&new.state);
        database.run(update.bind(id).bind(version).fetch_optional(&database.pool)).await
    };
    compare_and_write(conditions, || find(database, id), write).await
}

/// `None` if no order has this id.
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
