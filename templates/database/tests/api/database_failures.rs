//! Failures of the pool of connections.

use crate::failures::{answers, fails};
use crate::support::alone;
use crate::support::server::TestServer;

#[tokio::test]
async fn of_the_pool() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let mut held = Vec::new();
        for _ in 0..app::platform::engine::CONNECTIONS {
            held.push(server.app.database.pool.acquire().await.unwrap());
        }
        let refused = async || answers(server.public, "/products", 503).await;
        fails(server.admin, "db_pool_timeouts_total", refused).await;
    };
    alone("database_failures::of_the_pool", body).await;
}
