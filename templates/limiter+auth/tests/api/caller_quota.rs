//! The quota that a request with a credential counts against.

use crate::auth::{post, refused};
use crate::errors::envelope;
use crate::support::auth::{credential_of, forged};
use crate::support::http::{Request, get, send};
use crate::support::server::TestServer;

#[tokio::test]
async fn a_verified_caller_has_its_own_quota_and_a_forged_credential_has_none() {
    let server = TestServer::start(&["--rate-limit=6/h"]).await;
    let read = |credential: &str| Request::new("GET", "/greet").header("authorization", credential);
    let mut callers = Vec::new();
    for name in ["one", "two"] {
        let credential = credential_of(&server, name, "products:write").await;
        // A credential may have its own quota only after its first request.
        assert_ne!(send(server.public, post(&credential)).await.status, 429);
        callers.push(credential);
    }
    // Uses up at least the whole quota of the address.
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(send(server.public, post(&forged())).await.status);
    }
    assert_eq!((statuses[0], statuses[6]), (401, 429), "{statuses:?}");
    assert_eq!(get(server.public, "/greet").await.status, 429, "forged credentials count against the address");

    for credential in &callers {
        let answer = send(server.public, read(credential)).await;
        assert_eq!(answer.status, 200, "counts for the caller, not for the address: {}", answer.text());
    }
    let spend = async || send(server.public, read(&callers[0])).await.status;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(spend().await);
    }
    assert_eq!(statuses.last(), Some(&429), "a caller has a limit too: {statuses:?}");
    assert_eq!(send(server.public, read(&callers[1])).await.status, 200, "each caller has its own quota");
}

#[tokio::test]
async fn a_refused_credential_is_limited_like_any_request() {
    let server = TestServer::start(&["--rate-limit=2/h"]).await;
    for _ in 0..2 {
        refused(&send(server.public, post(&forged())).await, r#"Bearer error="invalid_token""#).await;
    }
    envelope(&send(server.public, post(&forged())).await, 429, "rate_limited").await;
}
