//! Calls of the other service.

use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::failures::answers;
use crate::series::rises;
use crate::support::alone;
use crate::support::fetched::PATH;
use crate::upstream::{calling, failure, ok, other};

#[tokio::test]
async fn calls_of_the_other_service() {
    let body = async {
        let calls = |result: &str| format!("upstream_requests_total{{result=\"{result}\"}}");
        let (healthy, _) = other(|_| ok()).await;
        let server = calling(healthy.public, &[]).await;
        let call = async || answers(server.public, PATH, 200).await;
        rises(server.admin, &calls("answered"), call).await;

        let (refusing, _) = other(|_| StatusCode::FORBIDDEN.into_response()).await;
        let server = calling(refusing.public, &[]).await;
        let call = async || answers(server.public, PATH, 200).await;
        rises(server.admin, &calls("refused"), call).await;

        let (failing, _) = other(|_| failure()).await;
        let server = calling(failing.public, &[]).await;
        let call = async || answers(server.public, PATH, 200).await;
        rises(server.admin, &calls("failed"), call).await;
        call().await;
        rises(server.admin, r#"dependency_errors_total{dependency="upstream"}"#, call).await;
        call().await;
        // The fifth failure in a row.
        rises(server.admin, r#"breaker_open{dependency="upstream"}"#, call).await;
        rises(server.admin, &calls("skipped"), call).await;
    };
    alone("upstream_series::calls_of_the_other_service", body).await;
}
