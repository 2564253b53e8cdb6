//! The shared cache: a value loaded by one replica is used by the others, a write of one invalidates it for all, and
//! while the server fails requests are served without it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use app::platform::breaker::OPEN_FOR;
use app::platform::error::Error;
use app::products::Product;
use chrono::Utc;
use futures_util::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::cache::{Origin, name_in};
use crate::counted;
use crate::support::chaos::{Chaos, Mode};
use crate::support::http::{Answer, get, request, send};
use crate::support::process::Process;
use crate::support::server::TestServer;
use crate::support::servers::{address, by_way_of};
use crate::support::store::{self, Store};
use crate::support::{eventually, within};

/// A restored server is probed after `OPEN_FOR`, and again after each probe that timed out, as the first few may on a
/// busy machine.
const USED_AGAIN: Duration = Duration::from_secs(6 * OPEN_FOR.as_secs());

/// Replicas of one service, with one database and one cache server.
pub struct Service {
    /// Adds products to the database; the cache server is empty for its key prefix.
    stock: TestServer,
    prefix: String,
    store: Store,
}

impl Service {
    pub async fn new() -> Self {
        let prefix = format!("test-{:016x}", fastrand::u64(..));
        Self { stock: TestServer::start(&[]).await, prefix, store: Store::connect().await }
    }

    pub fn flags(&self) -> [String; 2] {
        [self.stock.fixture.database.flag(), format!("--key-prefix={}", self.prefix)]
    }

    pub async fn replica(&self) -> TestServer {
        let flags = self.flags();
        TestServer::start(&flags.each_ref().map(String::as_str)).await
    }

    /// A replica whose connection to the server can be broken.
    async fn replica_by_way_of(&self, chaos: &Chaos) -> TestServer {
        let ([database, prefix], url) = (self.flags(), store::flag(&by_way_of(chaos.address(), &store::url())));
        TestServer::start(&[&database, &prefix, &url]).await
    }

    /// The path of a new product that no replica knows.
    pub async fn add(&self) -> String {
        add(self.stock.public, &format!("Old {}", fastrand::u64(..))).await
    }

    /// The server's value for a product.
    pub async fn copy(&self, path: &str) -> Option<Vec<u8>> {
        self.store.get(&self.key(path)).await
    }

    /// Replaces the value with bytes that cannot be decoded.
    pub async fn spoil(&self, path: &str) {
        self.store.set(&self.key(path), b"spoilt").await;
    }

    pub fn key(&self, path: &str) -> String {
        format!("{}:Product:{}", self.prefix, path.rsplit('/').next().expect("an id"))
    }

    /// Repeats a write until its marker is stored on the server: a busy machine may exceed the time-out of 25 ms.
    async fn repeat_until_marked(&self, path: &str, write: impl AsyncFn()) {
        let is_marked = async || {
            write().await;
            self.copy(path).await.as_deref() == Some(b"written")
        };
        eventually("the marker is stored", is_marked).await;
    }
}

async fn add(to: SocketAddr, name: &str) -> String {
    let answer = send(to, request("POST", "/products").json(json!({"name": name, "price_cents": 1}))).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.header("location").to_owned()
}

pub async fn rename(to: SocketAddr, path: &str, name: &str) {
    let body = json!({"name": name, "price_cents": 1});
    assert_eq!(send(to, request("PUT", path).json(body)).await.status, 200);
}

pub async fn name_at(to: SocketAddr, path: &str) -> String {
    get(to, path).await.json()["data"]["name"].as_str().expect("a product").to_owned()
}

#[track_caller]
fn assert_from(answer: &Answer, source: &str, status: &str) {
    assert_eq!((answer.status, answer.json()["source"].as_str()), (200, Some(source)));
    let header = answer.header("cache-status");
    assert!(header.contains(status), "{header}");
}

fn proxy() -> Chaos {
    Chaos::start(address(&store::url()))
}

