//! SQLite: how it is opened, and which of its errors mean "not now".

use std::{path::Path, time::Duration};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{error::DatabaseError, migrate::MigrateError};

pub type Pool = SqlitePool;
pub type Options = SqliteConnectOptions;

/// Readers work side by side, but SQLite lets one writer in at a time: more would only queue inside it.
pub const CONNECTIONS: u32 = 8;

/// Longest wait for a statement: a connection of the pool (2 s) and the lock for writing (5 s) come first.
pub const DEADLINE: Duration = Duration::from_secs(8);

/// Opens the pool. Nothing is read yet, but a path that cannot work is found now.
///
/// # Errors
/// If the folder of the database file is missing.
pub fn open(options: &Options) -> anyhow::Result<Pool> {
    let folder = options.get_filename().parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    anyhow::ensure!(folder.is_dir(), "the folder of the database is missing: {}", folder.display());
    // Readers go on while a write is made; a power cut may take the last writes, never the file. A write is a single
    // statement here, so it asks for the lock when it begins and can wait: nothing reads first and fails to upgrade.
    let options = options.clone().create_if_missing(true).busy_timeout(Duration::from_secs(5));
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
    Ok(pool.acquire_timeout(Duration::from_secs(2)).connect_lazy_with(options))
}

/// Carries out the files of `migrations/` that have not been yet; those of a later version may be there already.
///
/// # Errors
/// If the database does not answer, or refuses.
pub async fn migrate(pool: &Pool) -> Result<(), MigrateError> {
    sqlx::migrate!().set_ignore_missing(true).run(pool).await
}

/// Busy, locked, input/output error, disk full, cannot open (SQLite's primary codes, the low byte): the statement was
/// good, and may work in a moment.
pub fn is_outage(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| [5, 6, 10, 13, 14].contains(&(code & 0xff)))
}
