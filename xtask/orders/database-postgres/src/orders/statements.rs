//! The SQL statements about orders, for PostgreSQL.

pub const LIST: &str = "SELECT id, product_id, quantity, state, created_at, updated_at FROM orders \
                        WHERE id > $1 ORDER BY id LIMIT $2";

pub const FIND: &str = "SELECT id, product_id, quantity, state, created_at, updated_at FROM orders WHERE id = $1";

pub const INSERT: &str = "INSERT INTO orders (product_id, quantity, state, created_at, updated_at) \
                          VALUES ($1, $2, $3, now(), now()) \
                          RETURNING id, product_id, quantity, state, created_at, updated_at";

/// Updates version `$5`, or any version if that is null.
pub const UPDATE: &str = "UPDATE orders SET product_id = $1, quantity = $2, state = $3, \
                          updated_at = greatest(now(), updated_at + interval '1 microsecond') \
                          WHERE id = $4 AND ($5::timestamptz IS NULL OR updated_at = $5) \
                          RETURNING id, product_id, quantity, state, created_at, updated_at";

/// Deletes version `$2`, or any version if that is null.
pub const DELETE: &str = "DELETE FROM orders WHERE id = $1 AND ($2::timestamptz IS NULL OR updated_at = $2)";
