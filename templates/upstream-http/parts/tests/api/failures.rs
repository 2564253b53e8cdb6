//= cases

#[tokio::test]
async fn of_the_other_service() {
    let body = async {
        let (other, _) = crate::upstream::other(|_| crate::upstream::failure()).await;
        let server = crate::upstream::calling(other.public, &[]).await;
        let tried_again = async || answers(server.public, crate::support::fetched::PATH, 200).await;
        fails(server.admin, "upstream_retries_total", tried_again).await;
    };
    alone("failures::of_the_other_service", body).await;
}
