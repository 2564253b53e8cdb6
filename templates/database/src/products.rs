//! Products in the database: their shape, their rules, and every statement about them.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;

use crate::{db, error::Result, pool::Pool};

//~ if cache_redis or cache_memcached
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
//~ else
#[derive(Clone, Debug, Serialize, sqlx::FromRow, ToSchema)]
//~ endif
pub struct Product {
    pub id: i64,
    pub name: String,
    pub price_cents: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a client may say of a product.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Unique; no control characters
    #[garde(length(chars, min = 1, max = 200), custom(printable))]
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$", example = "Tea")]
    pub name: String,
    #[garde(range(min = 0))]
    #[schema(minimum = 0, example = 450)]
    #[serde(deserialize_with = "whole")]
    pub price_cents: i64,
}

/// JSON knows no difference between `450` and `450.0`. Beyond 2^53 a float is no exact number any more.
fn whole<'de, D: Deserializer<'de>>(json: D) -> std::result::Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(json)?;
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15).map(|float| float as i64);
    number.as_i64().or(float).ok_or_else(|| D::Error::custom("expected a whole number of 64 bits"))
}

fn printable(name: &str, (): &()) -> garde::Result {
    let control = name.chars().any(char::is_control);
    if control { Err(garde::Error::new("control characters are not allowed")) } else { Ok(()) }
}

/// A page in the order of the primary key: the last is found as fast as the first.
///
/// Like each statement it names its columns: `*` would be another set of them once the next version has added one.
pub const LIST: &str = "SELECT id, name, price_cents, created_at, updated_at FROM products \
                        WHERE id > $1 ORDER BY id LIMIT $2";
const FIND: &str = "SELECT id, name, price_cents, created_at, updated_at FROM products WHERE id = $1";
const INSERT: &str = "INSERT INTO products (name, price_cents, created_at, updated_at) VALUES ($1, $2, $3, $3) \
                      RETURNING id, name, price_cents, created_at, updated_at";
const UPDATE: &str = "UPDATE products SET name = $1, price_cents = $2, updated_at = $3 WHERE id = $4 \
                      RETURNING id, name, price_cents, created_at, updated_at";
const DELETE: &str = "DELETE FROM products WHERE id = $1";

/// At most `limit` products whose ids follow `after`.
pub async fn list(pool: &Pool, after: i64, limit: i64) -> Result<Vec<Product>> {
    db::within(sqlx::query_as(LIST).bind(after).bind(limit).fetch_all(pool)).await
}

pub async fn find(pool: &Pool, id: i64) -> Result<Option<Product>> {
    db::within(sqlx::query_as(FIND).bind(id).fetch_optional(pool)).await
}

pub async fn insert(pool: &Pool, new: &NewProduct) -> Result<Product> {
    let insert = sqlx::query_as(INSERT).bind(&new.name).bind(new.price_cents).bind(Utc::now());
    db::within(insert.fetch_one(pool)).await
}

/// The product as it is now, or `None` if there is none of this id.
pub async fn update(pool: &Pool, id: i64, new: &NewProduct) -> Result<Option<Product>> {
    let update = sqlx::query_as(UPDATE).bind(&new.name).bind(new.price_cents).bind(Utc::now()).bind(id);
    db::within(update.fetch_optional(pool)).await
}

/// Whether there was one.
pub async fn delete(pool: &Pool, id: i64) -> Result<bool> {
    Ok(db::within(sqlx::query(DELETE).bind(id).execute(pool)).await?.rows_affected() > 0)
}
