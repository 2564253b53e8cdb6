//! Conditional requests (RFC 9110, section 13).

use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use tokio::task::JoinSet;

use crate::errors::envelope;
use crate::support::http::{Answer, Request, get, raw, read_to_end, request, send};
use crate::support::server::TestServer;

/// A product's path, and its entity tag.
async fn create(server: &TestServer, name: &str) -> (String, String) {
    let new = json!({"name": name, "price_cents": 1});
    let created = send(server.public, request("POST", "/products").json(new)).await;
    assert_eq!(created.status, 201, "{}", created.text());
    (created.header("location").to_owned(), created.header("etag").to_owned())
}

fn put(path: &str, name: &str) -> Request {
    request("PUT", path).json(json!({"name": name, "price_cents": 2}))
}

async fn ask(server: &TestServer, path: &str, header: &str, value: &str) -> Answer {
    send(server.public, request("GET", path).header(header, value)).await
}

#[tokio::test]
async fn an_entity_tag_identifies_one_state_of_a_product() {
    let server = TestServer::start(&[]).await;
    let (path, created) = create(&server, "Tea").await;
    assert!(created.len() > 2 && created.starts_with('"') && created.ends_with('"'), "a strong tag: {created}");
    for _ in 0..3 {
        let read = get(server.public, &path).await;
        assert_eq!((read.status, read.header("etag")), (200, &*created), "loaded or kept, it is the same");
    }
    let mut seen = vec![created];
    // As fast as possible: no two states share a tag, however coarse the clock.
    for number in 0..20 {
        let changed = send(server.public, put(&path, &format!("Tea {number}"))).await;
        let tag = changed.header("etag").to_owned();
        assert_eq!(get(server.public, &path).await.header("etag"), tag);
        assert!(!seen.contains(&tag), "{tag} again");
        seen.push(tag);
    }
}

#[tokio::test]
async fn no_two_states_share_a_tag_when_the_clock_is_set_back() {
    let server = TestServer::start(&[]).await;
    let (path, _) = create(&server, "Tea").await;
    // The clock was wrong, and is set back.
    let future = Utc::now() + Duration::from_secs(3600);
    let set = sqlx::query("UPDATE products SET updated_at = $1").bind(future);
    set.execute(&server.app.platform.database.pool).await.expect("the table is there");
    let mut seen = Vec::new();
    for number in 0..3 {
        let changed = send(server.public, put(&path, &format!("Tea {number}"))).await;
        let tag = changed.header("etag").to_owned();
        assert!(changed.status == 200 && !seen.contains(&tag), "{tag} again");
        let next = send(server.public, put(&path, &format!("Tea {number}!")).header("if-match", &tag)).await;
        assert_eq!(next.status, 200, "{}", next.text());
        seen.extend([tag, next.header("etag").to_owned()]);
    }
}

