//! Backups of the database file: made while the service runs, and restored while it does not.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::{io, time::Duration};

use anyhow::{Context, anyhow, bail, ensure};
use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteJournalMode;
use tokio::time::sleep;

use super::engine::{Connection, DEADLINE, Options, for_requests, is_contention};
use super::server::signalled;
use super::settings::{number, time};

/// The name of a backup, with the time at which it began.
const NAME: &str = "app-%Y%m%dT%H%M%SZ.db";

/// The pause after a scheduled backup that failed.
const RETRY: Duration = Duration::from_secs(60);

#[derive(Clone, clap::Args)]
pub struct Backup {
    /// The folder of the backups, best on another disk
    folder: PathBuf,
    /// Make a backup whenever the last one is older than this, until SIGTERM
    #[arg(long, value_parser = time("1min", "30d"))]
    every: Option<Duration>,
    /// The number of backups to keep; older ones are deleted
    #[arg(long, default_value = "14", value_parser = number::<usize>(1, 10_000))]
    keep: usize,
}

#[derive(Clone, clap::Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
}

impl Backup {
    /// # Errors
    /// If the backup cannot be made; a scheduled one is tried again instead.
    pub async fn run(&self, settings: &super::Settings) -> anyhow::Result<()> {
        let options = &settings.database.engine.database_url;
        let Some(every) = self.every else {
            println!("{}", self.make(options).await?.display());
            return Ok(());
        };
        let _flush = super::telemetry::init(&settings.telemetry);
        tokio::select! { never = self.repeat(options, every) => match never {}, () = signalled() => Ok(()) }
    }

    async fn repeat(&self, options: &Options, every: Duration) -> Infallible {
        loop {
            let wait = self.until_due(every);
            tracing::info!(seconds = wait.as_secs(), "waiting for the next backup");
            sleep(wait).await;
            match self.make(options).await {
                Ok(file) => tracing::info!(file = %file.display(), "a backup was made"),
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the backup failed");
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// The time until the last backup is as old as `every`: a restart of the schedule makes no additional one.
    fn until_due(&self, every: Duration) -> Duration {
        let last = backups(&self.folder).ok().and_then(|all| Some(all.last()?.0));
        // An age below zero comes from a clock that was set back.
        let age = last.map(|last| (Utc::now() - last).to_std().unwrap_or_default());
        age.map_or(Duration::ZERO, |age| every.saturating_sub(age))
    }

    /// Makes one backup and deletes those beyond the number to keep. The file gets its name once it is complete and on disk.
    async fn make(&self, options: &Options) -> anyhow::Result<PathBuf> {
        let path = std::path::absolute(&self.folder)?;
        let folder = File::open(&path).map_err(|error| anyhow!("cannot open {}: {error}", path.display()))?;
        folder.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => anyhow!("another backup is being made in this folder"),
            TryLockError::Error(error) => anyhow!("cannot lock {}: {error}", path.display()),
        })?;
        let unfinished = path.join("unfinished");
        unless_missing(fs::remove_file(&unfinished))?;
        let file = path.join(Utc::now().format(NAME).to_string());
        let text = unfinished.to_str().context("the path of the folder is not UTF-8")?;
        let mut database = Connection::connect_with(&for_requests(options, DEADLINE)?.create_if_missing(false)).await?;
        // One read transaction: it sees one state of the database, and does not block writes.
        sqlx::query("VACUUM INTO $1").bind(text).execute(&mut database).await?;
        database.close().await?;
        File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &file)?;
        folder.sync_all()?;
        delete_old(&path, self.keep).map_err(|error| anyhow!("{} was made, but {error}", file.display()))?;
        Ok(file)
    }
}

impl Restore {
    /// Replaces the database by the backup. The replaced file is kept beside it.
    ///
    /// # Errors
    /// If the backup is damaged, or a program has the database open.
    pub async fn run(&self, settings: &super::Settings) -> anyhow::Result<()> {
        let options = &settings.database.engine.database_url;
        let database = options.get_filename();
        self.check().await?;
        let unfinished = beside(database, ".unfinished");
        let copied = fs::copy(&self.file, &unfinished);
        copied.map_err(|error| anyhow!("cannot copy the backup to {}: {error}", unfinished.display()))?;
        File::open(&unfinished)?.sync_all()?;
        let replaced = beside(database, &Utc::now().format(".replaced-%Y%m%dT%H%M%SZ").to_string());
        let is_replaced = database.exists();
        if is_replaced {
            close(options).await?;
        }
        // Also without a database: SQLite would apply the writes in a `-wal` file that is left to the backup.
        for part in ["", "-wal", "-shm"] {
            unless_missing(fs::rename(beside(database, part), beside(&replaced, part)))?;
        }
        if is_replaced {
            println!("the replaced database is {}", replaced.display());
        }
        fs::rename(&unfinished, database)?;
        let folder = std::path::absolute(database)?;
        File::open(folder.parent().context("a file is in a folder")?)?.sync_all()?;
        Ok(())
    }

    async fn check(&self) -> anyhow::Result<()> {
        ensure!(self.file.is_file(), "there is no file {}", self.file.display());
        let mut backup = Connection::connect_with(&Options::new().filename(&self.file).read_only(true)).await?;
        let found = sqlx::query_scalar::<_, String>("PRAGMA integrity_check(1)").fetch_one(&mut backup).await;
        // A file of 0 bytes is a valid database without tables.
        let tables = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sqlite_schema").fetch_one(&mut backup).await;
        backup.close().await?;
        let found = found.map_err(|error| anyhow!("the backup cannot be read: {error}"))?;
        ensure!(found == "ok", "the backup is damaged: {}", found.lines().last().unwrap_or_default());
        ensure!(tables? > 0, "the backup is empty");
        Ok(())
    }
}

/// Moves the content of the `-wal` file into the database and removes that file, which is possible only while no other
/// program has the database open. A damaged database is left as it is.
///
/// # Errors
/// If a program has the database open.
async fn close(options: &Options) -> anyhow::Result<()> {
    let options = for_requests(options, DEADLINE)?.create_if_missing(false).journal_mode(SqliteJournalMode::Delete);
    match Connection::connect_with(&options).await {
        Ok(connection) => Ok(connection.close().await?),
        Err(sqlx::Error::Database(error)) if is_contention(&*error) => {
            bail!("the database is in use: stop the service first")
        }
        Err(_damaged) => Ok(()),
    }
}

/// Deletes all backups but this number of the newest.
fn delete_old(folder: &Path, keep: usize) -> anyhow::Result<()> {
    for (_, old) in backups(folder)?.iter().rev().skip(keep) {
        fs::remove_file(old).map_err(|error| anyhow!("cannot delete {}: {error}", old.display()))?;
    }
    Ok(())
}

/// The backups in a folder with their times, the oldest first. Other files are ignored.
fn backups(folder: &Path) -> io::Result<Vec<(DateTime<Utc>, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(Ok(time)) = name.to_str().map(|name| NaiveDateTime::parse_from_str(name, NAME)) {
            found.push((time.and_utc(), entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Treats a missing file as success.
fn unless_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
