//! What clients ask for in a drill.

use std::net::SocketAddr;

use serde_json::json;

//= uses
use crate::support::http::{Request, get, request, send};

/// The requests that fail while the database does.
pub const NEED_THE_DATABASE: &[&str] = &[
    //= needed
    // No page is stored anywhere else.
    "GET /products?limit=20",
    "PUT /products/2",
];

/// The requests, sent in turn.
pub fn all() -> Vec<Request> {
    let change = json!({"name": "Coffee", "price_cents": 900});
    vec![
        //= requests
        request("GET", "/greet?name=Ada"),
        request("GET", "/products/1"),
        request("GET", "/products?limit=20"),
        request("PUT", "/products/2").json(change),
    ]
}

/// Adds what they ask for. Each is sent once, so that nothing is done for the first time during the drill.
pub async fn prepare(service: SocketAddr) {
    for name in ["Tea", "Coffee"] {
        let product = json!({"name": name, "price_cents": 450});
        let answer = send(service, request("POST", "/products").json(product)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(get(service, "/products/1").await.status, 200);
}
