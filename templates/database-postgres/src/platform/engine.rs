//! PostgreSQL: how it is opened, and what its errors mean.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, Postgres};

pub type Driver = Postgres;
pub type Connection = PgConnection;
pub type Options = PgConnectOptions;
pub type Row = PgRow;

/// What the server has (100, less a few, by default) must suffice for all replicas of the service, and for as many again
/// while a new version starts beside the old one.
pub const CONNECTIONS: u32 = 10;

/// The longest wait for a statement, for a connection (2 s) before it included. Longer than the server's own limits, so
/// that most often the server gives up and the connection stays good.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// The longest that all migrations together may take, the wait for those of another replica included.
pub const MIGRATION: Duration = Duration::from_secs(3600);

/// For the statements of requests.
///
/// # Errors
/// None: what can be wrong with the options was found when they were read.
pub fn for_requests(options: &Options) -> anyhow::Result<Options> {
    let limits = [("statement_timeout", "3s"), ("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "10s")];
    Ok(options.clone().application_name(env!("CARGO_PKG_NAME")).options(limits))
}

/// Without those limits: a migration may take its time.
///
/// # Errors
/// As [`for_requests`].
pub fn for_migrations(options: &Options) -> anyhow::Result<Options> {
    Ok(for_requests(options)?.options([("statement_timeout", "0"), ("lock_timeout", "0")]))
}

/// Whether the statement may work in a moment: connection lost, login refused, no such database, conflict, no resources,
/// shut down or cancelled, input/output error (SQLSTATE classes), a standby that takes no writes, idle for too long, lock
/// not free.
pub fn is_outage(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &["08", "28", "3D", "40", "53", "57", "58", "25006", "25P03", "55P03"])
}

/// Whether it failed because of other statements or of its own length, and so tells nothing of the server.
pub fn is_contention(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &["40", "57014", "25P03", "55P03"])
}

fn is_any_of(error: &dyn DatabaseError, codes: &[&str]) -> bool {
    error.code().is_some_and(|code| codes.iter().any(|class| code.starts_with(class)))
}
