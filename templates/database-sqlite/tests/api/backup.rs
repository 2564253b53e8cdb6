//! Backups: made during writes, and restored.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use serde_json::json;
use tempfile::TempDir;

use crate::support::database::Database;
use crate::support::eventually;
use crate::support::http::{get, request, send};
use crate::support::process::{Ended, command, run};
use crate::support::server::TestServer;

fn temporary() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of plain text")
}

/// The names of the files in a folder.
fn names(folder: &TempDir) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    entries.map(|name| name.into_string().expect("a name of plain text")).collect()
}

/// Makes a backup, which must succeed, and returns its path.
async fn backup(database: &Database, folder: &TempDir, more: &[&str]) -> String {
    let arguments = [&["backup", text(folder.path())], more].concat();
    let mut ended = run(&arguments, &[("DATABASE_URL", &database.url())]).await;
    assert_eq!((ended.code, ended.stdout.len()), (Some(0), 1), "{:?}", ended.stderr);
    ended.stdout.remove(0)
}

async fn restore(database: &Database, backup: &str) -> Ended {
    run(&["restore", backup], &[("DATABASE_URL", &database.url())]).await
}

/// Every row of the products, with every column.
async fn rows(database: &Database) -> Vec<(i64, String, i64, String, String)> {
    let all = sqlx::query_as("SELECT id, name, price_cents, created_at, updated_at FROM products ORDER BY id");
    all.fetch_all(&database.connect().await).await.expect("the table is there")
}

async fn create(server: &TestServer, name: &str) {
    let product = json!({"name": name, "price_cents": 1});
    let created = send(server.public, request("POST", "/products").json(product)).await;
    assert_eq!(created.status, 201, "{}", created.text());
}

#[tokio::test]
async fn a_backup_made_during_writes_is_restored_with_the_same_rows() {
    let server = TestServer::start(&[]).await;
    for number in 0..50 {
        create(&server, &format!("Before {number}")).await;
    }
    let before = rows(&server.fixture.database).await;
    let (server, stopped) = (Arc::new(server), Arc::<AtomicBool>::default());
    let (writing, until) = (Arc::clone(&server), Arc::clone(&stopped));
    let writes = tokio::spawn(async move {
        let mut made = 0;
        while !until.load(Relaxed) {
            create(&writing, &format!("During {made}")).await;
            made += 1;
        }
        made
    });
    let (folder, new) = (temporary(), Database::new().await);
    let file = backup(&server.fixture.database, &folder, &[]).await;
    stopped.store(true, Relaxed);
    let made = writes.await.expect("every write succeeds");
    assert!(made > 0);

    let restored = restore(&new, &file).await;
    assert_eq!(restored.code, Some(0), "{:?}", restored.stderr);
    let (rows_now, rows_then) = (rows(&server.fixture.database).await, rows(&new).await);
    assert_eq!(rows_now.len(), 50 + made);
    assert_eq!(rows_then[..50], before, "what was there before the backup");
    // A write that was made during the backup is in it as a whole, with all before it, or not at all.
    assert_eq!(rows_then, rows_now[..rows_then.len()]);

    let other = TestServer::start(&[&new.flag()]).await;
    assert_eq!(get(other.public, &format!("/products/{}", before[0].0)).await.status, 200);
    create(&other, "After").await;
}

#[tokio::test]
async fn a_database_in_use_is_not_replaced_and_a_replaced_one_is_kept() {
    let server = TestServer::start(&[]).await;
    create(&server, "Old").await;
    let folder = temporary();
    let file = backup(&server.fixture.database, &folder, &[]).await;
    create(&server, "New").await;
    let refused = restore(&server.fixture.database, &file).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.join("\n").contains("stop the service first"), "{:?}", refused.stderr);
    assert_eq!(rows(&server.fixture.database).await.len(), 2, "nothing was replaced");

    let (stopped, kept) = (Database::new().await, temporary());
    assert_eq!(restore(&stopped, &backup(&server.fixture.database, &kept, &[]).await).await.code, Some(0));
    assert_eq!(rows(&stopped).await.len(), 2);
    let restored = restore(&stopped, &file).await;
    assert_eq!(restored.code, Some(0), "{:?}", restored.stderr);
    assert_eq!(rows(&stopped).await.len(), 1);
    let said = restored.stdout.join("\n");
    let replaced = said.strip_prefix("the replaced database is ").expect("it says where the replaced one is");
    assert_eq!(restore(&stopped, replaced).await.code, Some(0), "the replaced one is complete");
    assert_eq!(rows(&stopped).await.len(), 2);
}

