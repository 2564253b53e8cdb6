//! The <% resource.nouns %> API.

use app::<% resource.name %>::statements::LIST;
use serde_json::{Value, json};
//~ for _ in resource.unique[:1]
use tokio::task::JoinSet;
//~ endfor

use crate::errors::envelope;
use crate::support::http::{Answer, get, request, send};
use crate::support::server::TestServer;

const PATH: &str = "/<% resource.name %>";

/// The body of a request that adds <% resource.a %> <% resource.noun %>. Bodies with different numbers can be added beside each other.
pub async fn body(<% resource.server %>: &TestServer, <% resource.counter %>: u32) -> Value {
    //~ for field in resource.references
    <% field.body %>
    <% field.add %>
    //~ endfor
    json!({
        //~ for field in resource.fields
        "<% field.name %>": <% field.sample %>,
        //~ endfor
    })
}
//~ for _ in resource.references[:1]

/// The id of a new resource, to which others can refer.
async fn referred(server: &TestServer, path: &str, body: Value) -> Value {
    send(server.public, request("POST", path).json(body)).await.json()["id"].clone()
}
//~ endfor

async fn create(server: &TestServer, body: &Value) -> Answer {
    send(server.public, request("POST", PATH).json(body)).await
}

async fn put(server: &TestServer, path: &str, body: &Value) -> Answer {
    send(server.public, request("PUT", path).json(body)).await
}

