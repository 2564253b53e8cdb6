//= cases

#[tokio::test]
async fn of_loads() {
    let body = async {
        let server = TestServer::start(&[]).await;
        sqlx::query("ALTER TABLE products RENAME TO gone").execute(&server.app.database).await.unwrap();
        let load = async || answers(server.public, "/products/7", 500).await;
        fails(server.admin, "cache_load_failures_total", load).await;
    };
    alone("failures::of_loads", body).await;
}
