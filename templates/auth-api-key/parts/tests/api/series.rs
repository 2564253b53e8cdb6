//= cases

#[tokio::test]
async fn keys_that_are_not_in_use() {
    use crate::support::auth::{credential_of, forged};

    let body = async {
        let server = TestServer::start(&[]).await;
        let revoked = credential_of(&server, "revoked", "products:write").await;
        let revoke = sqlx::query("UPDATE api_keys SET revoked_at = created_at WHERE name = 'revoked'");
        revoke.execute(&server.app.database.pool).await.unwrap();
        for (reason, credential) in [("unknown", forged()), ("revoked", revoked)] {
            let write = async || assert_eq!(crate::auth::write(&server, &credential).await, 401);
            rises(server.admin, &format!("auth_failures_total{{reason=\"{reason}\"}}"), write).await;
        }
    };
    alone("series::keys_that_are_not_in_use", body).await;
}
