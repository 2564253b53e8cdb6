//! Request bodies: only objects, every fault in one response, in the terms of the API, repeating little of the body.

use serde_json::{Value, json};

use crate::errors::{envelope, faults};
use crate::project::file;
use crate::support::http::{Answer, get, request, send};
use crate::support::server::TestServer;

const NAME: &str = "must be a string of 1 to 200 characters, none of them a control character";
const PRICE: &str = "must be an integer from 0 to 9007199254740991";
const REQUIRED: &str = "is required";
const UNKNOWN: &str = "is unknown";
const TWICE: &str = "is given more than once";

async fn post(server: &TestServer, body: impl ToString) -> Answer {
    send(server.public, request("POST", "/products").json(body)).await
}

#[tokio::test]
async fn every_fault_of_a_body_is_named_in_one_answer() {
    let server = TestServer::start(&[]).await;
    for (body, named) in [
        ("{}", &[("name", REQUIRED), ("price_cents", REQUIRED)][..]),
        (r#"{"name":null,"price_cents":null}"#, &[("name", NAME), ("price_cents", PRICE)]),
        (r#"{"name":7,"price_cents":"450"}"#, &[("name", NAME), ("price_cents", PRICE)]),
        (r#"{"name":["Tea"],"price_cents":{"eur":4}}"#, &[("name", NAME), ("price_cents", PRICE)]),
        (r#"{"name":"","price_cents":-1}"#, &[("name", NAME), ("price_cents", PRICE)]),
        (r#"{"name":"\ud800","price_cents":true}"#, &[("name", NAME), ("price_cents", PRICE)]),
        (r#"{"name":"a\u0000b","price_cents":4.5}"#, &[("name", NAME), ("price_cents", PRICE)]),
        (r#"{"name":"Tea","price_cents":9007199254740992}"#, &[("price_cents", PRICE)]),
        (r#"{"name":"Tea","price_cents":9223372036854775808}"#, &[("price_cents", PRICE)]),
        (r#"{"name":"Tea","price_cents":1e400}"#, &[("price_cents", PRICE)]),
        (r#"{"name":"Tea","price_cents":1,"colour":"green"}"#, &[("colour", UNKNOWN)]),
        (r#"{"name":"Tea","name":"Tea","price_cents":1}"#, &[("name", TWICE)]),
        (r#"{"na\u006de":"Tea","name":"Tea","price_cents":1}"#, &[("name", TWICE)]),
        (
            r#"{"id":1,"created_at":"","updated_at":"","name":"Tea","price_cents":1}"#,
            &[("created_at", UNKNOWN), ("id", UNKNOWN), ("updated_at", UNKNOWN)],
        ),
        (
            r#"{"name":"","name":"","Price":1,"colour":1,"colour":2}"#,
            &[("name", TWICE), ("name", NAME), ("price_cents", REQUIRED), ("Price", UNKNOWN), ("colour", UNKNOWN)],
        ),
    ] {
        let error = envelope(&post(&server, body).await, 422, "invalid").await;
        assert_eq!(faults(&error), named, "{body}");
    }
    assert_eq!(get(server.public, "/products").await.json()["data"], json!([]), "none of these was stored");
}

#[tokio::test]
async fn only_an_object_is_a_body() {
    let server = TestServer::start(&[]).await;
    for body in [r#"["Tea",450]"#, "[]", "null", "7", r#""Tea""#, r#"[{"name":"Tea","price_cents":450}]"#] {
        let error = envelope(&post(&server, body).await, 422, "invalid").await;
        assert_eq!(faults(&error), [("body", "must be a JSON object")], "{body}");
    }
    for body in ["[", "{", r#"{"name":"Tea""#, r#"["Tea",450}"#, "Tea", r#"{"name":"Tea","price_cents":01}"#, "{} {}"] {
        let error = envelope(&post(&server, body).await, 400, "malformed").await;
        assert!(
            matches!(faults(&error)[..], [("body", message)] if message.starts_with("is not JSON: line 1, column "))
        );
    }
}

#[tokio::test]
async fn an_integer_may_have_any_json_notation() {
    let server = TestServer::start(&[]).await;
    for (number, price_cents) in
        [("450.0", 450), ("4.5e2", 450), ("-0", 0), ("9007199254740991", 9_007_199_254_740_991_i64)]
    {
        let created = post(&server, format!(r#"{{"name":"Tea for {number}","price_cents":{number}}}"#)).await;
        assert_eq!((created.status, created.json()["price_cents"].as_i64()), (201, Some(price_cents)), "{number}");
    }
}

#[tokio::test]
async fn at_most_a_hundred_characters_of_a_body_are_repeated() {
    let server = TestServer::start(&[]).await;
    let long = "Q".repeat(900_000);
    let many: Vec<String> = (0..50_000).map(|number| format!(r#""QQQ{number}":1"#)).collect();
    for body in [
        json!({ &*long: 1 }).to_string(),
        json!({ "name": long, "price_cents": 1 }).to_string(),
        json!({ "name": 1, "price_cents": long }).to_string(),
        json!([long]).to_string(),
        json!(long).to_string(),
        format!("\"{long}"),
        format!("{{\"name\":{long}"),
        format!("{{{}}}", many.join(",")),
        format!("{{{}}}", vec![r#""Q":1"#; 100_000].join(",")),
        "[".repeat(900_000),
        format!("{{\"Q\":{}{}}}", "[".repeat(400_000), "]".repeat(400_000)),
    ] {
        let answer = post(&server, &body).await;
        assert!([400, 422].contains(&answer.status), "{}", answer.status);
        let repeated = answer.text().matches('Q').count();
        assert!(repeated <= 100, "{repeated} characters are repeated");
        assert!(answer.body.len() < 4096, "{} bytes", answer.body.len());
    }
}

#[tokio::test]
async fn the_parameters_of_products_follow_the_same_rules() {
    let server = TestServer::start(&[]).await;
    const ID: &str = "must be an integer from 1 to 9007199254740991";
    const LIMIT: &str = "must be an integer from 1 to 100";
    const AFTER: &str = "must be an integer from 0 to 9007199254740991";
    for (path, named) in [
        ("/products/tea", &[("id", ID)][..]),
        ("/products/+1", &[("id", ID)]),
        ("/products/01", &[("id", ID)]),
        ("/products/9007199254740992", &[("id", ID)]),
        ("/products/1?fields=name", &[("fields", UNKNOWN)]),
        ("/products?limit=0&after=-1", &[("limit", LIMIT), ("after", AFTER)]),
        ("/products?limit=101&page=2", &[("limit", LIMIT), ("page", UNKNOWN)]),
        ("/products?limit=1&limit=1", &[("limit", TWICE)]),
        ("/products?after=9007199254740992", &[("after", AFTER)]),
    ] {
        let error = envelope(&get(server.public, path).await, 422, "invalid").await;
        assert_eq!(faults(&error), named, "{path}");
    }
    for path in
        ["/products?after=", "/products?limit=&after=", "/products?after=9007199254740991", "/products?limit=100"]
    {
        assert_eq!(get(server.public, path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn put_accepts_the_data_of_a_get() {
    let server = TestServer::start(&[]).await;
    let created = post(&server, json!({"name": "Tea", "price_cents": 450})).await;
    let path = created.header("location").to_owned();
    let mut data = get(server.public, &path).await.json()["data"].take();
    data["price_cents"] = json!(500);
    let put = async |body: &Value| send(server.public, request("PUT", &path).json(body)).await;
    let changed = put(&data).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["price_cents"], 500);
    assert_eq!(changed.json()["created_at"], data["created_at"]);
    assert_ne!(changed.json()["updated_at"], data["updated_at"], "the times are those of the server");

    data["created_at"] = json!("no time at all");
    assert_eq!(put(&data).await.status, 200, "and what a client sends for them does not matter");
    for id in [json!(data["id"].as_i64().expect("an id") + 1), json!("1"), json!(null), json!(1.5)] {
        data["id"] = id;
        data["name"] = json!("");
        let error = envelope(&put(&data).await, 422, "invalid").await;
        assert_eq!(faults(&error), [("id", "must be the one in the path"), ("name", NAME)]);
    }
}

/// The bounds in the API description are those of the code.
#[tokio::test]
async fn openapi_json_has_the_bounds_of_the_code() {
    let server = TestServer::start(&[]).await;
    let api: Value = serde_json::from_str(&file("openapi.json")).expect("JSON");
    let schema = &api["components"]["schemas"]["NewProduct"];
    assert_eq!(schema["additionalProperties"], false);
    let length = |bound: &str| schema["properties"]["name"][bound].as_u64().expect("a length") as usize;
    let price = |bound: &str| schema["properties"]["price_cents"][bound].as_i64().expect("a number");
    let (shortest, longest, least, most) =
        (length("minLength"), length("maxLength"), price("minimum"), price("maximum"));
    for (name, price_cents, status) in [
        (shortest, least, 201),
        (longest, most, 201),
        (shortest - 1, least, 422),
        (longest + 1, least, 422),
        (longest, least - 1, 422),
        (longest, most + 1, 422),
    ] {
        let answer = post(&server, json!({"name": "x".repeat(name), "price_cents": price_cents})).await;
        assert_eq!(answer.status, status, "{name} characters, {price_cents}: {}", answer.text());
    }
}
