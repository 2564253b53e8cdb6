//! The time of the last backup, as a metric. Only the files are read, since each deployment makes backups in its own way.

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
    loop {
        let seconds = match settings.backup_folder.clone() {
            Some(folder) => {
                // Reading a folder over a network may block.
                let newest = spawn_blocking(move || newest(&folder).ok().flatten()).await.ok().flatten();
                let since = newest.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                since.unwrap_or_default().as_secs_f64()
            }
            // Every comparison with NaN is false, so no alert fires.
            None => f64::NAN,
        };
        gauge.set(seconds);
        sleep(INTERVAL).await;
    }
}

/// The time at which the newest file of a folder was written.
fn newest(folder: &Path) -> io::Result<Option<SystemTime>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.metadata()?;
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
