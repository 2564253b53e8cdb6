//= cases

#[tokio::test]
async fn calls_of_a_dependency() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let breaker = app::platform::breaker::Breaker::new("calls", 0);
        let fail = async || {
            let fails = async { Err::<(), _>(anyhow::anyhow!("broken")) };
            breaker.call(std::time::Duration::from_secs(1), fails).await.expect_err("it fails");
        };
        rises(server.admin, r#"dependency_errors_total{dependency="calls"}"#, fail).await;
        for _ in 0..3 {
            fail().await;
        }
        // The fifth failure in a row.
        rises(server.admin, r#"breaker_open{dependency="calls"}"#, fail).await;
    };
    alone("series::calls_of_a_dependency", body).await;
}
