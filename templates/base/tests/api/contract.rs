//! The contract with every client: the greeting, health, documentation, request ids and headers.

use crate::support::http::{get, request, send};
use crate::support::server::TestServer;

#[tokio::test]
async fn greet_greets_by_name_and_developers_by_default() {
    let server = TestServer::start(&[]).await;
    for (path, body) in [
        ("/greet?name=Ada", r#"{"message":"Hello, Ada!"}"#),
        ("/greet", r#"{"message":"Hello, Developer!"}"#),
        ("/greet?name=Zo%C3%AB+%22Z%22", r#"{"message":"Hello, Zoë \"Z\"!"}"#),
    ] {
        let answer = get(server.public, path).await;
        assert_eq!((answer.status, answer.text()), (200, body), "{path}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn health_answers_on_both_ports() {
    let server = TestServer::start(&[]).await;
    for port in [server.public, server.admin] {
        assert_eq!(get(port, "/health/live").await.status, 200);
        let ready = get(port, "/health/ready").await;
        assert_eq!((ready.status, ready.json()["status"].as_str()), (200, Some("ready")));
    }
}

#[tokio::test]
async fn business_routes_are_absent_from_the_admin_port() {
    let server = TestServer::start(&[]).await;
    let answer = get(server.admin, "/greet").await;
    assert_eq!((answer.status, &answer.json()["error"]["type"]), (404, &"not_found".into()));
}

#[tokio::test]
async fn the_docs_page_loads_no_external_resource() {
    let server = TestServer::start(&[]).await;
    let page = get(server.public, "/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");

    let html = page.text();
    assert!(!html.contains("//"), "a link out of the page: {html}");
    let assets: Vec<&str> =
        (html.split(['"', '\''])).filter(|text| text.ends_with(".js") || text.ends_with(".css")).collect();
    assert!(assets.len() >= 2, "{html}");
    for asset in assets {
        let asset = get(server.public, &format!("/{asset}")).await;
        assert_eq!(asset.status, 200);
        assert!(!asset.text().contains("://"), "{}", asset.text());
    }
}

#[tokio::test]
async fn openapi_json_is_served() {
    let server = TestServer::start(&[]).await;
    let served = get(server.public, "/openapi.json").await;
    assert_eq!(served.status, 200);
    assert!(served.json()["paths"]["/greet"]["get"]["responses"]["200"].is_object());
}

#[tokio::test]
async fn security_headers_are_on_every_answer() {
    let server = TestServer::start(&[]).await;
    for path in ["/greet", "/docs", "/nowhere", "/greet?name=", "/health/live"] {
        let answer = get(server.public, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_ne!(answer.header("content-security-policy"), "", "{path}");
        assert_ne!(answer.header("x-request-id"), "", "{path}");
    }
}

#[tokio::test]
async fn every_response_states_whether_it_may_be_stored() {
    let server = TestServer::start(&[]).await;
    let paths =
        ["/greet", "/greet?name=Ada&name=Bob", "/docs", "/openapi.json", "/nowhere", "/health/live", "/health/ready"];
    for path in paths {
        assert_eq!(get(server.public, path).await.header("cache-control"), "no-store", "{path}");
    }
    let answer = send(server.public, request("DELETE", "/greet")).await;
    assert_eq!((answer.status, answer.header("cache-control")), (405, "no-store"));
    assert_eq!(get(server.admin, "/health/ready").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn other_origins_may_read_answers_only_when_a_setting_lists_them() {
    let ask = |origin| request("GET", "/greet").header("origin", origin);
    let closed = TestServer::start(&[]).await;
    let answer = send(closed.public, ask("https://app.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");

    let open = TestServer::start(&["--cors-origins=https://app.example,https://two.example"]).await;
    for (origin, allowed) in [
        ("https://app.example", "https://app.example"),
        ("https://two.example", "https://two.example"),
        ("https://evil.example", ""),
    ] {
        let answer = send(open.public, ask(origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        let preflight = request("OPTIONS", "/greet").header("origin", origin);
        let preflight = preflight.header("access-control-request-method", "GET");
        let answer = send(open.public, preflight).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
    }
    let preflight = request("OPTIONS", "/greet").header("origin", "https://app.example");
    let preflight = preflight.header("access-control-request-method", "PUT");
    let preflight = send(open.public, preflight.header("access-control-request-headers", "content-type")).await;
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let methods = preflight.header("access-control-allow-methods");
        assert!(methods.split(',').any(|allowed| allowed == method), "{method} is not in {methods}");
    }
    for header in ["content-type", "if-match", "if-none-match", "x-request-id", "traceparent"] {
        let headers = preflight.header("access-control-allow-headers");
        assert!(headers.split(',').any(|allowed| allowed == header), "{header} is not in {headers}");
    }

    for (path, status) in [("/nowhere", 404), ("/health/live", 200), ("/health/ready", 200)] {
        let asked = request("GET", path).header("origin", "https://app.example");
        let answer = send(open.public, asked).await;
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!((answer.status, allowed), (status, "https://app.example"), "{path} is readable too");
        for header in ["etag", "location", "retry-after", "x-request-id"] {
            let headers = answer.header("access-control-expose-headers");
            assert!(headers.split(',').any(|exposed| exposed == header), "{header} is not in {headers}");
        }
    }
}

#[tokio::test]
async fn a_valid_request_id_is_returned_and_any_other_is_replaced() {
    let server = TestServer::start(&[]).await;
    let sane = "order-42_a.B:7";
    let answer = send(server.public, request("GET", "/greet").header("x-request-id", sane)).await;
    assert_eq!(answer.header("x-request-id"), sane);

    let first = get(server.public, "/greet").await;
    let second = get(server.public, "/greet").await;
    assert_ne!(first.header("x-request-id"), "");
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}
