//! API keys: creation, listing and revocation by commands; verification; rejected keys.

use serde_json::json;

use crate::errors::envelope;
use crate::support::auth::{credential_of, forged};
use crate::support::database::Database;
use crate::support::http::{Answer, Request, send};
use crate::support::process::{Ended, run};
use crate::support::server::TestServer;

/// The response to a write with this credential.
pub async fn write(server: &TestServer, credential: &str) -> Answer {
    let name = format!("{:032x}", fastrand::u128(..));
    let post = Request::new("POST", "/products").header("authorization", credential);
    send(server.public, post.json(json!({"name": name, "price_cents": 1}))).await
}

/// Runs `api-key` on the database of a server.
async fn command(database: &Database, arguments: &[&str]) -> Ended {
    let arguments = [&["api-key"], arguments].concat();
    run(&arguments, &[("DATABASE_URL", &database.url())]).await
}

#[tokio::test]
async fn a_key_is_created_used_listed_and_revoked() {
    let server = TestServer::start(&[]).await;
    let made = command(&server.fixture.database, &["create", "shop", "--scope", "products:write"]).await;
    assert_eq!(made.code, Some(0), "{:?}", made.stderr);
    let [key] = &made.stdout[..] else { panic!("the key, and nothing else: {:?}", made.stdout) };
    let secret = key.strip_prefix("dev_").expect("the environment");
    assert_eq!(secret.len(), 43, "256 bits");
    let credential = format!("Bearer {key}");
    assert_eq!(write(&server, &credential).await.status, 201);

    let reader = command(&server.fixture.database, &["create", "reader"]).await;
    assert_ne!(made.stdout, reader.stdout);
    envelope(&write(&server, &format!("Bearer {}", reader.stdout[0])).await, 403, "forbidden").await;

    let listed = command(&server.fixture.database, &["list"]).await;
    let line = listed.stdout.iter().find(|line| line.starts_with("shop "));
    assert!(line.is_some_and(|line| line.contains("products:write") && line.contains("in use")), "{listed:?}");
    assert!(!listed.stdout.concat().contains(secret), "{listed:?}");

    let revoked = command(&server.fixture.database, &["revoke", "shop"]).await;
    assert_eq!(revoked.code, Some(0), "{:?}", revoked.stderr);
    let listed = command(&server.fixture.database, &["list"]).await;
    let line = listed.stdout.iter().find(|line| line.starts_with("shop "));
    assert!(line.is_some_and(|line| line.contains("revoked")), "{listed:?}");
}

#[tokio::test]
async fn a_command_that_fails_prints_one_line_and_exits_with_1() {
    let database = Database::new().await;
    let unprepared = command(&database, &["list"]).await;
    assert_eq!((unprepared.code, unprepared.stderr.len()), (Some(1), 1), "no key is looked for before `migrate`");
    assert_eq!(run(&["migrate"], &[("DATABASE_URL", &*database.url())]).await.code, Some(0));
    assert_eq!(command(&database, &["create", "shop"]).await.code, Some(0));
    for wrong in [&["create", "shop"][..], &["revoke", "absent"]] {
        let ended = command(&database, wrong).await;
        assert_eq!((ended.code, ended.stdout), (Some(1), vec![]));
        let [line] = &ended.stderr[..] else { panic!("{:?}", ended.stderr) };
        assert!(line.contains(wrong[1]), "{line}");
    }
    assert_eq!(command(&database, &["revoke", "shop"]).await.code, Some(0));
    assert_eq!(command(&database, &["revoke", "shop"]).await.code, Some(1), "once");
    assert_eq!(command(&database, &["create", "shop"]).await.code, Some(1), "a name is not used again");
    for wrong in [&["create", "Two Words"][..], &["create", "new", "--scope=products:all"], &["create"], &[]] {
        assert_eq!(command(&database, wrong).await.code, Some(2), "{wrong:?}");
    }
    let environment = [("DATABASE_URL", &*database.url()), ("API_KEY_ENVIRONMENT", "two words")];
    assert_eq!(run(&["api-key", "list"], &environment).await.code, Some(2));
}

