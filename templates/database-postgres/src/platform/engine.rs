//! PostgreSQL: connection options and classification of errors.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, Postgres};

pub type Driver = Postgres;
pub type Connection = PgConnection;
pub type Options = PgConnectOptions;
pub type Row = PgRow;

/// The connections of each replica. The server's limit (slightly below 100 by default) must suffice for all replicas,
/// and for as many again while a new version starts beside the old one.
pub const CONNECTIONS: u32 = 10;

/// The time-out for a statement, including the wait for a connection (2 s). Longer than the server's own limits, so
/// that usually the server cancels the statement and the connection stays usable.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// The time-out for all migrations together, including the wait for those of another replica.
pub const MIGRATION: Duration = Duration::from_secs(3600);

/// The options for connections that serve requests.
///
/// # Errors
/// None: the options were validated when they were parsed.
pub fn for_requests(options: &Options) -> anyhow::Result<Options> {
    let limits = [("statement_timeout", "3s"), ("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "10s")];
    Ok(options.clone().application_name(env!("CARGO_PKG_NAME")).options(limits))
}

/// The options for migrations, which have no time-outs for statements and locks.
///
/// # Errors
/// As [`for_requests`].
pub fn for_migrations(options: &Options) -> anyhow::Result<Options> {
    Ok(for_requests(options)?.options([("statement_timeout", "0"), ("lock_timeout", "0")]))
}

/// Whether a retry may succeed soon: connection lost, login refused, no such database, conflict, no resources, shut
/// down or cancelled, input/output error (SQLSTATE classes), a read-only standby, idle for too long, lock not
/// available.
pub fn is_outage(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &["08", "28", "3D", "40", "53", "57", "58", "25006", "25P03", "55P03"])
}

/// Whether it failed because of other statements or its own duration, so that the server works.
pub fn is_contention(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &["40", "57014", "25P03", "55P03"])
}

fn is_any_of(error: &dyn DatabaseError, codes: &[&str]) -> bool {
    error.code().is_some_and(|code| codes.iter().any(|class| code.starts_with(class)))
}
