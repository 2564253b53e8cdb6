//! The database: its schema, whether it answers, and what its errors mean to a client.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::{error::Error, error::Result, pool, pool::Pool, telemetry};

/// Returns once the database has answered, and is migrated if that is wished. It may well come up after the service
/// does, so this tries until it works.
pub async fn prepare(pool: &Pool, migrate: bool) {
    loop {
        let done = if migrate { pool::migrate(pool).await } else { pool.acquire().await.map(drop).map_err(Into::into) };
        let Err(error) = done else { return };
        tracing::warn!(%error, "the database is not ready, trying again");
        sleep(Duration::from_secs(1)).await;
    }
}

/// The result of a statement, or an error when it is not there in time: a connection may have died without a word.
pub async fn within<T>(statement: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
    Ok(timeout(pool::DEADLINE, statement).await.map_err(|_| Error::of(503).because("the database took too long"))??)
}

/// Whether the database answers at once.
pub async fn answers(pool: &Pool) -> bool {
    let query = sqlx::query("SELECT 1").execute(pool);
    matches!(timeout(Duration::from_millis(100), query).await, Ok(Ok(_)))
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            telemetry::count("db_pool_timeouts_total");
        }
        let code = match &error {
            sqlx::Error::Database(error) if error.is_unique_violation() => 409,
            sqlx::Error::Database(error) if !pool::is_outage(&**error) => 500,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => 500,
            _ => 503,
        };
        Self::of(code).because(error)
    }
}