#[tokio::test]
async fn only_the_hash_of_a_key_is_stored() {
    let database = Database::new().await;
    assert_eq!(run(&["migrate"], &[("DATABASE_URL", &*database.url())]).await.code, Some(0));
    let key = command(&database, &["create", "shop"]).await.stdout.concat();
    let pool = database.connect().await;
    let stored: Vec<u8> = sqlx::query_scalar("SELECT hash FROM api_keys").fetch_one(&pool).await.unwrap();
    assert_eq!(stored.len(), 32);
    let bytes = key.into_bytes();
    assert!(!bytes.windows(4).any(|part| stored.windows(4).any(|stored| stored == part)));
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_although_it_was_just_used() {
    let server = TestServer::start(&[]).await;
    let revoked = credential_of(&server, "revoked", "products:write").await;
    let kept = credential_of(&server, "kept", "products:write").await;
    for credential in [&revoked, &kept] {
        assert_eq!(write(&server, credential).await.status, 201);
    }
    assert_eq!(command(&server.fixture.database, &["revoke", "revoked"]).await.code, Some(0));
    let answer = write(&server, &revoked).await;
    envelope(&answer, 401, "unauthorized").await;
    assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    assert_eq!(write(&server, &kept).await.status, 201);
}

#[tokio::test]
async fn a_key_of_another_environment_is_refused_even_if_the_database_knows_it() {
    let database = Database::new().await;
    let live = [("DATABASE_URL", &*database.url()), ("API_KEY_ENVIRONMENT", "live")];
    assert_eq!(run(&["migrate"], &live).await.code, Some(0));
    let made = run(&["api-key", "create", "shop", "--scope=products:write"], &live).await;
    let key = made.stdout.concat();
    assert!(key.starts_with("live_"), "{made:?}");
    let url = database.flag();
    let server = TestServer::start(&[&url]).await;
    envelope(&write(&server, &format!("Bearer {key}")).await, 401, "unauthorized").await;
    let renamed = key.replace("live_", "dev_");
    envelope(&write(&server, &format!("Bearer {renamed}")).await, 401, "unauthorized").await;
    let server = TestServer::start(&[&url, "--api-key-environment=live"]).await;
    assert_eq!(write(&server, &format!("Bearer {key}")).await.status, 201);
}

#[tokio::test]
async fn without_the_database_a_write_with_a_key_is_503() {
    let server = TestServer::start(&[]).await;
    let credential = credential_of(&server, "writer", "products:write").await;
    assert_eq!(write(&server, &credential).await.status, 201);
    server.app.platform.database.pool.close().await;
    for credential in [&credential, &forged()] {
        envelope(&write(&server, credential).await, 503, "unavailable").await;
    }
    for shapeless in ["Bearer dev_short", "Bearer no-key", &format!("Bearer live_{}", "A".repeat(43))] {
        // Rejected without a look-up.
        envelope(&write(&server, shapeless).await, 401, "unauthorized").await;
    }
}

#[tokio::test]
async fn a_key_is_compared_in_full() {
    let server = TestServer::start(&[]).await;
    let credential = credential_of(&server, "whole", "products:write").await;
    assert_eq!(write(&server, &credential).await.status, 201);
    // The index finds a row by the first 8 bytes; the others differ from those of every key.
    let select = sqlx::query_scalar("SELECT hash FROM api_keys WHERE name = 'whole'");
    let mut hash: Vec<u8> = select.fetch_one(&server.app.platform.database.pool).await.expect("it is stored");
    hash[31] ^= 1;
    let update = sqlx::query("UPDATE api_keys SET hash = $1 WHERE name = 'whole'").bind(hash);
    update.execute(&server.app.platform.database.pool).await.expect("a hash");
    envelope(&write(&server, &credential).await, 401, "unauthorized").await;
}
