//= cases

#[tokio::test]
async fn quotas_without_redis() {
    let cases = async {
        let server = TestServer::start(&["--redis-url=redis://127.0.0.1:1"]).await;
        let counted_here = async || answers(server.public, "/greet", 200).await;
        rises(server.admin, "limiter_fallback_total", counted_here).await;
    };
    alone("series::quotas_without_redis", cases).await;
}
