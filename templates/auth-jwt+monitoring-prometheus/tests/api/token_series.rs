//! Writes with tokens that have expired.

use serde_json::json;

use crate::auth::write;
use crate::series::rises;
use crate::support::alone;
use crate::support::issuer::{Issuer, Signer};
use crate::tokens::{server_of, with};

#[tokio::test]
async fn tokens_that_have_expired() {
    let body = async {
        let signer = Signer::es256("key");
        let issuer = Issuer::start(&[&signer]);
        let server = server_of(&issuer, &[]).await;
        let credential = format!("Bearer {}", signer.sign(with("exp", json!(1))));
        let attempt = async || assert_eq!(write(&server, &credential).await, 401);
        rises(server.admin, r#"auth_failures_total{reason="expired"}"#, attempt).await;
    };
    alone("token_series::tokens_that_have_expired", body).await;
}
