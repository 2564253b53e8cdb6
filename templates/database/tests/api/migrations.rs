//! The schema with the current, the previous and the next version of the service.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::database::Database;
use crate::support::http::{Connection, get, request};
use crate::support::process::{Process, run, run_serve};
use crate::support::server::TestServer;
use crate::support::{addresses, bind_here, eventually, flags, logs};

/// The migration of the next version: adds a column, and records itself as applied.
pub async fn roll_forward(database: &Database) {
    let pool = database.connect().await;
    let add = "ALTER TABLE products ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'";
    let note = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                SELECT 9999, 'of a later version', success, checksum, 0 FROM _sqlx_migrations LIMIT 1";
    for statement in [add, note] {
        sqlx::query(statement).execute(&pool).await.expect("the schema is there");
    }
}

#[tokio::test]
async fn a_database_that_is_ahead_is_served_and_not_migrated() {
    let database = Database::new().await;
    let url = database.url();
    let environment = [("DATABASE_URL", url.as_str())];
    assert_eq!(run(&["migrate"], &environment).await.code, Some(0));
    roll_forward(&database).await;
    for settings in [&[database.flag()][..], &[database.flag(), "--migrate-on-start=false".into()]] {
        let settings: Vec<_> = settings.iter().map(String::as_str).collect();
        let server = Process::start(&settings).await;
        assert_eq!(get(server.public, "/products").await.status, 200);
        server.terminate();
        let lines = server.ended().await.stdout;
        assert!(lines.iter().any(|line| line.contains("WARN") && line.contains("ahead")), "{lines:?}");
    }
    let ended = run(&["migrate"], &environment).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
    assert!(ended.stderr[0].contains("ahead"), "{:?}", ended.stderr);
}

#[tokio::test]
async fn a_migration_that_was_modified_ends_the_start_with_one_line() {
    let database = Database::new().await;
    let url = database.url();
    let environment = [("DATABASE_URL", url.as_str())];
    assert_eq!(run(&["migrate"], &environment).await.code, Some(0));
    let modify = sqlx::query("UPDATE _sqlx_migrations SET checksum = $1 WHERE version = 1").bind(&b"another"[..]);
    modify.execute(&database.connect().await).await.unwrap();
    for ended in [run(&["migrate"], &environment).await, run_serve(&[&database.flag()]).await] {
        assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
        assert!(ended.stderr[0].contains("modified"), "{:?}", ended.stderr);
    }
}

#[tokio::test]
async fn a_migration_that_fails_ends_the_start_with_one_line() {
    let database = Database::new().await;
    // The first migration creates this table.
    let table = sqlx::query("CREATE TABLE products (id BIGINT)");
    table.execute(&database.connect().await).await.unwrap();
    let ended = run_serve(&[&database.flag()]).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
    assert!(ended.stderr[0].contains("migrat"), "{:?}", ended.stderr);
}

#[tokio::test]
async fn applied_migrations_that_cannot_be_read_are_reported_and_read_again() {
    logs::record();
    let database = Database::new().await;
    let pool = database.connect().await;
    sqlx::query("CREATE TABLE _sqlx_migrations (description TEXT)").execute(&pool).await.unwrap();
    let (_app, server) = bind_here(flags(&[&database.flag(), "--migrate-on-start=false"]), Router::new());
    let (_public, admin) = addresses(&server);
    tokio::spawn(server.run(pending()));
    let reported = async || {
        let lines = logs::with("the database is not ready");
        lines.iter().any(|line| line["error"].as_str().is_some_and(|error| error.contains("column")))
    };
    eventually("the missing column is reported", reported).await;
    assert_eq!(get(admin, "/health/ready").await.status, 503);
    sqlx::query("DROP TABLE _sqlx_migrations").execute(&pool).await.unwrap();
    let pending = "pending: run the command `migrate`";
    eventually("it waits for the command", async || !logs::with(pending).is_empty()).await;
    assert_eq!(get(admin, "/health/ready").await.status, 503);
    assert_eq!(run(&["migrate"], &[("DATABASE_URL", &database.url())]).await.code, Some(0));
    eventually("it becomes ready", async || get(admin, "/health/ready").await.status == 200).await;
}

/// Reads and writes on the available replicas, alternating like a load balancer, until `stopped` is set.
async fn load(replicas: Arc<[SocketAddr; 2]>, stopped: Arc<AtomicBool>, client: usize) -> usize {
    let mut connections = [Connection::open(replicas[0]).await, Connection::open(replicas[1]).await];
    let product = |price| json!({"name": format!("Of {client}"), "price_cents": price});
    let created = connections[0].send(request("POST", "/products").json(product(0))).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = created.header("location").to_owned();
    let mut requests = 0;
    while !stopped.load(Ordering::Relaxed) {
        let connection = &mut connections[requests % 2];
        let answers = [
            connection.send(request("GET", &path)).await,
            connection.send(request("GET", "/products?limit=5")).await,
            connection.send(request("PUT", &path).json(product(requests))).await,
        ];
        for answer in answers {
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        requests += 1;
        sleep(Duration::from_millis(5)).await;
    }
    requests
}

#[tokio::test]
async fn the_schema_rolls_forward_and_this_version_back_under_load_and_no_request_fails() {
    let old = TestServer::start(&[]).await;
    let flag = old.fixture.database.flag();
    let other = TestServer::start(&[&flag]).await;
    let run = |replicas| {
        let (stopped, mut clients) = (Arc::new(AtomicBool::new(false)), JoinSet::new());
        let replicas = Arc::new(replicas);
        for client in 0..4 {
            clients.spawn(load(Arc::clone(&replicas), Arc::clone(&stopped), client));
        }
        (stopped, clients)
    };
    let (stopped, clients) = run([old.public, other.public]);
    sleep(Duration::from_millis(300)).await;
    roll_forward(&old.fixture.database).await;
    // The previous version is started again: a rollback that keeps the schema.
    let back = TestServer::start(&[&flag]).await;
    assert!(!logs::with("the database is ahead of this version").is_empty());
    eventually("it is served as well", async || get(back.public, "/products").await.status == 200).await;
    sleep(Duration::from_millis(300)).await;
    stopped.store(true, Ordering::Relaxed);
    assert!(clients.join_all().await.iter().all(|requests| *requests > 0));
}
