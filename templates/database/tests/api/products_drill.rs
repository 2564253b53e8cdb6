//! The products that clients of a drill read and change.

use std::net::SocketAddr;

use serde_json::json;

use crate::support::http::{Request, get, request, send};

/// Changes one product. Another one is read, which stays as it is.
pub fn change() -> Request {
    request("PUT", "/products/2").json(json!({"name": "Coffee", "price_cents": 900}))
}

pub async fn add(service: SocketAddr) {
    for name in ["Tea", "Coffee"] {
        let product = json!({"name": name, "price_cents": 450});
        let answer = send(service, request("POST", "/products").json(product)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(get(service, "/products/1").await.status, 200);
}
