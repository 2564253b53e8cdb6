//! Failures of the copies on the shared server.

use crate::counted;
use crate::failures::{answers, fails};
use crate::remote::Service;
use crate::support::{alone, eventually};

#[tokio::test]
async fn of_shared_copies() {
    let body = async {
        let service = Service::new().await;
        let replica = service.replica().await;
        let undecodable = async || {
            // While the server is too slow, the service does not read the copy.
            let read = async || {
                let path = service.add().await;
                service.spoil(&path).await;
                answers(replica.public, &path, 200).await;
                counted(replica.admin, "cache_undecodable_total").await > 0.0
            };
            eventually("a copy is read", read).await;
        };
        fails(replica.admin, "cache_undecodable_total", undecodable).await;
    };
    alone("remote_failures::of_shared_copies", body).await;
}
