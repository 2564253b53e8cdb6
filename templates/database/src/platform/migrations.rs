//! The schema of the database, brought up to date by the files of `migrations/`. Only `migrate` and `serve` do that.

use std::collections::BTreeSet;
use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{anyhow, bail};
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection as _, SqlSafeStr};
use tokio::time::{sleep, timeout};

use super::breaker::Failure;
use super::engine::{self, Connection, MIGRATION, Options};

/// The version, the name and the content of each file of `migrations/`, as `build.rs` lists them.
const FILES: &[(i64, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The migrations that this version knows. A later version may have carried out more.
static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrations = Migrator::with_migrations(FILES.iter().copied().map(migration).collect());
    migrations.set_ignore_missing(true);
    migrations
});

/// The longest that a connection takes to be made.
const CONNECT: Duration = Duration::from_secs(2);

/// How far the database is.
#[derive(Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// Migrations of a later version were carried out, so many: it may be this version that is rolled back to, or a later
    /// one that is being rolled out.
    Ahead(usize),
}

/// Carries out the migrations that have not been yet. One replica does so while others wait, on a connection without the
/// limits of requests.
///
/// # Errors
/// If the database does not answer or refuses, or if a migration fails or is not what was carried out.
pub async fn migrate(options: &Options) -> anyhow::Result<Schema> {
    // Closed in the end, and with it goes the lock that a migration which failed still holds.
    let mut connection = connect(&engine::for_migrations(options)?).await?;
    // As `run`, whose bound on `Acquire` is one that a task cannot meet.
    timeout(MIGRATION, MIGRATIONS.run_direct(None, &mut connection, false)).await.map_err(io::Error::from)??;
    let schema = compare(&mut connection).await?;
    connection.close().await.ok();
    Ok(schema)
}

/// The command `migrate`.
///
/// # Errors
/// As [`migrate`], and if the database is ahead of this version.
pub async fn command(options: &Options) -> anyhow::Result<()> {
    match migrate(options).await? {
        Schema::Current => Ok(()),
        Schema::Ahead(migrations) => {
            bail!("the database is ahead of this version: it has {migrations} migrations that are not known here")
        }
    }
}

/// Returns once the database has answered, and is migrated if that is wished. It may come up after the service does, so
/// this tries until it works.
///
/// # Errors
/// If trying again cannot help: a migration fails, or is not what was carried out.
pub async fn prepare(options: &Options, migrate_first: bool) -> anyhow::Result<()> {
    loop {
        let schema = if migrate_first { migrate(options).await } else { check(options).await };
        match schema {
            Ok(schema) => {
                schema.report();
                return Ok(());
            }
            Err(error) if is_final(&error) => return Err(anyhow!("the database cannot be migrated: {error}")),
            Err(error) => {
                tracing::warn!(error = error.to_string(), "the database is not ready, trying again");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// How far the database is, as it is.
async fn check(options: &Options) -> anyhow::Result<Schema> {
    let mut connection = connect(&engine::for_requests(options)?).await?;
    connection.ping().await?;
    // Without the table of migrations there are none.
    let schema = compare(&mut connection).await.unwrap_or(Schema::Current);
    connection.close().await.ok();
    Ok(schema)
}

/// One file, read as `sqlx::migrate!` reads it.
fn migration((version, name, sql): (i64, &'static str, &'static str)) -> Migration {
    let kind = MigrationType::from_filename(name);
    let description = name.trim_end_matches(kind.suffix()).replace('_', " ");
    let no_transaction = sql.starts_with("-- no-transaction");
    Migration::new(version, description.into(), kind, sql.into_sql_str(), no_transaction)
}

async fn connect(options: &Options) -> anyhow::Result<Connection> {
    let connection = timeout(CONNECT, Connection::connect_with(options)).await;
    Ok(connection.map_err(|_elapsed| anyhow!("the database does not answer within {CONNECT:?}"))??)
}

async fn compare(connection: &mut Connection) -> Result<Schema, MigrateError> {
    let applied = connection.list_applied_migrations(&MIGRATIONS.table_name).await?;
    let applied: BTreeSet<i64> = applied.into_iter().map(|migration| migration.version).collect();
    let unknown = applied.iter().filter(|version| !MIGRATIONS.version_exists(**version)).count();
    Ok(if unknown == 0 { Schema::Current } else { Schema::Ahead(unknown) })
}

/// Whether the same would happen again.
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

impl Schema {
    fn report(self) {
        let migrations = match self {
            Self::Current => 0,
            Self::Ahead(migrations) => migrations,
        };
        if migrations > 0 {
            tracing::warn!(migrations, "the database is ahead of this version");
        }
        //~ if monitoring
        metrics::gauge!("db_migrations_ahead").set(migrations as f64);
        //~ endif
    }
}