#[tokio::test]
async fn a_copy_loaded_by_one_replica_is_used_by_the_others() {
    let service = Service::new().await;
    let (one, other) = (service.replica().await, service.replica().await);
    let shared = async || {
        let path = service.add().await;
        let loaded = get(one.public, &path).await;
        assert_from(&loaded, "database", "; fwd=miss");
        let answer = get(other.public, &path).await;
        assert_eq!(answer.json()["data"], loaded.json()["data"]);
        answer.header("cache-status").contains("; hit") && answer.header("cache-status").contains("; detail=shared")
    };
    eventually("one has what the other has loaded", shared).await;
}

#[tokio::test]
async fn absence_is_shared_for_at_most_5_seconds() {
    let service = Service::new().await;
    let (one, other) = (service.replica().await, service.replica().await);
    let mut id = 1000;
    let shared = async || {
        id += 1;
        let path = format!("/products/{id}");
        assert_eq!(get(one.public, &path).await.status, 404);
        let left = service.store.left(&service.key(&path)).await;
        assert!(left.is_none_or(|left| left <= Duration::from_secs(5)), "{left:?}");
        let answer = get(other.public, &path).await;
        assert_eq!(answer.status, 404);
        answer.header("cache-status").contains("; detail=shared")
    };
    eventually("one knows what the other has not found", shared).await;

    assert_eq!(get(other.public, "/products/1").await.status, 404);
    assert_eq!(get(one.public, "/products/1").await.status, 404);
    assert_eq!(add(one.public, "Tea").await, "/products/1");
    assert_eq!(name_at(one.public, "/products/1").await, "Tea");
    let seen = async || get(other.public, "/products/1").await.status == 200;
    within(Duration::from_secs(10), "the other replica sees it", seen).await;
}

#[tokio::test]
async fn a_write_is_seen_by_its_own_replica_at_once_and_by_the_others_within_two_seconds() {
    let service = Service::new().await;
    let (one, other) = (service.replica().await, service.replica().await);
    let (held, not_held) = (service.add().await, service.add().await);
    for (replica, path) in [(&one, &held), (&other, &held), (&one, &not_held)] {
        assert!(name_at(replica.public, path).await.starts_with("Old"));
    }
    service.repeat_until_marked(&held, async || rename(one.public, &held, "New").await).await;
    service.repeat_until_marked(&not_held, async || rename(one.public, &not_held, "Newer").await).await;
    assert_eq!(name_at(one.public, &held).await, "New");
    assert_eq!(name_at(other.public, &not_held).await, "Newer", "it has no local copy");
    let seen = async || name_at(other.public, &held).await == "New";
    within(Duration::from_secs(5), "the other replica sees it", seen).await;

    let delete = async || assert!(send(other.public, request("DELETE", &held)).await.status < 500);
    service.repeat_until_marked(&held, delete).await;
    assert_eq!(get(other.public, &held).await.status, 404);
    let gone = async || get(one.public, &held).await.status == 404;
    within(Duration::from_secs(5), "the other replica sees it", gone).await;
}

#[tokio::test]
async fn a_load_that_began_before_a_write_of_another_replica_never_hides_it() {
    let service = Service::new().await;
    let flags = service.flags();
    let (slow, origin) = Origin::start(&flags.each_ref().map(String::as_str)).await;
    let fast = service.replica().await;
    let path = service.add().await;
    let begun = tokio::spawn(send(slow.public, request("GET", &path.replace("products", "test"))));
    origin.all_wait(1).await;
    service.repeat_until_marked(&path, async || rename(fast.public, &path, "New").await).await;
    origin.pass.add_permits(100);
    assert!(begun.await.unwrap().text().starts_with("Old"), "it began before the write");

    assert_eq!(name_at(fast.public, &path).await, "New");
    let seen = async || name_at(slow.public, &path).await == "New";
    within(Duration::from_secs(5), "the replica that loaded sees it", seen).await;
    assert_eq!(name_at(service.replica().await.public, &path).await, "New");
    assert!(!String::from_utf8_lossy(&service.copy(&path).await.unwrap_or_default()).contains("Old"));
}

