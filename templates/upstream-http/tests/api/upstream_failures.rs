//! Failures of the other service.

use crate::failures::{answers, fails};
use crate::support::alone;
use crate::support::fetched::PATH;
use crate::upstream::{calling, failure, other};

#[tokio::test]
async fn of_the_other_service() {
    let body = async {
        let (other, _) = other(|_| failure()).await;
        let server = calling(other.public, &[]).await;
        let tried_again = async || answers(server.public, PATH, 200).await;
        fails(server.admin, "upstream_retries_total", tried_again).await;
    };
    alone("upstream_failures::of_the_other_service", body).await;
}
