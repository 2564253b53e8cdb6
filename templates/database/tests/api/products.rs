//! The products API, with every statement on a database.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::errors::envelope;
use crate::support::http::{Answer, Connection, get, raw, read_some, read_to_end, request, send};
use crate::support::server::TestServer;
use crate::unread::upload;

async fn create(server: &TestServer, name: &str, price_cents: i64) -> Answer {
    let body = json!({"name": name, "price_cents": price_cents});
    send(server.public, request("POST", "/products").json(body)).await
}

fn id(product: &Value) -> i64 {
    product["id"].as_i64().expect("a product has an id")
}

#[tokio::test]
async fn a_product_is_created_read_updated_and_deleted() {
    let server = TestServer::start(&[]).await;
    let created = create(&server, "Tea, \"green\" – 100 g", 450).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let product = created.json();
    let path = format!("/products/{}", id(&product));
    assert_eq!(created.header("location"), path);
    let fields: Vec<&String> = product.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["created_at", "id", "name", "price_cents", "updated_at"]);
    assert_eq!(product["name"], "Tea, \"green\" – 100 g");
    assert_eq!(product["price_cents"], 450);
    assert_eq!(product["created_at"], product["updated_at"]);

    let read = get(server.public, &path).await;
    assert_eq!((read.status, &read.json()["source"]), (200, &json!("database")));
    assert_eq!(read.json()["data"], product);

    let change = json!({"name": "Tea", "price_cents": 0});
    let changed = send(server.public, request("PUT", &path).json(&change)).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let changed = changed.json();
    assert_eq!((&changed["name"], &changed["price_cents"]), (&json!("Tea"), &json!(0)));
    assert_eq!(changed["created_at"], product["created_at"]);
    assert_ne!(changed["updated_at"], product["updated_at"]);
    assert_eq!(get(server.public, &path).await.json()["data"], changed);

    let deleted = send(server.public, request("DELETE", &path)).await;
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    for request in [request("GET", &path), request("PUT", &path).json(&change), request("DELETE", &path)] {
        envelope(&send(server.public, request).await, 404, "not_found").await;
    }
}

#[tokio::test]
async fn a_name_is_taken_once_even_if_clients_race_for_it() {
    let server = TestServer::start(&[]).await;
    let mut clients = JoinSet::new();
    for price in 0..16 {
        let body = json!({"name": "The only one", "price_cents": price});
        clients.spawn(send(server.public, request("POST", "/products").json(body)));
    }
    let (created, refused): (Vec<_>, Vec<_>) =
        clients.join_all().await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(created.len(), 1);
    for answer in refused {
        envelope(&answer, 409, "conflict").await;
    }

    let other = create(&server, "Another", 1).await;
    let rename = request("PUT", other.header("location"));
    let taken = json!({"name": "The only one", "price_cents": 1});
    envelope(&send(server.public, rename.json(taken)).await, 409, "conflict").await;
}

#[tokio::test]
async fn a_product_is_deleted_once_even_if_clients_race_for_it() {
    let server = TestServer::start(&[]).await;
    let path = create(&server, "Going", 1).await.header("location").to_owned();
    let mut clients = JoinSet::new();
    for _ in 0..16 {
        clients.spawn(send(server.public, request("DELETE", &path)));
    }
    let (deleted, missed): (Vec<_>, Vec<_>) =
        clients.join_all().await.into_iter().partition(|answer| answer.status == 204);
    assert_eq!(deleted.len(), 1);
    for answer in missed {
        envelope(&answer, 404, "not_found").await;
    }
}

#[tokio::test]
async fn each_invalid_field_of_a_product_is_named() {
    let server = TestServer::start(&[]).await;
    let long = "é".repeat(201);
    for (name, price_cents, fields) in [
        ("", 1, &["name"][..]),
        (&long, 1, &["name"]),
        ("line\nbreak", 1, &["name"]),
        ("fine", -1, &["price_cents"]),
        ("", -1, &["name", "price_cents"]),
    ] {
        let error = envelope(&create(&server, name, price_cents).await, 422, "invalid").await;
        let details = error["details"].as_array().expect("details").iter();
        let named: Vec<&str> = details.filter_map(|detail| detail["field"].as_str()).collect();
        assert_eq!(named, fields);
    }
    let longest = create(&server, &"é".repeat(200), 0).await;
    assert_eq!(longest.status, 201, "characters count, not bytes: {}", longest.text());
}

