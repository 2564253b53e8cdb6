//! The parameters of a request: each fault is reported in the terms of the API, and little of a request is repeated.

use serde_json::Value;

use crate::errors::{envelope, faults};
use crate::project::file;
use crate::support::http::{get, request, send};
use crate::support::server::TestServer;

const NAME: &str = "must be a string of 1 to 100 characters, none of them a control character";

#[tokio::test]
async fn each_fault_of_the_parameters_is_named() {
    let server = TestServer::start(&[]).await;
    let long = "é".repeat(101);
    for (query, named) in [
        ("nam=Ada", &[("nam", "is unknown")][..]),
        ("name=Ada&name=Bob", &[("name", "is given more than once")]),
        ("name=&name=Bob", &[("name", "is given more than once")]),
        ("name=%00", &[("name", NAME)]),
        ("name=two%0Alines", &[("name", NAME)]),
        (&format!("name={long}"), &[("name", NAME)]),
        (
            "name=%07&colour=red&name=Ada",
            &[("name", "is given more than once"), ("name", NAME), ("colour", "is unknown")],
        ),
        ("x=1&x=2&Name=Ada", &[("Name", "is unknown"), ("x", "is unknown")]),
        ("=Ada", &[("", "is unknown")]),
    ] {
        let answer = get(server.public, &format!("/greet?{}", percent_encoded(query))).await;
        let error = envelope(&answer, 422, "invalid").await;
        assert_eq!(faults(&error), named, "{query}");
    }
}

#[tokio::test]
async fn an_empty_parameter_counts_as_absent() {
    let server = TestServer::start(&[]).await;
    for path in ["/greet?", "/greet?name=", "/greet?name", "/greet?&"] {
        let answer = get(server.public, path).await;
        assert_eq!((answer.status, answer.text()), (200, r#"{"message":"Hello, Developer!"}"#), "{path}");
    }
    let longest = get(server.public, &format!("/greet?name={}", percent_encoded(&"é".repeat(100)))).await;
    assert_eq!(longest.status, 200, "characters count, not bytes: {}", longest.text());
}

#[tokio::test]
async fn at_most_a_hundred_characters_of_a_request_are_repeated() {
    let server = TestServer::start(&[]).await;
    let many: Vec<String> = (0..500).map(|number| format!("QQ{number:03}=1")).collect();
    for query in
        ["Q".repeat(8000), format!("{}=1", "Q".repeat(8000)), many.join("&"), format!("name={}", "Q".repeat(8000))]
    {
        let answer = get(server.public, &format!("/greet?{query}")).await;
        let error = envelope(&answer, 422, "invalid").await;
        assert!(!faults(&error).is_empty());
        let repeated = answer.text().matches('Q').count();
        assert!(repeated <= 100, "{repeated} characters are repeated: {}", answer.text());
        assert!(answer.body.len() < 4096, "{} bytes", answer.body.len());
    }
    let answer = get(server.public, &format!("/greet?{}", many.join("&"))).await;
    assert_eq!(faults(&envelope(&answer, 422, "invalid").await).last(), Some(&("…", "480 more are unknown")));
}

/// Covers endpoints without parameters, and any endpoint that is added later.
#[tokio::test]
async fn every_operation_rejects_unknown_parameters() {
    let server = TestServer::start(&[]).await;
    let api: Value = serde_json::from_str(&file("openapi.json")).expect("JSON");
    let mut refused = 0;
    for (path, item) in api["paths"].as_object().expect("paths") {
        if path.starts_with("/health") {
            continue;
        }
        let target = format!("{}?no_such_parameter=1", path.replace("{id}", "1"));
        for method in item.as_object().expect("operations").keys() {
            let answer = send(server.public, request(&method.to_uppercase(), &target).json("{}")).await;
            let error = envelope(&answer, 422, "invalid").await;
            assert_eq!(faults(&error), [("no_such_parameter", "is unknown")], "{method} {path}");
            assert!(item[method]["responses"]["422"].is_object(), "{method} {path} has no 422 in openapi.json");
            refused += 1;
        }
    }
    assert!(refused >= 1);
}

/// Percent-encodes non-ASCII bytes.
fn percent_encoded(query: &str) -> String {
    let byte = |byte: u8| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    query.bytes().map(byte).collect()
}
