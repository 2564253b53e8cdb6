//! Writes with tokens that have expired, or that are signed with an unknown key.

use serde_json::json;

use crate::auth::write;
use crate::series::rises;
use crate::support::alone;
use crate::support::issuer::{Issuer, Signer, claims};
use crate::tokens::{server_of, with};

#[tokio::test]
async fn rejected_tokens() {
    let body = async {
        let signer = Signer::es256("key");
        let issuer = Issuer::start(&[&signer]);
        let server = server_of(&issuer, &[]).await;
        let expired = signer.sign(with("exp", json!(1)));
        let unknown = Signer::es256("unknown").sign(claims("tests", "products:write"));
        for (reason, token) in [("expired", expired), ("unknown_key", unknown)] {
            let attempt = async || assert_eq!(write(&server, &format!("Bearer {token}")).await, 401);
            rises(server.admin, &format!("auth_failures_total{{reason=\"{reason}\"}}"), attempt).await;
        }
    };
    alone("token_series::rejected_tokens", body).await;
}
