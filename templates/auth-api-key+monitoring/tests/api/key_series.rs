//! Writes with keys that are not in use.

use crate::auth::write;
use crate::series::rises;
use crate::support::alone;
use crate::support::auth::{credential_of, forged};
use crate::support::server::TestServer;

#[tokio::test]
async fn unknown_and_revoked_keys() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let revoked = credential_of(&server, "revoked", "products:write").await;
        let revoke = sqlx::query("UPDATE api_keys SET revoked_at = created_at WHERE name = 'revoked'");
        revoke.execute(&server.app.platform.database.pool).await.unwrap();
        for (reason, credential) in [("unknown", forged()), ("revoked", revoked)] {
            let attempt = async || assert_eq!(write(&server, &credential).await, 401);
            rises(server.admin, &format!("auth_failures_total{{reason=\"{reason}\"}}"), attempt).await;
        }
    };
    alone("key_series::unknown_and_revoked_keys", body).await;
}