#[tokio::test]
async fn a_replica_that_could_not_store_its_marker_does_not_read_the_old_value_from_the_server() {
    let (service, chaos) = (Service::new().await, proxy());
    let (cut_off, other) = (service.replica_by_way_of(&chaos).await, service.replica().await);
    let mut path = String::new();
    let shared = async || {
        path = service.add().await;
        get(other.public, &path).await;
        get(cut_off.public, &path).await.header("cache-status").contains("; detail=shared")
    };
    eventually("both have a copy", shared).await;
    chaos.set(Mode::Closed).await;
    rename(cut_off.public, &path, "New").await;
    assert_eq!(name_at(cut_off.public, &path).await, "New");
    chaos.set(Mode::Pass).await;

    let copied = async || {
        assert_eq!(name_at(cut_off.public, &path).await, "New");
        let next = service.add().await;
        get(cut_off.public, &next).await;
        service.copy(&next).await.is_some()
    };
    within(USED_AGAIN, "the server is used again", copied).await;
    let there = service.copy(&path).await.expect("it was not removed");
    assert!(String::from_utf8_lossy(&there).contains("Old"), "this test shows nothing");
    let local_copies_expired = Instant::now() + Duration::from_millis(2500);
    while Instant::now() < local_copies_expired {
        assert_eq!(name_at(cut_off.public, &path).await, "New");
    }
}

#[tokio::test]
async fn of_10_000_copies_made_together_under_15_percent_expire_in_one_second() {
    let service = Service::new().await;
    let replica = service.replica().await;
    let (now, cache) = (Utc::now(), &replica.app.products_cache);
    let make = async |id: i64| {
        let product = Product { id, name: "Tea".into(), price_cents: 1, created_at: now, updated_at: now };
        cache.get(id, async { Ok(Some(product)) }).await.expect("the load succeeds");
    };
    // On a busy machine the server may respond too late, and the service then skips it: few values are stored.
    for first in (0..).step_by(10_000) {
        let ids = first..first + 10_000;
        stream::iter(ids.clone()).for_each_concurrent(16, make).await;
        let left = async |id: i64| service.store.left(&service.key(&format!("/products/{id}"))).await;
        let left: Vec<_> = stream::iter(ids).map(left).buffer_unordered(16).collect().await;
        let mut expired: HashMap<u64, usize> = HashMap::new();
        for left in left.into_iter().flatten() {
            assert!(left <= Duration::from_secs(58), "with two seconds in front it is over the TTL: {left:?}");
            *expired.entry(left.as_secs()).or_default() += 1;
        }
        let copies: usize = expired.values().sum();
        if copies > 1_000 {
            let most = expired.values().max().expect("there are copies");
            assert!(most * 100 < copies * 15, "{expired:?}");
            return;
        }
        assert!(first < 200_000, "too few are stored: {copies} of the last 10,000");
    }
}

#[tokio::test]
async fn a_shared_copy_and_a_local_copy_are_together_no_older_than_the_ttl() {
    const TTL: Duration = Duration::from_secs(60);
    // The maximum age of a value in the local cache.
    const LOCAL_TTL: Duration = Duration::from_secs(2);
    let service = Service::new().await;
    let flags = service.flags();
    let replica = TestServer::start(&[&flags[0], &flags[1], "--cache-ttl=60s"]).await;
    for _ in 0..20 {
        let path = service.add().await;
        let shared = async || {
            get(replica.public, &path).await;
            service.store.left(&service.key(&path)).await.is_some()
        };
        eventually("the copy is shared", shared).await;
        let left = service.store.left(&service.key(&path)).await.expect("it is kept for a minute");
        assert!(left <= TTL - LOCAL_TTL, "{left:?}");
    }
}

#[tokio::test]
async fn the_time_to_load_counts_towards_the_ttl() {
    let service = Service::new().await;
    let replica = service.replica().await;
    let cache = &replica.app.products_cache;
    let (mut next, mut left) = (1, Vec::new());
    // The TTL is random: of this many values, some are kept for nearly the whole TTL.
    let copied = async || {
        let ids = next..next + 20;
        next = ids.end;
        let loads = ids.clone().map(|id| async move {
            let now = Utc::now();
            let product = Product { id, name: "Tea".into(), price_cents: 1, created_at: now, updated_at: now };
            let load = async {
                sleep(Duration::from_secs(3)).await;
                Ok(Some(product))
            };
            cache.get(id, load).await.expect("the load succeeds");
        });
        join_all(loads).await;
        for id in ids {
            left.extend(service.store.left(&service.key(&format!("/products/{id}"))).await);
        }
        left.len() >= 40
    };
    within(Duration::from_secs(60), "copies are on the server", copied).await;
    let longest = left.iter().max().expect("there are copies");
    assert!(*longest <= Duration::from_secs(55), "over the TTL, with 2 s in front and 3 s of loading: {longest:?}");
}

