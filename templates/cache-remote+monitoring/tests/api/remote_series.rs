//! Reads of copies on the shared server.

use crate::failures::answers;
use crate::remote::Service;
use crate::series::rises;
use crate::support::http::get;
use crate::support::{alone, eventually};

#[tokio::test]
async fn reads_of_shared_copies() {
    let body = async {
        let service = Service::new().await;
        let (one, other) = (service.replica().await, service.replica().await);
        // On a busy machine the server may respond too late: then `other` loads the value, and the next one is tried.
        let try_one = async || {
            let path = service.add().await;
            let copied = async || {
                answers(one.public, &path, 200).await;
                service.copy(&path).await.is_some()
            };
            eventually("the copy is shared", copied).await;
            get(other.public, &path).await.header("cache-status").contains("detail=shared")
        };
        let shared = async || eventually("a shared copy is read", try_one).await;
        rises(other.admin, r#"cache_requests_total{result="shared"}"#, shared).await;
    };
    alone("remote_series::reads_of_shared_copies", body).await;
}
