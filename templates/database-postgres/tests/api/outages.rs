//! The errors of PostgreSQL after which a retry may succeed, and those after which it cannot.

use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::errors::envelope;
use crate::support::http::{Answer, get, request, send};
use crate::support::server::TestServer;

/// The response to a write that the database ends with this SQLSTATE.
async fn write(server: &TestServer, code: &str) -> Answer {
    let function = format!(
        "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'by the test' USING ERRCODE = '{code}'; END $$"
    );
    sqlx::query(AssertSqlSafe(function)).execute(&server.app.platform.database.pool).await.expect("a valid function");
    let name = format!("{:032x}", fastrand::u128(..));
    send(server.public, request("POST", "/products").json(json!({"name": name, "price_cents": 1}))).await
}

#[tokio::test]
async fn a_transient_error_is_503_and_any_other_is_500() {
    let server = TestServer::start(&[]).await;
    write(&server, "XX000").await;
    let trigger = "CREATE TRIGGER fails BEFORE INSERT ON products FOR EACH ROW EXECUTE FUNCTION fail()";
    sqlx::query(trigger).execute(&server.app.platform.database.pool).await.unwrap();
    for (what, code) in [
        ("a connection that is lost", "08006"),
        ("a login that is refused", "28000"),
        ("a database that is not there yet", "3D000"),
        ("a conflict of transactions", "40001"),
        ("a deadlock", "40P01"),
        ("too many connections", "53300"),
        ("a statement that is cancelled", "57014"),
        ("a server that shuts down", "57P01"),
        ("a disk that fails", "58030"),
        ("a standby that takes no writes", "25006"),
        ("a transaction that was idle for too long", "25P03"),
        ("a lock that is not free", "55P03"),
    ] {
        let answer = write(&server, code).await;
        assert_eq!(answer.status, 503, "{what}, {code}: {}", answer.text());
        // Must not open the breaker: only consecutive failures of the server itself are an outage.
        assert_eq!(get(server.public, "/products").await.status, 200, "{what}");
    }
    for code in ["XX000", "22012", "42P01"] {
        envelope(&write(&server, code).await, 500, "internal").await;
    }
}
