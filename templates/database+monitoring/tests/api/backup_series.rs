//! The time of the last backup.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use crate::scrape::Scrape;
use crate::series::rises;
use crate::support::server::TestServer;
use crate::support::{alone, eventually, logs};

const SERIES: &str = "db_last_backup_timestamp_seconds";

const UNREADABLE: &str = "the folder of the backups cannot be read";

#[tokio::test]
async fn the_last_backup() {
    let body = async {
        logs::record();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("backups-{:016x}", fastrand::u64(..)));
        fs::create_dir(&folder).expect("a new folder");
        let write = |name: &str, seconds: u64| {
            let file = File::create(folder.join(name)).expect("a new file");
            file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("a time");
        };
        let server = TestServer::start(&[&format!("--backup-folder={}", folder.display())]).await;
        let becomes = async |seconds: f64| {
            eventually("the metric follows", async || Scrape::of(server.admin).await.value(SERIES) == Some(seconds))
                .await;
        };
        becomes(0.0).await;
        write("older", 1_600_000_000);
        write("newer", 1_700_000_000);
        // A backup in progress does not count.
        write("unfinished", 1_800_000_000);
        becomes(1_700_000_000.0).await;
        rises(server.admin, SERIES, async || write("newest", 1_700_000_001)).await;
        assert!(logs::with(UNREADABLE).is_empty());
        fs::remove_dir_all(&folder).ok();
        becomes(0.0).await;
        assert_eq!(logs::with(UNREADABLE).len(), 1);
    };
    alone("backup_series::the_last_backup", body).await;
}

#[tokio::test]
async fn without_a_folder_there_is_no_time_so_no_alert_fires() {
    let body = async {
        // An empty flag stands for the default.
        let server = TestServer::start(&["--backup-folder="]).await;
        // Some exporters leave such a series out.
        let unknown = async || Scrape::of(server.admin).await.value(SERIES).is_none_or(f64::is_nan);
        eventually("it is no number", unknown).await;
    };
    alone("backup_series::without_a_folder_there_is_no_time_so_no_alert_fires", body).await;
}
