//! The orders API.

use serde_json::{Value, json};

use crate::errors::envelope;
use crate::support::http::{Answer, get, request, send};
use crate::support::server::TestServer;

async fn post(server: &TestServer, path: &str, body: Value) -> Answer {
    send(server.public, request("POST", path).json(body)).await
}

/// The path of a new product, and its id.
async fn product(server: &TestServer) -> (String, i64) {
    let created = post(server, "/products", json!({"name": "Tea", "price_cents": 450})).await;
    (created.header("location").to_owned(), created.json()["id"].as_i64().expect("an id"))
}

#[tokio::test]
async fn an_order_is_created_read_updated_and_deleted() {
    let server = TestServer::start(&[]).await;
    let (product, id) = product(&server).await;
    let created = post(&server, "/orders", json!({"product_id": id, "quantity": 2, "state": "open"})).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = created.header("location").to_owned();
    assert_eq!(get(server.public, &path).await.json()["data"], created.json());
    assert_eq!(get(server.public, "/orders").await.json(), json!({"data": [created.json()], "next": null}));

    let mut order = created.json();
    order["state"] = json!("paid");
    let put = || request("PUT", &path).header("if-match", created.header("etag")).json(&order);
    let changed = send(server.public, put()).await;
    assert_eq!((changed.status, &changed.json()["state"]), (200, &json!("paid")));
    envelope(&send(server.public, put()).await, 412, "precondition_failed").await;

    let in_use = send(server.public, request("DELETE", &product)).await;
    envelope(&in_use, 409, "conflict").await;
    assert_eq!(send(server.public, request("DELETE", &path)).await.status, 204);
    let error = envelope(&get(server.public, &path).await, 404, "not_found").await;
    assert_eq!(error["message"], "there is no such order");
    assert_eq!(send(server.public, request("DELETE", &product)).await.status, 204);
}

#[tokio::test]
async fn an_order_refers_to_a_product_and_is_validated() {
    let server = TestServer::start(&[]).await;
    let unknown = post(&server, "/orders", json!({"product_id": 404, "quantity": 1, "state": "open"})).await;
    envelope(&unknown, 409, "conflict").await;
    let wrong = post(&server, "/orders", json!({"product_id": 1, "quantity": 0, "state": "lost"})).await;
    let error = envelope(&wrong, 422, "invalid").await;
    let details = error["details"].as_array().expect("details").iter();
    assert_eq!(details.map(|detail| &detail["field"]).collect::<Vec<_>>(), ["quantity", "state"]);
}
