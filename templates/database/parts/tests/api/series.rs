//= cases

#[tokio::test]
async fn connections_to_the_database() {
    let cases = async {
        let server = TestServer::start(&[]).await;
        let pool = &server.app.database;
        let mut held = Vec::new();
        // Two are open, so that one which is given back is one more that is idle.
        held.extend([pool.acquire().await.unwrap(), pool.acquire().await.unwrap()]);
        rises(server.admin, r#"db_pool_connections{state="idle"}"#, async || drop(held.pop())).await;
        let hold = async || held.push(pool.acquire().await.unwrap());
        rises(server.admin, r#"db_pool_connections{state="used"}"#, hold).await;
        while held.len() < app::pool::CONNECTIONS as usize {
            held.push(pool.acquire().await.unwrap());
        }
        let refused = async || answers(server.public, "/products", 503).await;
        rises(server.admin, "db_pool_timeouts_total", refused).await;
    };
    alone("series::connections_to_the_database", cases).await;
}
