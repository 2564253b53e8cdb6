//! SQLite: its URL, connection options and classification of errors.

use std::{path::Path, time::Duration};

use sqlx::error::DatabaseError;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous};

pub type Driver = Sqlite;
pub type Connection = SqliteConnection;
pub type Options = SqliteConnectOptions;
pub type Row = SqliteRow;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// URL of the database file
    #[arg(long, env, default_value = "sqlite://data/app.db", value_parser = read_url)]
    pub database_url: Options,
}

/// Readers run in parallel, but SQLite allows one writer at a time: more connections would only queue inside it.
pub const CONNECTIONS: u32 = 8;

/// The time-out for a statement, including the waits for a connection (2 s) and for the write lock (5 s), if that of
/// its request is not shorter.
pub const DEADLINE: Duration = Duration::from_secs(8);

/// The time-out for all migrations together. Instances that start together do not take turns: one may fail because the
/// other has applied the same migration, and succeeds when it is started again.
pub const MIGRATION: Duration = Duration::from_secs(3600);

/// Parses the URL of a persistent, writable database file.
///
/// # Errors
/// If it is any other URL: SQLite also has in-memory and private temporary databases, which would lose data.
pub fn read_url(text: &str) -> Result<Options, &'static str> {
    let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, "mode=rwc"));
    let special = path.is_empty() || path.starts_with([':', '#']) || path.starts_with("file:") || path.ends_with('/');
    let valid = |options: &Options| {
        let name = options.get_filename().to_str().unwrap_or_default();
        !special && !name.trim().is_empty() && !name.contains('\0') && ["mode=rwc", "mode=rw"].contains(&query)
    };
    let rule = "not the URL of a file, such as sqlite://data/app.db (in its path `%` is %25, `?` is %3F, `#` is %23)";
    text.parse().ok().filter(valid).ok_or(rule)
}

/// The options for connections that serve requests, whose statements have this deadline. The wait for the write lock is
/// proportional to it: 5 s with [`DEADLINE`].
///
/// # Errors
/// If the directory of the database file is missing.
pub fn for_requests(options: &Options, deadline: Duration) -> anyhow::Result<Options> {
    let folder = options.get_filename().parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    anyhow::ensure!(folder.is_dir(), "the directory of the database is missing: {}", folder.display());
    // WAL: reads continue during a write; a power failure may lose the last writes but does not corrupt the file. A
    // write is a single statement, so it can wait for the lock at its start and never has to upgrade a read lock.
    let options = options.clone().create_if_missing(true).busy_timeout(deadline * 5 / 8);
    Ok(options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal))
}

/// The options for migrations: those of [`for_requests`].
///
/// # Errors
/// As [`for_requests`].
pub fn for_migrations(options: &Options) -> anyhow::Result<Options> {
    for_requests(options, DEADLINE)
}

/// Whether a retry may succeed soon: busy, locked, input/output error, disk full, cannot open.
pub fn is_outage(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &[5, 6, 10, 13, 14])
}

/// Whether it failed because of other statements, so that the file works: busy, locked.
pub fn is_contention(error: &dyn DatabaseError) -> bool {
    is_any_of(error, &[5, 6])
}

/// Whether a table of the statement does not exist. SQLite has no code of its own for that.
pub fn is_missing_table(error: &dyn DatabaseError) -> bool {
    error.message().starts_with("no such table")
}

/// Compares SQLite's primary error code, the low byte.
fn is_any_of(error: &dyn DatabaseError, codes: &[u32]) -> bool {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| codes.contains(&(code & 0xff)))
}
