//! Writes that are refused.

use crate::auth::write;
use crate::series::rises;
use crate::support::alone;
use crate::support::auth::credential_of;
use crate::support::server::TestServer;

#[tokio::test]
async fn refused_writes() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let scopeless = credential_of(&server, "scopeless", "").await;
        let refused = [("missing", "", 401), ("invalid", "Bearer x", 401), ("scope", &scopeless, 403)];
        for (reason, credential, status) in refused {
            let attempt = async || assert_eq!(write(&server, credential).await, status);
            rises(server.admin, &format!("auth_failures_total{{reason=\"{reason}\"}}"), attempt).await;
        }
    };
    alone("auth_series::refused_writes", body).await;
}