/// The names of the fields with faults.
async fn faults(answer: &Answer) -> Vec<String> {
    let error = envelope(answer, 422, "invalid").await;
    let details = error["details"].as_array().expect("details").iter();
    details.filter_map(|detail| detail["field"].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn <% resource.a %>_<% resource.one %>_is_created_read_updated_and_deleted() {
    let server = TestServer::start(&[]).await;
    let sent = body(&server, 1).await;
    let created = create(&server, &sent).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let stored = created.json();
    let path = format!("{PATH}/{}", stored["id"]);
    assert_eq!(created.header("location"), path);
    for (name, value) in sent.as_object().expect("an object") {
        assert_eq!(&stored[name], value, "{name}");
    }
    assert_eq!(stored["created_at"], stored["updated_at"]);
    assert_eq!(get(server.public, &path).await.json()["data"], stored);
    assert_eq!(get(server.public, PATH).await.json(), json!({"data": [stored], "next": null}));

    // What was read can be sent back, with changes.
    let mut change = stored.clone();
    for (name, value) in body(&server, 2).await.as_object().expect("an object") {
        change[name] = value.clone();
    }
    let changed = put(&server, &path, &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let changed = changed.json();
    change["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, change);
    assert_ne!(changed["updated_at"], stored["updated_at"]);
    assert_eq!(get(server.public, &path).await.json()["data"], changed, "no old copy is served");

    let deleted = send(server.public, request("DELETE", &path)).await;
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    for request in [request("GET", &path), request("PUT", &path).json(&sent), request("DELETE", &path)] {
        envelope(&send(server.public, request).await, 404, "not_found").await;
    }
}

#[tokio::test]
async fn each_invalid_field_of_<% resource.a %>_<% resource.one %>_is_named() {
    let server = TestServer::start(&[]).await;
    let valid = body(&server, 1).await;
    //~ for field in resource.fields
    <% field.validated %>(&server, &valid, "<% field.name %>").await;
    //~ endfor
    let mut unknown = valid;
    unknown["unknown_field"] = json!(1);
    assert_eq!(faults(&create(&server, &unknown).await).await, ["unknown_field"]);
}

/// Checks that values of other types are refused.
async fn refuses(server: &TestServer, valid: &Value, name: &str, others: &[Value]) {
    for other in others.iter().chain(&[json!([]), json!({}), json!(""), json!(1.5)]) {
        let mut wrong = valid.clone();
        wrong[name] = other.clone();
        assert_eq!(faults(&create(server, &wrong).await).await, [name], "{wrong}");
    }
}
//~ for _ in resource.required[:1]

async fn is_required(server: &TestServer, valid: &Value, name: &str) {
    refuses(server, valid, name, &[Value::Null]).await;
    let mut without = valid.clone();
    without.as_object_mut().expect("an object").remove(name);
    assert_eq!(faults(&create(server, &without).await).await, [name]);
}
//~ endfor
//~ for _ in resource.optional[:1]

async fn is_optional(server: &TestServer, valid: &Value, name: &str) {
    refuses(server, valid, name, &[]).await;
    let (mut null, mut without) = (valid.clone(), valid.clone());
    null[name] = Value::Null;
    without.as_object_mut().expect("an object").remove(name);
    for body in [null, without] {
        let created = create(server, &body).await;
        assert_eq!((created.status, &created.json()[name]), (201, &Value::Null), "{}", created.text());
        send(server.public, request("DELETE", created.header("location"))).await;
    }
}
//~ endfor
//~ for field in resource.unique

#[tokio::test]
async fn <% field.article %>_<% field.name %>_is_taken_once_even_if_clients_race_for_it() {
    let server = TestServer::start(&[]).await;
    let taken = body(&server, 1).await["<% field.name %>"].clone();
    let mut clients = JoinSet::new();
    for number in 2..10 {
        let mut body = body(&server, number).await;
        body["<% field.name %>"] = taken.clone();
        clients.spawn(send(server.public, request("POST", PATH).json(body)));
    }
    let (created, refused): (Vec<_>, Vec<_>) =
        clients.join_all().await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(created.len(), 1);
    for answer in refused {
        envelope(&answer, 409, "conflict").await;
    }
    let other = create(&server, &body(&server, 10).await).await;
    let mut change = body(&server, 11).await;
    change["<% field.name %>"] = taken;
    envelope(&put(&server, other.header("location"), &change).await, 409, "conflict").await;
}
//~ endfor
//~ for field in resource.references

#[tokio::test]
async fn <% resource.a %>_<% resource.one %>_refers_to_an_existing_<% field.name %>() {
    let server = TestServer::start(&[]).await;
    let mut unknown = body(&server, 1).await;
    let referred = format!("/<% field.resource %>/{}", unknown["<% field.name %>"]);
    let created = create(&server, &unknown).await;
    envelope(&send(server.public, request("DELETE", &referred)).await, 409, "conflict").await;
    assert_eq!(send(server.public, request("DELETE", created.header("location"))).await.status, 204);
    assert_eq!(send(server.public, request("DELETE", &referred)).await.status, 204);
    unknown["<% field.name %>"] = json!(1_000_000);
    envelope(&create(&server, &unknown).await, 409, "conflict").await;
}
//~ endfor

#[tokio::test]
async fn <% resource.a %>_<% resource.one %>_is_written_only_if_the_conditions_of_the_request_hold() {
    let server = TestServer::start(&[]).await;
    let created = create(&server, &body(&server, 1).await).await;
    let (path, tag) = (created.header("location"), created.header("etag"));
    let known = send(server.public, request("GET", path).header("if-none-match", tag)).await;
    assert_eq!((known.status, known.text()), (304, ""));
    let change = body(&server, 2).await;
    let edit = || request("PUT", path).header("if-match", tag).json(&change);
    assert_eq!(send(server.public, edit()).await.status, 200);
    envelope(&send(server.public, edit()).await, 412, "precondition_failed").await;
    let remove = request("DELETE", path).header("if-match", tag);
    envelope(&send(server.public, remove).await, 412, "precondition_failed").await;
}

#[tokio::test]
async fn pages_list_each_<% resource.one %>_once() {
    let server = TestServer::start(&[]).await;
    let mut added = Vec::new();
    for number in 1..=25 {
        added.push(create(&server, &body(&server, number).await).await.json()["id"].clone());
    }
    let first = get(server.public, PATH).await.json();
    let next = get(server.public, &format!("{PATH}?after={}", first["next"])).await.json();
    let ids = [&first, &next].into_iter().flat_map(|page| page["data"].as_array().expect("a page"));
    assert_eq!(ids.map(|row| row["id"].clone()).collect::<Vec<_>>(), added);
    assert_eq!(next["next"], Value::Null);
}

#[tokio::test]
async fn an_index_finds_a_page_of_<% resource.name %>_and_orders_it() {
    TestServer::start(&[]).await.fixture.database.assert_uses_an_index(LIST).await;
}
