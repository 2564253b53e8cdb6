//! The SQL statements about products, for PostgreSQL. Each lists its columns: `*` would change once the next version
//! has added one. Times are from the database's clock.

/// A page in the order of the primary key: the last page is found as fast as the first.
pub const LIST: &str = "SELECT id, name, price_cents, created_at, updated_at FROM products \
                        WHERE id > $1 ORDER BY id LIMIT $2";

pub const FIND: &str = "SELECT id, name, price_cents, created_at, updated_at FROM products WHERE id = $1";

pub const INSERT: &str = "INSERT INTO products (name, price_cents, created_at, updated_at) \
                          VALUES ($1, $2, now(), now()) \
                          RETURNING id, name, price_cents, created_at, updated_at";

/// Updates version `$4`, or any version if that is null. Two versions differ by at least a microsecond, even if the
/// clock stands still or goes back, so that each has a unique entity tag.
pub const UPDATE: &str = "UPDATE products SET name = $1, price_cents = $2, \
                          updated_at = greatest(now(), updated_at + interval '1 microsecond') \
                          WHERE id = $3 AND ($4::timestamptz IS NULL OR updated_at = $4) \
                          RETURNING id, name, price_cents, created_at, updated_at";

/// Deletes version `$2`, or any version if that is null.
pub const DELETE: &str = "DELETE FROM products WHERE id = $1 AND ($2::timestamptz IS NULL OR updated_at = $2)";
