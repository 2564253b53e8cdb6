//! Failures of the copies on the shared server.

use crate::failures::{answers, fails};
use crate::remote::Service;
use crate::support::alone;

#[tokio::test]
async fn of_shared_copies() {
    let body = async {
        let service = Service::new().await;
        let replica = service.replica().await;
        let path = service.add().await;
        service.spoil(&path).await;
        let undecodable = async || answers(replica.public, &path, 200).await;
        fails(replica.admin, "cache_undecodable_total", undecodable).await;
    };
    alone("remote_failures::of_shared_copies", body).await;
}