#[tokio::test]
async fn a_representation_that_the_client_has_is_not_sent_again() {
    let server = TestServer::start(&[]).await;
    let (path, tag) = create(&server, "Tea").await;
    let list = format!("\"other\" , W/{tag},\t\"x,y\"");
    for known in [&tag, "*", &format!("W/{tag}"), &list] {
        let answer = ask(&server, &path, "if-none-match", known).await;
        assert_eq!((answer.status, answer.text()), (304, ""), "{known}");
        assert_eq!((answer.header("etag"), answer.header("cache-control")), (&*tag, "no-cache"));
        assert_eq!((answer.header("content-type"), answer.header("content-length")), ("", ""));
        assert_ne!(answer.header("x-request-id"), "");
    }
    let lines = request("GET", &path).header("if-none-match", "\"other\"").header("if-none-match", &tag);
    assert_eq!(send(server.public, lines).await.status, 304, "all lines count");
    let inside = format!("\"x,{}\"", tag.trim_matches('"'));
    for other in ["\"other\"", tag.trim_matches('"'), &inside, "", "\"", "W/", "**"] {
        let answer = ask(&server, &path, "if-none-match", other).await;
        assert_eq!((answer.status, answer.header("etag")), (200, &*tag), "{other:?}");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
    let head = request("HEAD", &path).header("if-none-match", &tag).header("connection", "close");
    let all = read_to_end(&raw(server.public, head.to_bytes()).await).await;
    assert!(all.starts_with("HTTP/1.1 304 ") && all.ends_with("\r\n\r\n"), "{all}");
    assert!(!all.contains("content-length: 0"), "the length would be that of a 200: {all}");
}

#[tokio::test]
async fn a_write_for_another_version_is_not_made() {
    let server = TestServer::start(&[]).await;
    let (path, old) = create(&server, "Tea").await;
    let changed = send(server.public, put(&path, "Green tea").header("if-match", &old)).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let new = changed.header("etag").to_owned();
    assert_ne!(new, old);

    let weak = format!("W/{new}");
    let unquoted = new.trim_matches('"');
    for other in [&*old, &weak, unquoted, "\"\"", "", "garbage", &format!("{old}, \"more\"")] {
        for request in [put(&path, "Black tea"), request("DELETE", &path)] {
            let answer = send(server.public, request.header("if-match", other)).await;
            envelope(&answer, 412, "precondition_failed").await;
        }
        let answer = ask(&server, &path, "if-match", other).await;
        envelope(&answer, 412, "precondition_failed").await;
    }
    for none in ["*", &*new, &weak, &format!("{old}, {new}")] {
        for request in [put(&path, "Black tea"), request("DELETE", &path)] {
            let answer = send(server.public, request.header("if-none-match", none)).await;
            envelope(&answer, 412, "precondition_failed").await;
        }
    }
    let read = get(server.public, &path).await;
    assert_eq!(
        (&read.json()["data"]["name"], read.header("etag")),
        (&json!("Green tea"), &*new),
        "nothing was written"
    );

    // `If-Match` is evaluated first, and both must be true.
    let both = request("GET", &path).header("if-match", &old).header("if-none-match", &new);
    envelope(&send(server.public, both).await, 412, "precondition_failed").await;
    for (header, value) in
        [("if-match", format!("{old}, {new}")), ("if-match", "*".into()), ("if-none-match", old.clone())]
    {
        let answer = send(server.public, put(&path, &format!("Tea by {header} {value}")).header(header, &value)).await;
        // Each write changes the tag, so that it is in the list only for the first of these.
        assert_eq!(answer.status, 200, "{header}: {value}");
    }
    let last = get(server.public, &path).await.header("etag").to_owned();
    let deleted = send(server.public, request("DELETE", &path).header("if-match", &last)).await;
    assert_eq!(deleted.status, 204);
}

#[tokio::test]
async fn conditions_are_ignored_for_missing_resources_and_invalid_requests() {
    let server = TestServer::start(&[]).await;
    let (path, _) = create(&server, "Tea").await;
    for (header, value) in [("if-match", "*"), ("if-match", "\"x\""), ("if-none-match", "*")] {
        for request in
            [request("GET", "/products/404"), put("/products/404", "Tea"), request("DELETE", "/products/404")]
        {
            envelope(&send(server.public, request.header(header, value)).await, 404, "not_found").await;
        }
        let invalid = request("PUT", &path).json("{}").header(header, value);
        envelope(&send(server.public, invalid).await, 422, "invalid").await;
    }
}

/// The statement that writes compares the version, so only one of them finds it.
#[tokio::test]
async fn of_concurrent_writes_with_one_tag_one_succeeds() {
    let server = TestServer::start(&[]).await;
    let (path, mut tag) = create(&server, "Tea").await;
    for round in 0..5 {
        let mut clients = JoinSet::new();
        for number in 0..8 {
            let request = if round == 4 && number % 2 == 0 {
                request("DELETE", &path)
            } else {
                put(&path, &format!("Tea {round} {number}"))
            };
            clients.spawn(send(server.public, request.header("if-match", &tag)));
        }
        let answers = clients.join_all().await;
        let done: Vec<&Answer> = answers.iter().filter(|answer| answer.status < 300).collect();
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(done.len(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 204, 404, 412].contains(status)), "{statuses:?}");
        tag = done[0].header("etag").to_owned();
    }
}

/// Each client reads, increments and writes with the tag it has read, and repeats that after a 412.
#[tokio::test]
async fn no_update_is_lost_to_clients_that_send_the_tag() {
    const CLIENTS: i64 = 4;
    const EACH: i64 = 5;
    let server = TestServer::start(&[]).await;
    let (path, _) = create(&server, "Counter").await;
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (to, path) = (server.public, path.clone());
        clients.spawn(async move {
            let mut made = 0;
            while made < EACH {
                let read = get(to, &path).await;
                let mut data = read.json()["data"].take();
                data["price_cents"] = json!(data["price_cents"].as_i64().expect("a number") + 1);
                let put = request("PUT", &path).json(&data).header("if-match", read.header("etag"));
                match send(to, put).await.status {
                    200 => made += 1,
                    status => assert_eq!(status, 412),
                }
            }
        });
    }
    clients.join_all().await;
    assert_eq!(get(server.public, &path).await.json()["data"]["price_cents"], 1 + CLIENTS * EACH);
}

#[tokio::test]
async fn the_description_declares_the_conditions_where_they_are_read() {
    let server = TestServer::start(&[]).await;
    let description = get(server.public, "/openapi.json").await.json();
    let declared = |path: &str, method: &str| -> Vec<String> {
        let parameters = description["paths"][path][method]["parameters"].as_array().into_iter().flatten();
        let headers = parameters.filter(|parameter| parameter["in"] == "header" && parameter["required"] == false);
        headers.map(|header| header["name"].as_str().expect("a name").to_owned()).collect()
    };
    for method in ["get", "put", "delete"] {
        assert_eq!(declared("/products/{id}", method), ["if-match", "if-none-match"], "{method}");
    }
    for method in ["get", "post"] {
        assert!(declared("/products", method).is_empty(), "{method}");
    }
}
