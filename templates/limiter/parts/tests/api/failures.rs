//= cases

#[tokio::test]
async fn of_clients_over_their_quota() {
    let body = async {
        let server = TestServer::start(&["--rate-limit=1/h"]).await;
        answers(server.public, "/greet", 200).await;
        let refused = async || answers(server.public, "/greet", 429).await;
        fails(server.admin, "http_requests_limited_total", refused).await;
    };
    alone("failures::of_clients_over_their_quota", body).await;
}
