//! SQLite: how it is opened, and what its errors mean.

use std::{path::Path, time::Duration};

use sqlx::error::DatabaseError;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous};

pub type Driver = Sqlite;
pub type Connection = SqliteConnection;
pub type Options = SqliteConnectOptions;
pub type Row = SqliteRow;

/// Readers work side by side, but SQLite admits one writer at a time: more connections would only queue inside it.
pub const CONNECTIONS: u32 = 8;

/// The longest wait for a statement: a connection (2 s) and the lock for writing (5 s) come first.
pub const DEADLINE: Duration = Duration::from_secs(8);

/// The longest that all migrations together may take.
pub const MIGRATION: Duration = Duration::from_secs(3600);

/// For the statements of requests.
///
/// # Errors
/// If the folder of the database file is missing.
pub fn for_requests(options: &Options) -> anyhow::Result<Options> {
    let folder = options.get_filename().parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    anyhow::ensure!(folder.is_dir(), "the folder of the database is missing: {}", folder.display());
    // Readers go on while a write is made; a power cut may take the last writes, never the file. A write is a single
    // statement here, so it asks for the lock when it begins and can wait: nothing reads first and fails to upgrade.
    let options = options.clone().create_if_missing(true).busy_timeout(Duration::from_secs(5));
    Ok(options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal))
}

/// As [`for_requests`].
///
/// # Errors
/// As [`for_requests`].
pub fn for_migrations(options: &Options) -> anyhow::Result<Options> {
    for_requests(options)
}

/// Whether the statement may work in a moment: busy, locked, input/output error, disk full, cannot open.
pub fn is_outage(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &[5, 6, 10, 13, 14])
}

/// Whether it failed because of other statements, and so tells nothing of the file: busy, locked.
pub fn is_contention(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &[5, 6])
}

/// By SQLite's primary codes, the low byte.
fn is_any_of(error: &dyn DatabaseError, codes: &[u32]) -> bool {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| codes.contains(&(code & 0xff)))
}