#[tokio::test]
async fn a_file_that_is_damaged_or_missing_replaces_nothing() {
    let server = TestServer::start(&[]).await;
    create(&server, "Old").await;
    let (folder, other) = (temporary(), Database::new().await);
    let file = backup(&server.fixture.database, &folder, &[]).await;
    assert_eq!(restore(&other, &file).await.code, Some(0));
    let mut bytes = fs::read(&file).expect("the backup");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    let damaged = folder.path().join("damaged");
    fs::write(&damaged, bytes).expect("a new file");
    let empty = folder.path().join("empty");
    File::create(&empty).expect("a new file");
    for file in [text(&damaged), text(&empty), "/nothing/there"] {
        let ended = restore(&other, file).await;
        assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
    }
    assert_eq!(rows(&other).await.len(), 1);
}

#[tokio::test]
async fn writes_that_are_left_of_a_missing_database_are_not_applied_to_the_backup() {
    let server = TestServer::start(&[]).await;
    create(&server, "Old").await;
    let (folder, other) = (temporary(), Database::new().await);
    let file = backup(&server.fixture.database, &folder, &[]).await;
    create(&server, "New").await;
    let wal = |database: &Database| database.file().with_extension("db-wal");
    fs::copy(wal(&server.fixture.database), wal(&other)).expect("the service runs, so it has the file");
    let restored = restore(&other, &file).await;
    assert_eq!((restored.code, restored.stdout.len()), (Some(0), 0), "{:?}", restored.stderr);
    assert_eq!(rows(&other).await.len(), 1);
}

#[tokio::test]
async fn old_backups_are_deleted_and_other_files_are_not() {
    let server = TestServer::start(&[]).await;
    let folder = temporary();
    let old = ["app-20200101T000000Z.db", "app-20200102T000000Z.db", "app-20200103T000000Z.db"];
    let others = ["app-before-migration.db", "zebra"];
    // The last is the file of an interrupted backup.
    for name in old.iter().chain(&others).chain(&["unfinished"]) {
        fs::write(folder.path().join(name), "not a database").expect("a new file");
    }
    let file = backup(&server.fixture.database, &folder, &["--keep=2"]).await;
    let name = Path::new(&file).file_name().and_then(|name| name.to_str()).expect("a name");
    assert_eq!(names(&folder), [old[2], others[0], others[1], name].map(String::from).into());
}

#[tokio::test]
async fn an_old_backup_that_cannot_be_deleted_is_named_beside_the_new_one() {
    let (server, folder) = (TestServer::start(&[]).await, temporary());
    let old = "app-20200101T000000Z.db";
    // A folder cannot be deleted like a file.
    fs::create_dir(folder.path().join(old)).expect("a new folder");
    let arguments = ["backup", text(folder.path()), "--keep=1"];
    let ended = run(&arguments, &[("DATABASE_URL", &server.fixture.database.url())]).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
    let new = names(&folder).pop_last().expect("a backup");
    assert_ne!(new, old);
    for part in [format!("{new} was made"), format!("{old}: ")] {
        assert!(ended.stderr[0].contains(&part), "{:?}", ended.stderr);
    }
}

#[tokio::test]
async fn a_backup_that_cannot_be_made_is_one_line_with_the_reason() {
    let (folder, database) = (temporary(), Database::new().await);
    let url = database.url();
    for (path, reason) in [(text(folder.path()), "unable to open database file"), ("/nothing/there", "No such file")] {
        let ended = run(&["backup", path], &[("DATABASE_URL", &url)]).await;
        assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
        assert!(ended.stderr[0].contains(reason), "{:?}", ended.stderr);
    }
    assert!(names(&folder).is_empty(), "{:?}", names(&folder));
    assert!(!database.file().exists(), "a missing database is not created");
}

#[tokio::test]
async fn the_schedule_makes_a_backup_when_one_is_due_and_ends_on_sigterm() {
    let server = TestServer::start(&[]).await;
    let folder = temporary();
    let database = &server.fixture.database;
    let log = temporary();
    for start in ["first", "second"] {
        let path = log.path().join(start);
        let mut command = command();
        command.args(["backup", text(folder.path()), "--every=1h", &database.flag()]);
        let mut schedule = command.stdout(File::create(&path).expect("a new file")).spawn().expect("a binary");
        let waits = async || {
            let lines = fs::read_to_string(&path).expect("a text");
            lines.lines().any(|line| line.contains("waiting") && !line.contains("\"seconds\":0"))
        };
        eventually("it waits for the next backup", waits).await;
        let kill = format!("kill -TERM {}", schedule.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
        let mut status = None;
        let ends = async || {
            status = schedule.try_wait().expect("it is our child");
            status.is_some()
        };
        eventually("the schedule ends", ends).await;
        assert_eq!(status.and_then(|status| status.code()), Some(0));
        assert_eq!(names(&folder).len(), 1, "{start}: a restart makes no additional backup");
    }
}