#[tokio::test]
async fn malformed_bodies_are_rejected() {
    let server = TestServer::start(&["--body-limit=512KiB"]).await;
    let post = || request("POST", "/products");
    let put = || request("PUT", "/products/1");
    let large = json!({"name": "x".repeat(512 << 10), "price_cents": 1});
    for (request, status, word) in [
        (post().json("{\"name\":"), 400, "malformed"),
        (post().json("[1,"), 400, "malformed"),
        (post().json("\u{feff}{}"), 400, "malformed"),
        (post().json("{}"), 422, "invalid"),
        (put().json(r#"{"name":"Tea","price_cents":"1"}"#), 422, "invalid"),
        (put().json(r#"{"name":"Tea","price_cents":1,"colour":"green"}"#), 422, "invalid"),
        (post().body("name=Tea"), 415, "unsupported_media_type"),
        (post().json(&large), 413, "body_too_large"),
        (request("GET", "/products/tea"), 422, "invalid"),
        (request("GET", "/products/1.5"), 422, "invalid"),
        (request("DELETE", "/products/9223372036854775808"), 422, "invalid"),
        (request("GET", "/products?limit=0"), 422, "invalid"),
        (request("GET", "/products?limit=101"), 422, "invalid"),
        (request("GET", "/products?limit=many"), 422, "invalid"),
        (request("GET", "/products?after=last"), 422, "invalid"),
        (request("PATCH", "/products/1"), 405, "method_not_allowed"),
    ] {
        let answer = send(server.public, request.clone()).await;
        assert_eq!(answer.status, status, "{request:?}: {}", answer.text());
        envelope(&answer, status, word).await;
    }
}

#[tokio::test]
async fn sql_in_any_input_is_only_text() {
    let server = TestServer::start(&[]).await;
    create(&server, "Stays", 1).await;
    let texts = [
        "'; DROP TABLE products; --",
        "') RETURNING *; DELETE FROM products WHERE ('1' = '1",
        "' OR '1' = '1",
        "\"; SELECT 1; \"",
        "$1, $2 ? :name @name {} %s %",
        "\\'; DELETE FROM products; /*",
        "$$; DELETE FROM products; $$",
    ];
    for text in texts {
        let created = create(&server, text, 1).await;
        assert_eq!((created.status, &created.json()["name"]), (201, &json!(text)), "{}", created.text());
        envelope(&create(&server, text, 1).await, 409, "conflict").await;
        let path = created.header("location");
        assert_eq!(get(server.public, path).await.json()["data"]["name"], text);
        let renamed = json!({"name": format!("{text} renamed"), "price_cents": 1});
        let renamed = send(server.public, request("PUT", path).json(renamed)).await;
        assert_eq!(renamed.json()["name"], format!("{text} renamed"));
    }
    for path in ["/products/1%20OR%201=1", "/products/1;DELETE", "/products?after=0%20OR%201=1", "/products?limit=1;"] {
        envelope(&get(server.public, path).await, 422, "invalid").await;
    }
    let all = get(server.public, "/products?limit=100").await.json();
    assert_eq!(all["data"].as_array().expect("a page").len(), texts.len() + 1);
}

#[tokio::test]
async fn a_body_without_a_length_is_measured_as_it_arrives() {
    let server = TestServer::start(&["--body-limit=512KiB"]).await;
    let head = request("POST", "/products").header("transfer-encoding", "chunked").json("").to_bytes();
    let chunk = format!("80000\r\n{}\r\n", " ".repeat(0x80000));
    let chunked = [&head[..], chunk.as_bytes(), b"1\r\n \r\n0\r\n\r\n"].concat();
    let answer = read_some(&raw(server.public, chunked).await).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_too_much_gets_the_answer() {
    let server = TestServer::start(&[]).await;
    upload(&server, &request("POST", "/products").json(""), 413, "body_too_large").await;
}

#[tokio::test]
async fn a_body_that_is_too_large_gets_no_100_continue() {
    let server = TestServer::start(&[]).await;
    let waiting = request("POST", "/products").json("").header("expect", "100-continue");
    let waiting = waiting.header("content-length", "50000000");
    let answer = read_to_end(&raw(server.public, waiting.to_bytes()).await).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn types_that_end_in_json_are_json() {
    let server = TestServer::start(&[]).await;
    let tea = json!({"name": "Tea", "price_cents": 450});
    let suffixed = request("POST", "/products").header("content-type", "application/vnd.shop+json").body(tea);
    assert_eq!(send(server.public, suffixed).await.status, 201);
}

#[tokio::test]
async fn pages_show_each_product_once_during_concurrent_changes() {
    let server = TestServer::start(&[]).await;
    let mut client = Connection::open(server.public).await;
    let add = async |client: &mut Connection, name: String| {
        let body = json!({"name": name, "price_cents": 1});
        id(&client.send(request("POST", "/products").json(body)).await.json())
    };
    let mut stay = BTreeSet::new();
    for number in 0..45 {
        stay.insert(add(&mut client, format!("Product {number}")).await);
    }
    let leaver = *stay.iter().nth(30).expect("there are 45");
    stay.remove(&leaver);

    let mut seen = Vec::new();
    let mut after = Some(0);
    while let Some(last) = after.filter(|_| seen.len() < 100) {
        let page = request("GET", &format!("/products?limit=10&after={last}"));
        let page = client.send(page).await.json();
        let products = page["data"].as_array().expect("a page").iter();
        assert!(products.len() <= 10);
        seen.extend(products.map(id));
        after = page["next"].as_i64();
        // Between two pages, a product of a later page is deleted, and new ones are added.
        client.send(request("DELETE", &format!("/products/{leaver}"))).await;
        if seen.len() <= 20 {
            add(&mut client, format!("Late {last}")).await;
        }
    }
    assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
    let seen: BTreeSet<i64> = seen.into_iter().collect();
    assert!(stay.is_subset(&seen) && !seen.contains(&leaver), "{seen:?}");
    assert_eq!(seen.len(), 46, "the two that were added in time are on the last page: {seen:?}");

    let first = get(server.public, "/products").await.json();
    assert_eq!(first["data"].as_array().expect("a page").len(), 20, "the default page");
}
