//! PostgreSQL: how it is opened, how its schema is brought up to date, and which of its errors mean "not now".

use std::{io, time::Duration};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, error::DatabaseError, migrate::MigrateError};
use tokio::time::timeout;

pub type Pool = PgPool;
pub type Options = PgConnectOptions;

/// What the server has (100, less a few, if nobody changed it) must suffice for all copies of the service, and for as
/// many again while a new version starts beside the old one.
pub const CONNECTIONS: u32 = 10;

/// Longest wait for a statement, for a connection of the pool (2 s) before it included. Longer than the server's own
/// limits, so that most often the server gives up and the connection stays good.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Longest that all migrations together may take.
const MIGRATION: Duration = Duration::from_secs(3600);

/// Opens the pool. Nothing is connected yet, since the server may come up after the service does.
///
/// # Errors
/// None: what can be wrong with the options was found when they were read.
pub fn open(options: &Options) -> anyhow::Result<Pool> {
    let limits = [("statement_timeout", "3s"), ("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "10s")];
    let options = options.clone().application_name(env!("CARGO_PKG_NAME")).options(limits);
    let pool = waiting().max_connections(CONNECTIONS).test_before_acquire(false);
    // After a quiet second the server may have been restarted; one that was just used is not worth the round trip.
    let pool = pool.before_acquire(|connection, meta| {
        let quiet = meta.idle_for > Duration::from_secs(1);
        Box::pin(async move { if quiet { connection.ping().await.map(|()| true) } else { Ok(true) } })
    });
    // A statement may have been given up. A connection that does not recover from that is closed, or those whose server
    // fell silent would never make room for new ones.
    let pool = pool.after_release(|connection, _| {
        Box::pin(async { timeout(DEADLINE, connection.ping()).await.map_err(io::Error::from)?.map(|()| true) })
    });
    Ok(pool.connect_lazy_with(options))
}

/// Carries out the files of `migrations/` that have not been yet; those of a later version may be there already. One
/// copy does so while others wait, on a connection without the limits of the pool: a migration may take its time.
///
/// # Errors
/// If the database does not answer, or refuses.
pub async fn migrate(pool: &Pool) -> Result<(), MigrateError> {
    let options = Options::clone(&pool.connect_options()).options([("statement_timeout", "0"), ("lock_timeout", "0")]);
    // Closed in the end, and with it goes the lock that a migration which failed still holds.
    let pool = waiting().max_connections(1).connect_lazy_with(options);
    let done = timeout(MIGRATION, sqlx::migrate!().set_ignore_missing(true).run(&pool)).await;
    done.unwrap_or_else(|late| Err(sqlx::Error::Io(late.into()).into()))
}

fn waiting() -> PgPoolOptions {
    PgPoolOptions::new().acquire_timeout(Duration::from_secs(2))
}

/// Connection lost, login refused, no such database, conflict, no resources, shut down or cancelled, input/output error
/// (SQLSTATE classes), a standby that takes no writes, idle for too long, lock not free: it may work in a moment.
pub fn is_outage(error: &dyn DatabaseError) -> bool {
    const CODES: [&str; 10] = ["08", "28", "3D", "40", "53", "57", "58", "25006", "25P03", "55P03"];
    error.code().is_some_and(|code| CODES.iter().any(|outage| code.starts_with(outage)))
}