#[tokio::test]
async fn a_write_that_was_made_but_answered_with_an_error_invalidates_the_server_too() {
    let service = Service::new().await;
    let (one, other) = (service.replica().await, service.replica().await);
    let path = service.add().await;
    let id: i64 = path.rsplit('/').next().expect("an id").parse().expect("a number");
    let failed_write = async || {
        get(other.public, &path).await;
        let write = async {
            let database = &one.app.platform.database;
            let update = sqlx::query("UPDATE products SET name = 'New' WHERE id = $1").bind(id);
            database.run(update.execute(&database.pool)).await?;
            Err::<(), _>(Error::of(503))
        };
        assert!(one.app.products_cache.write(id, write).await.is_err());
    };
    service.repeat_until_marked(&path, failed_write).await;
    assert_eq!(name_at(one.public, &path).await, "New");
    let seen = async || name_at(other.public, &path).await == "New";
    within(Duration::from_secs(5), "the other replica sees it", seen).await;
}

#[tokio::test]
async fn a_flood_of_health_requests_opens_no_breaker() {
    let (service, chaos) = (Service::new().await, proxy());
    let replica = service.replica_by_way_of(&chaos).await;
    let copied = async || {
        let path = service.add().await;
        get(replica.public, &path).await;
        service.copy(&path).await.is_some()
    };
    eventually("copies are shared", copied).await;
    chaos.set(Mode::Hole).await;
    for _ in 0..100 {
        assert_eq!(get(replica.admin, "/health/ready").await.status, 200);
        assert_eq!(get(replica.public, "/health/ready").await.status, 200);
    }
    chaos.set(Mode::Pass).await;
    within(OPEN_FOR / 2, "copies are shared", copied).await;
}

#[tokio::test]
async fn undecodable_bytes_are_a_miss_and_counted() {
    let service = Service::new().await;
    let replica = service.replica().await;
    let before = counted(replica.admin, "cache_undecodable_total").await;
    let removed = async || {
        let path = service.add().await;
        service.store.set(&service.key(&path), b"\xff{").await;
        assert_from(&get(replica.public, &path).await, "database", "; fwd=miss");
        service.copy(&path).await.as_deref() == Some(b"written")
    };
    eventually("the marker replaces them", removed).await;
    assert!(counted(replica.admin, "cache_undecodable_total").await > before);
}

#[tokio::test]
async fn a_value_over_the_limit_is_served_and_not_shared() {
    let service = Service::new().await;
    let replica = service.replica().await;
    let (now, name) = (Utc::now(), "x".repeat(1024 * 1024));
    let product = Product { id: 1, name, price_cents: 1, created_at: now, updated_at: now };
    let load = async { Ok(Some(product)) };
    let (found, outcome) = replica.app.products_cache.get(1, load).await.expect("the load succeeds");
    assert_eq!((name_in(&found.expect("a product")).len(), outcome.word), (1024 * 1024, "miss"));
    assert_eq!(service.copy("/products/1").await, None);
}

