//! Reads of copies on the shared server.

use crate::failures::answers;
use crate::remote::Service;
use crate::series::rises;
use crate::support::{alone, eventually};

#[tokio::test]
async fn reads_of_shared_copies() {
    let body = async {
        let service = Service::new().await;
        let path = service.add().await;
        let (one, other) = (service.replica().await, service.replica().await);
        let shared = async || {
            let copied = async || {
                answers(one.public, &path, 200).await;
                service.copy(&path).await.is_some()
            };
            eventually("the copy is shared", copied).await;
            answers(other.public, &path, 200).await;
        };
        rises(other.admin, r#"cache_requests_total{result="shared"}"#, shared).await;
    };
    alone("remote_series::reads_of_shared_copies", body).await;
}
