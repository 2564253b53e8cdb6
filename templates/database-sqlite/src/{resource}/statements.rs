//! The SQL statements about <% resource.nouns %>, for SQLite. Times are from the database's clock.
//!
//! Each statement lists its columns: `*` would change once the next version has added one.

/// A page in the order of the primary key: the last page is found as fast as the first.
pub const LIST: &str = "SELECT <% resource.columns %> \
                        FROM <% resource.name %> WHERE id > $1 ORDER BY id LIMIT $2";

pub const FIND: &str = "SELECT <% resource.columns %> \
                        FROM <% resource.name %> WHERE id = $1";

pub const INSERT: &str = "INSERT INTO <% resource.name %> \
                              (<% resource.inserted %>) \
                          VALUES (<% resource.places %>, \
                              strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) \
                          RETURNING <% resource.columns %>";

/// Updates version `<% resource.version_place %>`, or any version if that is null.
///
/// Two versions differ by at least a millisecond, even if the clock stands still or goes back, so that each has its own
/// entity tag.
pub const UPDATE: &str = "UPDATE <% resource.name %> SET \
                              <% resource.sets %>, \
                              updated_at = max( \
                                  strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), \
                                  strftime('%Y-%m-%dT%H:%M:%fZ', updated_at, '+0.001 seconds')) \
                          WHERE id = <% resource.id_place %> AND (<% resource.version_place %> IS NULL OR \
                              strftime('%FT%R:%f', updated_at) = strftime('%FT%R:%f', <% resource.version_place %>)) \
                          RETURNING <% resource.columns %>";

/// Deletes version `$2`, or any version if that is null.
pub const DELETE: &str = "DELETE FROM <% resource.name %> \
                          WHERE id = $1 AND ($2 IS NULL OR \
                              strftime('%FT%R:%f', updated_at) = strftime('%FT%R:%f', $2))";
