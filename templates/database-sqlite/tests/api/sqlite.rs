//! Behaviour specific to SQLite: one writer at a time, a file in a directory, and query plans that must use an index.

use std::future::pending;

use app::products::statements::LIST;
use axum::Router;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};
use tokio::task::JoinSet;

use crate::database::leave_mid_write;
use crate::support::database::Database;
use crate::support::http::{Connection, get, request, send};
use crate::support::process::{run, run_serve};
use crate::support::server::TestServer;
use crate::support::{addresses, bind_here, eventually, flags};

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_of_200_updates_each_never_see_a_locked_database() {
    let server = TestServer::start(&[]).await;
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let mut connection = Connection::open(server.public).await;
        writers.spawn(async move {
            let product = |price| json!({"name": format!("Of {writer}"), "price_cents": price});
            let created = connection.send(request("POST", "/products").json(product(0))).await;
            let path = created.header("location").to_owned();
            for price in 1..=200 {
                let answer = connection.send(request("PUT", &path).json(product(price))).await;
                assert_eq!(answer.status, 200, "{}", answer.text());
            }
            connection.send(request("GET", &path)).await.json()["data"]["price_cents"].as_i64()
        });
    }
    assert_eq!(writers.join_all().await, [Some(200); 8]);
}

#[tokio::test]
async fn clients_that_disconnect_during_a_write_leave_no_open_transaction() {
    let server = TestServer::start(&[]).await;
    leave_mid_write(&server).await;
    server.fixture.database.lock().await.release().await;
    // More requests than connections, so that every connection is used, also one with an open transaction.
    for number in 0..16 {
        let body = json!({"name": format!("After {number}"), "price_cents": 1});
        let answer = send(server.public, request("POST", "/products").json(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let count = sqlx::query_scalar("SELECT count(*) FROM products WHERE name LIKE 'After %'");
    let count: i64 = count.fetch_one(&server.fixture.database.connect().await).await.unwrap();
    assert_eq!(count, 16, "others see all that was answered with 201");
}

#[tokio::test]
async fn a_page_is_found_by_an_index_and_needs_no_sorting() {
    let server = TestServer::start(&[]).await;
    let pool = &server.app.platform.database.pool;
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) \
                INSERT INTO products (name, price_cents, created_at, updated_at) \
                SELECT 'Product ' || i, i, '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z' FROM n";
    sqlx::query(fill).execute(pool).await.unwrap();
    sqlx::query("ANALYZE").execute(pool).await.unwrap();
    let explain = format!("EXPLAIN QUERY PLAN {LIST}");
    let plan = sqlx::query(AssertSqlSafe(explain)).bind(5000).bind(20).fetch_all(pool).await;
    let plan: Vec<String> = plan.unwrap().iter().map(|step| step.get("detail")).collect();
    let [step] = &plan[..] else { panic!("more than one step: {plan:?}") };
    assert!(step.starts_with("SEARCH products USING "), "{step}");
}

#[tokio::test]
async fn a_server_whose_database_comes_later_becomes_ready_then() {
    let database = Database::new().await;
    // A directory in place of the file cannot be opened.
    std::fs::create_dir(database.file()).unwrap();
    let (_app, server) = bind_here(flags(&[&database.flag()]), Router::new());
    let (public, admin) = addresses(&server);
    tokio::spawn(server.run(pending()));
    assert_eq!(get(admin, "/health/live").await.status, 200);
    assert_eq!(get(admin, "/health/ready").await.status, 503);
    assert_eq!(get(public, "/products").await.status, 503);

    std::fs::remove_dir(database.file()).unwrap();
    let ready = async || get(admin, "/health/ready").await.status == 200;
    eventually("it becomes ready by itself", ready).await;
    assert_eq!(get(public, "/products").await.status, 200);
}

#[tokio::test]
async fn a_missing_folder_is_one_clear_line_and_exit_code_1() {
    let url = "sqlite://no/such/folder/app.db";
    let flag = format!("--database-url={url}");
    for ended in [run_serve(&[&flag]).await, run(&["migrate"], &[("DATABASE_URL", url)]).await] {
        assert_eq!((ended.code, ended.stdout), (Some(1), vec![]), "{:?}", ended.stderr);
        let [line] = &ended.stderr[..] else { panic!("{:?}", ended.stderr) };
        assert!(line.contains("no/such/folder"), "{line}");
    }
}

#[tokio::test]
async fn migrate_may_run_again() {
    let database = Database::new().await;
    for _ in 0..2 {
        let ended = run(&["migrate"], &[("DATABASE_URL", &database.url())]).await;
        assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    }
    let count = sqlx::query_scalar("SELECT count(*) FROM products");
    let count: i64 = count.fetch_one(&database.connect().await).await.unwrap();
    assert_eq!(count, 0);
}
