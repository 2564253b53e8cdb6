//= cases

#[tokio::test]
async fn commands_to_a_shared_server() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let (link, _) = crate::link::numbered(|_| true);
        std::sync::Arc::clone(&link).connect().await;
        let fail = async || crate::link::fail(&link).await;
        rises(server.admin, r#"dependency_errors_total{dependency="numbers"}"#, fail).await;
        for _ in 0..3 {
            fail().await;
        }
        // The fifth failure in a row.
        rises(server.admin, r#"breaker_open{dependency="numbers"}"#, fail).await;
    };
    alone("series::commands_to_a_shared_server", body).await;
}
