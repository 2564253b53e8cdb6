//! Database migrations: the files of `migrations/`, applied only by the commands `migrate` and `serve`.

use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{anyhow, bail, ensure};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, SqlSafeStr};
use tokio::time::{sleep, timeout};

use super::breaker::Failure;
use super::engine::{self, Connection, DEADLINE, MIGRATION, Options};

/// The version, the name and the content of each file of `migrations/`, as `build.rs` lists them.
const FILES: &[(i64, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The migrations that this version knows. A later version may have applied more.
static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrations = Migrator::with_migrations(FILES.iter().copied().map(migration).collect());
    migrations.set_ignore_missing(true);
    migrations
});

/// The time-out for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Applies pending migrations on a connection without the time-outs of requests, and returns the number of migrations that
/// this version does not know.
///
/// # Errors
/// If the database does not respond or refuses, or if a migration fails or differs from the applied one.
pub async fn migrate(options: &Options) -> anyhow::Result<usize> {
    // Closing this connection at the end releases the lock of a failed migration.
    let mut connection = connect(&engine::for_migrations(options)?).await?;
    // Like `run`, whose `Acquire` bound cannot be used in a task.
    timeout(MIGRATION, MIGRATIONS.run_direct(None, &mut connection, false)).await.map_err(io::Error::from)??;
    Ok(count_unknown(&applied(connection).await?))
}

/// The command `migrate`.
///
/// # Errors
/// As [`migrate`], and if the database is ahead of this version.
pub async fn command(options: &Options) -> anyhow::Result<()> {
    match migrate(options).await? {
        0 => Ok(()),
        unknown => bail!("the database is ahead of this version: it has {unknown} unknown migrations"),
    }
}

/// Waits until the database responds and has every migration, and applies them itself if `migrate_first` is set. Retries
/// forever, since the database may start after the service. Returns the number of migrations that this version does not
/// know.
///
/// # Errors
/// If a retry cannot help: a migration fails, or differs from the applied one.
pub async fn prepare(options: &Options, migrate_first: bool) -> anyhow::Result<usize> {
    loop {
        let prepared = if migrate_first { migrate(options).await } else { check(options).await };
        match prepared {
            Ok(unknown) => return Ok(unknown),
            Err(error) if is_final(&error) => return Err(anyhow!("the database cannot be migrated: {error}")),
            Err(error) => {
                tracing::warn!(error = error.to_string(), "the database is not ready, trying again");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// As [`migrate`], without applying any: pending migrations are an error.
async fn check(options: &Options) -> anyhow::Result<usize> {
    let applied = applied(connect(&engine::for_requests(options, DEADLINE)?).await?).await?;
    let pending = MIGRATIONS.iter().filter(|migration| !applied.contains(&migration.version)).count();
    ensure!(pending == 0, "{pending} migrations are pending: run the command `migrate`");
    Ok(count_unknown(&applied))
}

/// One file, parsed like `sqlx::migrate!`.
fn migration((version, name, sql): (i64, &'static str, &'static str)) -> Migration {
    let kind = MigrationType::from_filename(name);
    let description = name.trim_end_matches(kind.suffix()).replace('_', " ");
    let no_transaction = sql.starts_with("-- no-transaction");
    Migration::new(version, description.into(), kind, sql.into_sql_str(), no_transaction)
}

async fn connect(options: &Options) -> anyhow::Result<Connection> {
    let connection = timeout(CONNECT_TIMEOUT, Connection::connect_with(options)).await;
    Ok(connection.map_err(|_elapsed| late(CONNECT_TIMEOUT))??)
}

/// The versions of the applied migrations. Closes the connection, which may be dead without an error: therefore the
/// time-out.
async fn applied(mut connection: Connection) -> anyhow::Result<Vec<i64>> {
    let select = format!("SELECT version FROM {}", MIGRATIONS.table_name);
    let read = async {
        let applied = match sqlx::query_scalar(AssertSqlSafe(select)).fetch_all(&mut connection).await {
            // Without the table of migrations, none was applied.
            Err(sqlx::Error::Database(error)) if engine::is_missing_table(&*error) => Vec::new(),
            applied => applied?,
        };
        connection.close().await.ok();
        Ok(applied)
    };
    timeout(DEADLINE, read).await.map_err(|_elapsed| late(DEADLINE))?
}

/// The number of applied migrations that this version does not know: it was rolled back, or a later version is being
/// deployed.
fn count_unknown(applied: &[i64]) -> usize {
    applied.iter().filter(|version| !MIGRATIONS.version_exists(**version)).count()
}

fn late(limit: Duration) -> anyhow::Error {
    anyhow!("the database does not answer within {limit:?}")
}

/// Whether a retry would fail in the same way.
fn is_final(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        Some(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => match error {
            sqlx::Error::Database(error) => !engine::is_outage(&**error),
            error => !error.is_outage(),
        },
        Some(_) => true,
        None => false,
    }
}
