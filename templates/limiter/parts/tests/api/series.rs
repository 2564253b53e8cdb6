//= cases

#[tokio::test]
async fn quotas() {
    let cases = async {
        let server = TestServer::start(&["--rate-limit=1/h"]).await;
        answers(server.public, "/greet", 200).await;
        let refused = async || answers(server.public, "/greet", 429).await;
        rises(server.admin, "http_requests_limited_total", refused).await;
    };
    alone("series::quotas", cases).await;
}
