//= cases

#[tokio::test]
async fn refused_writes() {
    let cases = async {
        let server = TestServer::start(&[]).await;
        let scopeless = crate::support::auth::credential_of(&server, "scopeless", "").await;
        let refused = [("missing", "", 401), ("invalid", "Bearer x", 401), ("scope", &scopeless, 403)];
        for (reason, credential, status) in refused {
            let write = async || {
                let post = crate::support::http::anonymous("POST", "/products").header("authorization", credential);
                let answer = crate::support::http::send(server.public, post.json("{}")).await;
                assert_eq!(answer.status, status, "{}", answer.text());
            };
            rises(server.admin, &format!("auth_failures_total{{reason=\"{reason}\"}}"), write).await;
        }
    };
    alone("series::refused_writes", cases).await;
}
