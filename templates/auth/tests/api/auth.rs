//! Writes take a credential with the scope, reads take nothing, and no credential is ever repeated.

use serde_json::{Value, json};

use crate::errors::envelope;
use crate::support::auth::{credential, credential_of, forged};
use crate::support::http::{Answer, Request, anonymous, get, request, send};
use crate::support::logs;
use crate::support::server::TestServer;
use crate::unread::upload;

fn tea() -> Value {
    json!({"name": "Tea", "price_cents": 450})
}

/// A write with these credentials and no others.
fn post(credential: &str) -> Request {
    anonymous("POST", "/products").header("authorization", credential).json(tea())
}

/// The status of a write with this credential.
pub async fn write(server: &TestServer, credential: &str) -> u16 {
    send(server.public, post(credential)).await.status
}

async fn refused(answer: &Answer, challenge: &str) {
    let (status, word) = if challenge.contains("scope\", ") { (403, "forbidden") } else { (401, "unauthorized") };
    envelope(answer, status, word).await;
    assert_eq!(answer.header("www-authenticate"), challenge);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_credential_gets_the_answer_whatever_it_sends() {
    let server = TestServer::start(&[]).await;
    upload(&server, &anonymous("POST", "/products").json(""), 401, "unauthorized").await;
}

#[tokio::test]
async fn reads_are_public_and_writes_are_not() {
    let server = TestServer::start(&[]).await;
    let created = send(server.public, request("POST", "/products").json(tea())).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = created.header("location");
    for write in [
        anonymous("POST", "/products").json(tea()),
        anonymous("PUT", path).json(tea()),
        anonymous("DELETE", path),
        // Who may not write learns nothing of what a write would find.
        anonymous("DELETE", "/products/no-number"),
        anonymous("PUT", "/products/404").body("no JSON"),
    ] {
        refused(&send(server.public, write).await, r#"Bearer scope="products:write""#).await;
    }
    for read in [path, "/products", "/greet", "/openapi.json"] {
        assert_eq!(get(server.public, read).await.status, 200, "{read}");
        let forged = anonymous("GET", read).header("authorization", forged());
        assert_eq!(send(server.public, forged).await.status, 200, "{read}");
    }
}

#[tokio::test]
async fn what_is_no_valid_credential_is_401_and_says_which_kind() {
    let server = TestServer::start(&[]).await;
    let valid = credential();
    let (scheme, secret) = valid.split_once(' ').expect("a scheme");
    for none in ["", "Bearer", secret, &format!("Basic {secret}"), &format!("Bearer:{secret}")] {
        refused(&send(server.public, post(none)).await, r#"Bearer scope="products:write""#).await;
    }
    let cut = &valid[..valid.len() - 1];
    for invalid in ["Bearer x", "Bearer a.b.c", &forged(), cut, &format!("{valid}x"), &format!("{valid} x")] {
        refused(&send(server.public, post(invalid)).await, r#"Bearer error="invalid_token""#).await;
    }
    assert_eq!(write(&server, &format!("{} {secret}", scheme.to_lowercase())).await, 201);
}

#[tokio::test]
async fn a_credential_with_one_letter_changed_is_401() {
    let server = TestServer::start(&[]).await;
    let valid = credential();
    // Not the last one: of its bits some mean nothing.
    for place in ["Bearer ".len(), valid.len() / 2, valid.len() - 2] {
        let mut letters = valid.clone().into_bytes();
        letters[place] = if letters[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(letters).expect("ASCII");
        refused(&send(server.public, post(&changed)).await, r#"Bearer error="invalid_token""#).await;
    }
}

#[tokio::test]
async fn a_valid_credential_without_the_scope_is_403() {
    let server = TestServer::start(&[]).await;
    for (name, scopes) in [("none", ""), ("other", "products:read"), ("near", "products:write:all products:writer")] {
        let credential = credential_of(&server, name, scopes).await;
        let challenge = r#"Bearer error="insufficient_scope", scope="products:write""#;
        refused(&send(server.public, post(&credential)).await, challenge).await;
    }
    let among = credential_of(&server, "among-others", "products:read products:write").await;
    assert_eq!(send(server.public, post(&among)).await.status, 201);
}

#[tokio::test]
async fn the_description_says_which_operations_take_a_credential() {
    let server = TestServer::start(&[]).await;
    let description = get(server.public, "/openapi.json").await.json();
    let scheme = &description["components"]["securitySchemes"]["credential"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&json!("http"), &json!("bearer")));
    let mut guarded = 0;
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let said = operation["security"] == json!([{"credential": ["products:write"]}]);
            assert_eq!(said, operation["responses"]["401"].is_object() && operation["responses"]["403"].is_object());
            let path = path.replace("{id}", "1");
            let answer = send(server.public, anonymous(&method.to_uppercase(), &path).json(tea())).await;
            assert_eq!(answer.status == 401, said, "{method} {path}");
            guarded += usize::from(said);
        }
    }
    assert_eq!(guarded, 3);
}

#[tokio::test]
async fn no_credential_reaches_the_log_or_an_answer() {
    let server = TestServer::start(&[]).await;
    for (credential, status) in [(credential(), 201), (forged(), 401)] {
        let answer = send(server.public, post(&credential)).await;
        assert_eq!(answer.status, status);
        logs::wait_for(answer.header("x-request-id")).await;
        let secret = credential.trim_start_matches("Bearer ");
        assert!(!answer.text().contains(secret), "{}", answer.text());
        // Nor a part of it.
        for part in [&secret[4..24], &secret[secret.len() - 20..]] {
            assert_eq!(logs::with(part), Vec::<Value>::new());
        }
    }
}

#[tokio::test]
async fn the_log_says_who_wrote() {
    let server = TestServer::start(&[]).await;
    for (name, scopes) in [("ada", "products:write"), ("bob", "")] {
        let credential = credential_of(&server, name, scopes).await;
        let answer = send(server.public, post(&credential)).await;
        assert_eq!(logs::wait_for(answer.header("x-request-id")).await[0]["caller"], name);
    }
    let answer = send(server.public, post(&forged())).await;
    assert_eq!(logs::wait_for(answer.header("x-request-id")).await[0]["caller"], Value::Null);
}

#[tokio::test]
async fn browsers_of_listed_origins_may_send_a_credential() {
    let server = TestServer::start(&["--cors-origins=https://app.example"]).await;
    let preflight = request("OPTIONS", "/products").header("origin", "https://app.example");
    let preflight = preflight.header("access-control-request-method", "POST");
    let answer = send(server.public, preflight.header("access-control-request-headers", "authorization")).await;
    assert!(answer.header("access-control-allow-headers").contains("authorization"), "{answer:?}");
}
//~ if limiter

#[tokio::test]
async fn a_verified_caller_has_a_quota_of_its_own_and_a_forged_credential_has_not() {
    let server = TestServer::start(&["--rate-limit=6/h"]).await;
    let read = |credential: &str| anonymous("GET", "/greet").header("authorization", credential);
    let mut callers = Vec::new();
    for name in ["one", "two"] {
        let credential = credential_of(&server, name, "products:write").await;
        // The first request may have to be looked up.
        assert_ne!(send(server.public, post(&credential)).await.status, 429);
        callers.push(credential);
    }
    // Whatever is left of the address's quota, it is not more than this.
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(send(server.public, post(&forged())).await.status);
    }
    assert_eq!((statuses[0], statuses[6]), (401, 429), "{statuses:?}");
    assert_eq!(get(server.public, "/greet").await.status, 429, "the address pays for what it forges");

    for credential in &callers {
        let answer = send(server.public, read(credential)).await;
        assert_eq!(answer.status, 200, "not the address, the caller: {}", answer.text());
    }
    let spend = async || send(server.public, read(&callers[0])).await.status;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(spend().await);
    }
    assert_eq!(statuses.last(), Some(&429), "a caller has a limit too: {statuses:?}");
    assert_eq!(send(server.public, read(&callers[1])).await.status, 200, "each its own");
}

#[tokio::test]
async fn a_refused_credential_is_limited_like_any_request() {
    let server = TestServer::start(&["--rate-limit=2/h"]).await;
    for _ in 0..2 {
        refused(&send(server.public, post(&forged())).await, r#"Bearer error="invalid_token""#).await;
    }
    envelope(&send(server.public, post(&forged())).await, 429, "rate_limited").await;
}
//~ endif
