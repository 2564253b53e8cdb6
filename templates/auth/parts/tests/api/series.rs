//= cases

#[tokio::test]
async fn refused_writes() {
    let body = async {
        let server = TestServer::start(&[]).await;
        let scopeless = crate::support::auth::credential_of(&server, "scopeless", "").await;
        let refused = [("missing", "", 401), ("invalid", "Bearer x", 401), ("scope", &scopeless, 403)];
        for (reason, credential, status) in refused {
            let write = async || assert_eq!(crate::auth::write(&server, credential).await, status);
            rises(server.admin, &format!("auth_failures_total{{reason=\"{reason}\"}}"), write).await;
        }
    };
    alone("series::refused_writes", body).await;
}
