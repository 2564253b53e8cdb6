//= cases

#[tokio::test]
async fn tokens_that_have_expired() {
    use crate::support::issuer::{Issuer, Signer};
    use crate::tokens::{server_of, with};

    let body = async {
        let signer = Signer::es256("key");
        let issuer = Issuer::start(&[&signer]);
        let server = server_of(&issuer, &[]).await;
        let credential = format!("Bearer {}", signer.sign(with("exp", serde_json::json!(1))));
        let write = async || assert_eq!(crate::auth::write(&server, &credential).await, 401);
        rises(server.admin, r#"auth_failures_total{reason="expired"}"#, write).await;
    };
    alone("series::tokens_that_have_expired", body).await;
}
