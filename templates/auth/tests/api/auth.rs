//! Writes require a credential with the scope, reads none, and no credential is ever logged or returned.

use serde_json::{Value, json};

use crate::errors::envelope;
use crate::support::auth::{credential, credential_of, forged};
use crate::support::http::{Answer, Request, get, request, send};
use crate::support::logs;
use crate::support::server::TestServer;
use crate::unread::upload;

fn tea() -> Value {
    json!({"name": "Tea", "price_cents": 450})
}

/// A write with these credentials and no others.
pub fn post(credential: &str) -> Request {
    Request::new("POST", "/products").header("authorization", credential).json(tea())
}

/// The status of a write with this credential.
pub async fn write(server: &TestServer, credential: &str) -> u16 {
    send(server.public, post(credential)).await.status
}

/// Asserts that the response rejects a write with this challenge.
pub async fn refused(answer: &Answer, challenge: &str) {
    let (status, word) = if challenge.contains("scope\", ") { (403, "forbidden") } else { (401, "unauthorized") };
    envelope(answer, status, word).await;
    assert_eq!(answer.header("www-authenticate"), challenge);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_credential_gets_its_401_whatever_it_sends() {
    let server = TestServer::start(&[]).await;
    upload(&server, &Request::new("POST", "/products").json(""), 401, "unauthorized").await;
}

#[tokio::test]
async fn reads_are_public_and_writes_are_not() {
    let server = TestServer::start(&[]).await;
    let created = send(server.public, request("POST", "/products").json(tea())).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = created.header("location");
    for write in [
        Request::new("POST", "/products").json(tea()),
        Request::new("PUT", path).json(tea()),
        Request::new("DELETE", path),
        // A client without a valid credential learns nothing about what exists.
        Request::new("DELETE", "/products/no-number"),
        Request::new("PUT", "/products/404").body("no JSON"),
    ] {
        refused(&send(server.public, write).await, r#"Bearer scope="products:write""#).await;
    }
    for read in [path, "/products", "/greet", "/openapi.json"] {
        assert_eq!(get(server.public, read).await.status, 200, "{read}");
        let forged = Request::new("GET", read).header("authorization", forged());
        assert_eq!(send(server.public, forged).await.status, 200, "{read}");
    }
}

#[tokio::test]
async fn a_missing_or_invalid_credential_is_401_with_the_matching_challenge() {
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
    // Not the last letter: some of its bits are unused.
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
async fn the_description_names_the_operations_that_require_a_credential() {
    let server = TestServer::start(&[]).await;
    let description = get(server.public, "/openapi.json").await.json();
    let scheme = &description["components"]["securitySchemes"]["credential"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&json!("http"), &json!("bearer")));
    let mut guarded = 0;
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let resource = path.split('/').nth(1).expect("a path starts with its resource");
            let scope = format!("{resource}:write");
            let is_guarded = operation["security"] == json!([{"credential": [scope]}]);
            assert_eq!(is_guarded, method != "get", "{method} {path}");
            assert_eq!(
                is_guarded,
                operation["responses"]["401"].is_object() && operation["responses"]["403"].is_object()
            );
            let path = path.replace("{id}", "1");
            let answer = send(server.public, Request::new(&method.to_uppercase(), &path).json(tea())).await;
            assert_eq!(answer.status == 401, is_guarded, "{method} {path}");
            guarded += usize::from(is_guarded);
        }
    }
    assert!(guarded >= 3, "{guarded}");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_405_with_or_without_a_credential() {
    let server = TestServer::start(&[]).await;
    for (method, path, allowed) in [
        ("PATCH", "/products", ["GET", "HEAD", "POST"].as_slice()),
        ("DELETE", "/products", &["GET", "HEAD", "POST"]),
        ("POST", "/products/1", &["DELETE", "GET", "HEAD", "PUT"]),
    ] {
        for request in [request(method, path), Request::new(method, path)] {
            let answer = send(server.public, request.json(tea())).await;
            envelope(&answer, 405, "method_not_allowed").await;
            let mut methods: Vec<&str> = answer.header("allow").split(',').collect();
            methods.sort_unstable();
            assert_eq!(methods, allowed, "{method} {path}");
        }
    }
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
        // Not even a part of it.
        for part in [&secret[4..24], &secret[secret.len() - 20..]] {
            assert_eq!(logs::with(part), Vec::<Value>::new());
        }
    }
}

#[tokio::test]
async fn the_log_names_the_caller_of_a_write() {
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
async fn browsers_of_listed_origins_may_send_a_credential_and_read_a_refusal() {
    let server = TestServer::start(&["--cors-origins=https://app.example"]).await;
    let preflight = request("OPTIONS", "/products").header("origin", "https://app.example");
    let preflight = preflight.header("access-control-request-method", "POST");
    let answer = send(server.public, preflight.header("access-control-request-headers", "authorization")).await;
    assert!(answer.header("access-control-allow-headers").contains("authorization"), "{answer:?}");
    let refused = send(server.public, post("").header("origin", "https://app.example")).await;
    assert!(refused.header("access-control-expose-headers").contains("www-authenticate"), "{refused:?}");
}
