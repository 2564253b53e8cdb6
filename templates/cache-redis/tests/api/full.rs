//! A full Redis, which answers but stores nothing: it is used for reads, but not for products that were just written.

use std::time::Duration;

use app::platform::breaker::OPEN_FOR;
use redis::cmd;
use tokio::time::Instant;

use crate::remote::{Service, name_at, rename};
use crate::support::http::get;
use crate::support::server::TestServer;
use crate::support::{direct, eventually, servers, within};

#[tokio::test]
async fn a_server_that_stores_nothing_is_read_from_and_hides_no_write() {
    let user = format!("test-{:016x}", fastrand::u64(..));
    let mut redis = direct::redis().await;
    let rules = ["on", ">secret", "~*", "+@all", "-set"];
    cmd("ACL").arg("SETUSER").arg(&user).arg(&rules).exec_async(&mut redis).await.expect("Redis answers");
    let url = servers::redis().replacen("://", &format!("://{user}:secret@"), 1);

    let service = Service::new().await;
    let [database, prefix] = service.flags();
    let full = TestServer::start(&[&database, &prefix, &format!("--redis-url={url}")]).await;
    let other = service.replica().await;
    for _ in 0..20 {
        let answer = get(full.public, &service.add().await).await;
        assert_eq!((answer.status, answer.json()["source"].as_str()), (200, Some("database")));
    }
    let mut path = String::new();
    let shared = async || {
        path = service.add().await;
        get(other.public, &path).await;
        get(full.public, &path).await.header("cache-status").contains("; detail=shared")
    };
    eventually("it is read from", shared).await;

    rename(full.public, &path, "New").await;
    let local_copies_expired = Instant::now() + Duration::from_millis(2500);
    while Instant::now() < local_copies_expired {
        assert_eq!(name_at(full.public, &path).await, "New");
    }
    let there = service.copy(&path).await.expect("it was not removed");
    assert!(String::from_utf8_lossy(&there).contains("Old"), "this test shows nothing");
    cmd("ACL").arg("DELUSER").arg(&user).exec_async(&mut redis).await.expect("Redis answers");
}

#[tokio::test]
async fn a_key_of_another_type_is_no_outage() {
    let service = Service::new().await;
    let replica = service.replica().await;
    let path = service.add().await;
    let mut redis = direct::redis().await;
    cmd("RPUSH").arg(service.key(&path)).arg("a list").exec_async(&mut redis).await.expect("Redis answers");
    for _ in 0..20 {
        // A write invalidates the local value; the server's value of the key is not trusted.
        rename(replica.public, &path, "New").await;
        cmd("DEL").arg(service.key(&path)).exec_async(&mut redis).await.expect("Redis answers");
        cmd("RPUSH").arg(service.key(&path)).arg("a list").exec_async(&mut redis).await.expect("Redis answers");
        assert_eq!(name_at(replica.public, &path).await, "New");
    }
    let copied = async || {
        let next = service.add().await;
        get(replica.public, &next).await;
        service.copy(&next).await.is_some()
    };
    within(OPEN_FOR / 2, "other keys are used all the while", copied).await;
}
