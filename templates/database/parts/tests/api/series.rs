//= cases

#[tokio::test]
async fn connections_to_the_database() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let pool = &server.app.database;
        let mut held = Vec::new();
        // Two are open, so that one which is given back is one more that is idle.
        held.extend([pool.acquire().await.unwrap(), pool.acquire().await.unwrap()]);
        rises(server.admin, r#"db_pool_connections{state="idle"}"#, async || drop(held.pop())).await;
        let hold = async || held.push(pool.acquire().await.unwrap());
        rises(server.admin, r#"db_pool_connections{state="used"}"#, hold).await;
    };
    alone("series::connections_to_the_database", body).await;
}
