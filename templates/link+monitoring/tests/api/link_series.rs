//! Commands to a server that replicas share.

use std::sync::Arc;

use crate::series::rises;
use crate::support::alone;
use crate::support::server::TestServer;

#[tokio::test]
async fn commands_to_a_shared_server() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let (link, _) = crate::link::numbered(|_| true);
        Arc::clone(&link).connect().await;
        let fail = async || crate::link::fail(&link).await;
        rises(server.admin, r#"dependency_errors_total{dependency="numbers"}"#, fail).await;
        for _ in 0..3 {
            fail().await;
        }
        // The fifth failure in a row.
        rises(server.admin, r#"breaker_open{dependency="numbers"}"#, fail).await;
    };
    alone("link_series::commands_to_a_shared_server", body).await;
}
