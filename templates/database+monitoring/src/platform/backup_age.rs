//! The time of the last backup, as a metric. Only the files are read, since each deployment makes backups in its own way.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, io};

use tokio::{task::spawn_blocking, time::sleep};

/// The time between two reads of the folder.
const INTERVAL: Duration = Duration::from_secs(5);

/// The name of a backup while it is being made.
const UNFINISHED: &str = "unfinished";

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Folder whose newest file is the last backup, so that its time is a metric; none by default
    #[arg(long, env, value_parser = absolute)]
    pub backup_folder: Option<PathBuf>,
}

/// Updates the metric regularly. Does not return.
pub async fn watch(settings: &Settings) {
    let gauge = metrics::gauge!("db_last_backup_timestamp_seconds");
    let Some(folder) = &settings.backup_folder else {
        // Every comparison with NaN is false, so no alert fires.
        gauge.set(f64::NAN);
        return pending().await;
    };
    let mut is_readable = true;
    loop {
        let path = folder.clone();
        // Reading a folder over a network may block.
        let read = spawn_blocking(move || newest(&path)).await.unwrap_or_else(|panic| Err(io::Error::other(panic)));
        if let Err(error) = &read
            && is_readable
        {
            tracing::warn!(error = error.to_string(), "the folder of the backups cannot be read");
        }
        is_readable = read.is_ok();
        let since = read.ok().flatten().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        gauge.set(since.unwrap_or_default().as_secs_f64());
        sleep(INTERVAL).await;
    }
}

/// The time at which the newest file of a folder was written.
fn newest(folder: &Path) -> io::Result<Option<SystemTime>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = match entry.metadata() {
            // An old backup that was deleted since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        if file.is_file() && entry.file_name() != UNFINISHED {
            newest = newest.max(Some(file.modified()?));
        }
    }
    Ok(newest)
}

fn absolute(text: &str) -> Result<PathBuf, &'static str> {
    let valid = text.starts_with('/') && !text.contains('\0');
    valid.then(|| text.into()).ok_or("not the path of a folder from the root: /…")
}