/// Reads 30 products while the server is in this state. Returns its failures.
async fn read_while(mode: Mode) -> Vec<Value> {
    let (chaos, store) = (proxy(), Store::connect().await);
    let prefix = format!("test-{:016x}", fastrand::u64(..));
    let url = store::flag(&by_way_of(chaos.address(), &store::url()));
    let server = Process::start(&[&url, &format!("--key-prefix={prefix}")]).await;
    // On a busy machine the first connection may time out, so that the breaker is open from the start: products that
    // are written meanwhile are not looked up on the server for a while.
    let mut id = 100;
    let used = async || {
        id += 1;
        assert_eq!(get(server.public, &format!("/products/{id}")).await.status, 404);
        store.get(&format!("{prefix}:Product:{id}")).await.is_some()
    };
    within(USED_AGAIN, "the server is used", used).await;
    let mut paths = Vec::new();
    for number in 0..30 {
        paths.push(add(server.public, &number.to_string()).await);
    }
    chaos.set(mode).await;
    for path in &paths {
        let asked = Instant::now();
        assert_from(&get(server.public, path).await, "database", "; fwd=miss");
        assert!(asked.elapsed() < Duration::from_millis(1500), "{:?}", asked.elapsed());
    }
    server.terminate();
    let lines = server.ended().await.stdout;
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).expect("a log line is JSON"));
    let failures: Vec<_> = lines.filter(|line| line["dependency"] == store::NAME).collect();
    // Five failures open the breaker. One more for each five seconds of this test, and for each earlier time-out;
    // without a breaker there would be one for each read.
    assert!((5..20).contains(&failures.len()), "{failures:?}");
    failures
}

#[tokio::test]
async fn a_closed_port_delays_no_read_and_opens_the_breaker() {
    read_while(Mode::Closed).await;
}

#[tokio::test]
async fn a_server_that_never_answers_delays_five_reads_and_no_more() {
    let failures = read_while(Mode::Hole).await;
    assert_eq!(failures[4]["error"], "no answer within 25ms", "{failures:?}");
}

#[tokio::test]
async fn a_server_that_is_too_slow_is_not_called() {
    read_while(Mode::Slow(Duration::from_millis(50))).await;
}

#[tokio::test]
async fn the_server_is_used_again_soon_after_it_is_back() {
    for outage in [Mode::Closed, Mode::Hole] {
        let (service, chaos) = (Service::new().await, proxy());
        let replica = service.replica_by_way_of(&chaos).await;
        chaos.set(outage).await;
        for id in 1..=10 {
            assert_eq!(get(replica.public, &format!("/products/{id}")).await.status, 404);
        }
        chaos.set(Mode::Pass).await;
        let mut id = 100;
        let used = async || {
            id += 1;
            let path = format!("/products/{id}");
            assert_eq!(get(replica.public, &path).await.status, 404);
            service.copy(&path).await.is_some()
        };
        within(USED_AGAIN, "the server is used again", used).await;
    }
}

#[tokio::test]
async fn a_restart_of_the_server_is_no_outage() {
    let (service, chaos) = (Service::new().await, proxy());
    let replica = service.replica_by_way_of(&chaos).await;
    let mut id = 0;
    let soon = async || {
        chaos.set(Mode::Closed).await;
        chaos.set(Mode::Pass).await;
        let cut = Instant::now();
        let used = async || {
            id += 1;
            let path = format!("/products/{id}");
            assert_eq!(get(replica.public, &path).await.status, 404);
            service.copy(&path).await.is_some()
        };
        eventually("the server is used again", used).await;
        cut.elapsed() < OPEN_FOR / 2
    };
    eventually("it is before the breaker would have allowed it", soon).await;
}

#[tokio::test]
async fn readiness_names_the_server_and_does_not_depend_on_it() {
    let chaos = proxy();
    let server = TestServer::start(&[&store::flag(&by_way_of(chaos.address(), &store::url()))]).await;
    let answers = async || {
        let ready = get(server.admin, "/health/ready").await;
        assert_eq!(ready.status, 200);
        ready.json()["dependencies"][store::NAME].as_bool().expect("it is listed")
    };
    eventually("it answers", answers).await;
    chaos.set(Mode::Closed).await;
    eventually("it does not", async || !answers().await).await;
}

#[tokio::test]
async fn the_service_starts_without_the_server() {
    let chaos = proxy();
    chaos.set(Mode::Closed).await;
    let server = TestServer::start(&[&store::flag(&by_way_of(chaos.address(), &store::url()))]).await;
    let path = add(server.public, "Tea").await;
    assert_from(&get(server.public, &path).await, "database", "; fwd=miss");
    let held = async || get(server.public, &path).await.json()["source"] == "cache";
    eventually("it has local copies", held).await;
}
