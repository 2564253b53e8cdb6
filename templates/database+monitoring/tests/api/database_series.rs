//! Connections to the database, and its migrations.

use std::sync::Arc;

use crate::migrations::roll_forward;
use crate::scrape::Scrape;
use crate::series::rises;
use crate::support::alone;
use crate::support::server::TestServer;

#[tokio::test]
async fn connections_to_the_database() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let pool = &server.app.platform.database.pool;
        let mut held = Vec::new();
        // Two are open, so that one which is given back is one more that is idle.
        held.extend([pool.acquire().await.unwrap(), pool.acquire().await.unwrap()]);
        rises(server.admin, r#"db_pool_connections{state="idle"}"#, async || drop(held.pop())).await;
        let hold = async || held.push(pool.acquire().await.unwrap());
        rises(server.admin, r#"db_pool_connections{state="used"}"#, hold).await;

        let size = usize::try_from(app::platform::engine::CONNECTIONS).expect("a small number");
        assert_eq!(Scrape::of(server.admin).await.value("db_pool_size"), Some(size as f64));
        while held.len() < size {
            held.push(pool.acquire().await.unwrap());
        }
        let app = Arc::clone(&server.app);
        let wait = async || {
            // Each wait ends after 2 s.
            drop(tokio::spawn(async move { while app.platform.database.pool.acquire().await.is_err() {} }));
        };
        rises(server.admin, "db_pool_waiting", wait).await;
    };
    alone("database_series::connections_to_the_database", body).await;
}

#[tokio::test]
async fn unknown_migrations() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let admin = server.admin;
        let ahead = async || {
            roll_forward(&server.fixture.database).await;
            TestServer::start(&[&server.fixture.database.flag()]).await;
        };
        rises(admin, "db_migrations_ahead", ahead).await;
    };
    alone("database_series::unknown_migrations", body).await;
}
