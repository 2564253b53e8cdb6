//! The durability settings of SQLite, and the writes that finish before the service exits.

use std::mem;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::support::database::Database;
use crate::support::http::{raw, request};
use crate::support::process::Process;
use crate::support::server::TestServer;

#[tokio::test]
async fn every_connection_uses_wal_synchronises_and_waits_for_the_lock() {
    let server = TestServer::start(&[]).await;
    for (ask, value) in [
        ("SELECT journal_mode FROM pragma_journal_mode", "wal"),
        ("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous", "1"),
        ("SELECT CAST(timeout AS TEXT) FROM pragma_busy_timeout", "5000"),
    ] {
        let mut connections = Vec::new();
        for _ in 0..app::platform::engine::CONNECTIONS {
            connections.push(server.app.platform.database.pool.acquire().await.expect("none is in use"));
        }
        for connection in &mut connections {
            let found = sqlx::query_scalar::<_, String>(ask).fetch_one(&mut **connection).await;
            assert_eq!(found.expect("a pragma has a value"), value, "{ask}");
        }
    }
}

#[tokio::test]
async fn a_write_whose_client_disconnected_is_finished_before_the_process_exits() {
    let mut server = Process::start(&["--drain-delay=0s"]).await;
    // Kept alive, so that the file outlives the process.
    let database = mem::replace(&mut server._fixture.database, Database::new().await);
    let lock = database.lock().await;
    let post = request("POST", "/products").json(json!({"name": "Late", "price_cents": 1}));
    let client = raw(server.public, post.to_bytes()).await;
    // Long enough for the write to begin. It then waits for the lock.
    sleep(Duration::from_secs(1)).await;
    // A reset ends the handler at once.
    client.set_zero_linger().expect("a connected socket");
    drop(client);
    server.terminate();
    let release = async {
        sleep(Duration::from_secs(2)).await;
        lock.release().await;
    };
    let (ended, ()) = tokio::join!(server.ended(), release);
    assert_eq!(ended.code, Some(0));
    let count = sqlx::query_scalar("SELECT count(*) FROM products WHERE name = 'Late'");
    let count: i64 = count.fetch_one(&database.connect().await).await.expect("the file is there");
    assert_eq!(count, 1);
}
