//! Reads through the cache: one load for concurrent reads, no value older than a write, a stale value when the database
//! fails.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use app::platform::copies::{Copies, MAX_LOADS};
use app::platform::copy::{Loaded, Times, fresh_until};
use app::platform::document::Document;
use app::platform::error::Error;
use app::products::{Product, queries::find};
use app::state::App;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use chrono::Utc;
use futures_util::FutureExt;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::counted;
use crate::errors::envelope;
use crate::support::http::{self, Answer, raw, request, send};
use crate::support::logs;
use crate::support::server::TestServer;
use crate::support::{eventually, within};

/// A proxy between the cache and the database, which counts loads and can delay their results.
pub struct Origin {
    app: OnceLock<Arc<App>>,
    loads: AtomicUsize,
    found: Semaphore,
    pub pass: Semaphore,
}

impl Origin {
    /// A server with `GET /test/{id}`, which reads a product like the service, but through this origin.
    pub async fn start(settings: &[&str]) -> (TestServer, Arc<Self>) {
        let origin = Arc::new(Self {
            app: OnceLock::new(),
            loads: AtomicUsize::new(0),
            found: Semaphore::new(0),
            pass: Semaphore::new(0),
        });
        let read = {
            let origin = Arc::clone(&origin);
            async move |Path(id): Path<i64>| {
                let load = Arc::clone(&origin).load(id);
                let (product, _) = origin.app().products_cache.get(id, load).await?;
                Ok::<_, Error>(product.map_or(String::new(), |product| name_in(&product)))
            }
        };
        let routes = Router::new().route("/test/{id}", get(read));
        let server = TestServer::with_routes(settings, routes).await;
        assert!(origin.app.set(Arc::clone(&server.app)).is_ok());
        (server, origin)
    }

    async fn load(self: Arc<Self>, id: i64) -> Result<Option<Product>, Error> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let product = find(&self.app().platform.database, id).await;
        self.found.add_permits(1);
        self.pass.acquire().await.expect("it is never closed").forget();
        product
    }

    /// Waits until this number of requests is in flight and a load has its result.
    pub async fn all_wait(&self, requests: usize) {
        let app = self.app();
        let in_flight = || app.platform.in_flight();
        let wait = async || in_flight() == requests && self.found.available_permits() > 0;
        eventually("all requests wait", wait).await;
    }

    fn app(&self) -> &App {
        self.app.get().expect("the server has started")
    }

    fn loads(&self) -> usize {
        self.loads.load(Ordering::Relaxed)
    }
}

/// The path of a new product.
pub async fn create(server: &TestServer, name: &str) -> String {
    let body = json!({"name": name, "price_cents": 1});
    let answer = send(server.public, request("POST", "/products").json(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.header("location").to_owned()
}

fn rename(path: &str, name: &str) -> http::Request {
    request("PUT", path).json(json!({"name": name, "price_cents": 1}))
}

#[track_caller]
fn assert_from(answer: &Answer, source: &str, status: &str) {
    assert_eq!((answer.status, answer.json()["source"].as_str()), (200, Some(source)));
    let header = answer.header("cache-status");
    assert!(header.contains(status), "{header}");
}

#[tokio::test]
async fn a_product_is_read_from_the_database_once_in_its_ttl() {
    let server = TestServer::start(&["--cache-ttl=5s"]).await;
    let path = create(&server, "Tea").await;
    let first = http::get(server.public, &path).await;
    assert_from(&first, "database", "; fwd=miss");
    let second = http::get(server.public, &path).await;
    assert_from(&second, "cache", "; hit; ttl=");
    assert_eq!(first.json()["data"], second.json()["data"]);
    let rename = sqlx::query("UPDATE products SET name = 'Coffee'");
    rename.execute(&server.fixture.database.connect().await).await.unwrap();
    let third = http::get(server.public, &path).await;
    assert_from(&third, "cache", "; hit; ttl=");
    assert_eq!(third.json()["data"]["name"], "Tea", "it is not read again before that");
    sleep(Duration::from_secs(5)).await;
    let again = async || http::get(server.public, &path).await.json()["data"]["name"] == "Coffee";
    eventually("it is read again after that", again).await;
}

#[tokio::test]
async fn a_hundred_readers_of_a_cold_product_make_one_load() {
    let (server, origin) = Origin::start(&[]).await;
    let path = create(&server, "Tea").await.replace("products", "test");
    let mut readers = JoinSet::new();
    for _ in 0..100 {
        readers.spawn(send(server.public, request("GET", &path)));
    }
    origin.all_wait(100).await;
    origin.pass.add_permits(100);
    for answer in readers.join_all().await {
        assert_eq!((answer.status, answer.text()), (200, "Tea"));
    }
    assert_eq!(origin.loads(), 1);
}

#[tokio::test]
async fn a_load_continues_when_the_client_that_started_it_disconnects() {
    let (server, origin) = Origin::start(&[]).await;
    let path = create(&server, "Tea").await.replace("products", "test");
    let begin = request("GET", &path).header("x-request-id", "began-a-load");
    let first = raw(server.public, begin.to_bytes()).await;
    origin.all_wait(1).await;
    let others: Vec<_> = (0..10).map(|_| tokio::spawn(send(server.public, request("GET", &path)))).collect();
    drop(first);
    assert_eq!(logs::wait_for("began-a-load").await[0]["status"], 499);
    origin.all_wait(10).await;
    origin.pass.add_permits(100);
    for answer in others {
        let answer = answer.await.unwrap();
        assert_eq!((answer.status, answer.text()), (200, "Tea"));
    }
    assert_eq!(origin.loads(), 1);
}

#[tokio::test]
async fn a_load_that_began_before_a_write_never_hides_it() {
    let (server, origin) = Origin::start(&[]).await;
    let product = create(&server, "Old").await;
    let path = product.replace("products", "test");
    let slow = tokio::spawn(send(server.public, request("GET", &path)));
    origin.all_wait(1).await;
    assert_eq!(send(server.public, rename(&product, "New")).await.status, 200);
    origin.pass.add_permits(100);
    assert_eq!(slow.await.unwrap().text(), "Old", "it began before the write");
    assert_eq!(http::get(server.public, &path).await.text(), "New");
    assert_eq!(origin.loads(), 2);
}

#[tokio::test]
async fn a_write_is_seen_by_the_next_read() {
    let server = TestServer::start(&[]).await;
    let path = create(&server, "0").await;
    for number in 1..20 {
        http::get(server.public, &path).await;
        let name = number.to_string();
        assert_eq!(send(server.public, rename(&path, &name)).await.status, 200);
        assert_eq!(http::get(server.public, &path).await.json()["data"]["name"], name);
    }
    assert_eq!(send(server.public, request("DELETE", &path)).await.status, 204);
    assert_eq!(http::get(server.public, &path).await.status, 404);
}

#[tokio::test]
async fn a_write_whose_client_disconnects_is_not_hidden_by_the_cache() {
    let server = TestServer::start(&[]).await;
    let path = create(&server, "Old").await;
    assert_eq!(http::get(server.public, &path).await.json()["data"]["name"], "Old");
    let mut lock = server.fixture.database.lock().await;
    let write = rename(&path, "New").header("x-request-id", "left-mid-write");
    let client = raw(server.public, write.to_bytes()).await;
    lock.awaited(&server.app).await;
    drop(client);
    assert_eq!(logs::wait_for("left-mid-write").await[0]["status"], 499);
    lock.release().await;

    let id = path.rsplit('/').next().expect("an id").parse().expect("a number");
    let made = async || find(&server.app.platform.database, id).await.unwrap().expect("it exists").name == "New";
    eventually("the write is made nevertheless", made).await;
    let seen = async || http::get(server.public, &path).await.json()["data"]["name"] == "New";
    within(Duration::from_secs(5), "the old copy is invalidated", seen).await;
}

#[tokio::test]
async fn while_the_database_is_down_copies_are_served_as_stale_and_other_reads_are_503() {
    let server = TestServer::start(&["--cache-ttl=100ms"]).await;
    let (held, other) = (create(&server, "Held").await, create(&server, "Other").await);
    assert_from(&http::get(server.public, &held).await, "database", "; fwd=miss");
    server.app.platform.database.pool.close().await;
    sleep(Duration::from_millis(100)).await;
    for _ in 0..3 {
        let answer = http::get(server.public, &held).await;
        assert_from(&answer, "cache", "; detail=stale");
        assert_eq!(answer.json()["data"]["name"], "Held");
    }
    envelope(&http::get(server.public, &other).await, 503, "unavailable").await;
}

#[tokio::test]
async fn once_the_database_works_again_copies_are_fresh_again() {
    let server = TestServer::start(&["--cache-ttl=100ms"]).await;
    let path = create(&server, "Tea").await;
    http::get(server.public, &path).await;
    let run = |statement| sqlx::query(statement).execute(&server.app.platform.database.pool);
    run("ALTER TABLE products RENAME TO gone").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    assert_from(&http::get(server.public, &path).await, "cache", "stale");
    run("ALTER TABLE gone RENAME TO products").await.unwrap();
    let fresh = async || http::get(server.public, &path).await.json()["source"] == "database";
    within(Duration::from_secs(5), "it recovers by itself", fresh).await;
}

#[tokio::test]
async fn an_unknown_id_is_remembered_and_a_create_is_visible_at_once() {
    let server = TestServer::start(&[]).await;
    let known = create(&server, "First").await;
    let id: i64 = known.rsplit('/').next().expect("an id").parse().expect("a number");
    let next = format!("/products/{}", id + 1);
    let first = http::get(server.public, &next).await;
    envelope(&first, 404, "not_found").await;
    assert!(first.header("cache-status").contains("; fwd=miss"), "{first:?}");
    let second = http::get(server.public, &next).await;
    envelope(&second, 404, "not_found").await;
    assert!(second.header("cache-status").contains("; hit"), "{second:?}");

    assert_eq!(create(&server, "Second").await, next);
    assert_eq!(http::get(server.public, &next).await.json()["data"]["name"], "Second");
}

#[tokio::test]
async fn memory_is_bounded_by_the_weight_of_the_copies() {
    let server = TestServer::start(&[]).await;
    let cache = &server.app.products_cache;
    let (now, name) = (Utc::now(), "x".repeat(1024 * 1024));
    for id in 0..100 {
        let product = Product { id, name: name.clone(), price_cents: 1, created_at: now, updated_at: now };
        cache.get(id, async { Ok(Some(product)) }).await.expect("the load succeeds");
    }
    let bound = 64 * 1024 * 1024 / name.len() as u64;
    let settled = async || {
        cache.get(0, async { Ok(None) }).await.expect("the load succeeds");
        (bound / 2..=bound).contains(&cache.copies().size())
    };
    eventually("the copies fill at most 64 MiB", settled).await;
}

/// The name in this cached product.
pub fn name_in(product: &Document) -> String {
    json!(product)["name"].as_str().expect("a name").to_owned()
}

/// The name of the product at this path in the cache.
async fn name(server: &TestServer, path: &str) -> String {
    http::get(server.public, path).await.json()["data"]["name"].as_str().expect("a name").to_owned()
}

#[tokio::test]
async fn a_write_that_was_made_but_answered_with_an_error_invalidates_the_copy() {
    let server = TestServer::start(&[]).await;
    let path = create(&server, "Old").await;
    let id: i64 = path.rsplit('/').next().expect("an id").parse().expect("a number");
    for code in [500, 503] {
        let new = format!("New {code}");
        name(&server, &path).await;
        let write = async {
            let database = &server.app.platform.database;
            let update = sqlx::query("UPDATE products SET name = $1 WHERE id = $2").bind(&new).bind(id);
            database.run(update.execute(&database.pool)).await?;
            Err::<(), _>(Error::of(code))
        };
        assert!(server.app.products_cache.write(id, write).await.is_err());
        assert_eq!(name(&server, &path).await, new);
    }
}

#[tokio::test]
async fn a_write_that_certainly_changed_nothing_keeps_the_copy() {
    let server = TestServer::start(&["--cache-ttl=1h"]).await;
    let (path, _) = (create(&server, "Tea").await, create(&server, "Coffee").await);
    name(&server, &path).await;
    assert_eq!(send(server.public, rename(&path, "Coffee")).await.status, 409);
    assert_from(&http::get(server.public, &path).await, "cache", "; hit");
    server.app.platform.database.pool.close().await;
    assert_eq!(send(server.public, rename(&path, "Milk")).await.status, 503);
    assert_from(&http::get(server.public, &path).await, "cache", "; hit");
}

#[tokio::test]
async fn during_a_load_the_existing_copy_is_served_at_once() {
    let (server, origin) = Origin::start(&["--cache-ttl=100ms"]).await;
    let path = create(&server, "Tea").await.replace("products", "test");
    origin.pass.add_permits(1);
    assert_eq!(http::get(server.public, &path).await.text(), "Tea");
    sleep(Duration::from_millis(150)).await;
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(http::get(server.public, &path).await.text(), "Tea");
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    }
    assert_eq!(origin.loads(), 2, "one load for all of them");
    origin.pass.add_permits(100);
}

#[tokio::test]
async fn abandoned_loads_are_bounded_and_counted() {
    const READERS: usize = 3 * MAX_LOADS;
    let (server, origin) = Origin::start(&[]).await;
    let before = counted(server.admin, "cache_loads_abandoned_total").await;
    let mut readers = Vec::new();
    for id in 0..READERS {
        let read = request("GET", &format!("/test/{}", 1000 + id)).header("x-request-id", format!("reader-{id}"));
        readers.push(raw(server.public, read.to_bytes()).await);
    }
    origin.all_wait(READERS).await;
    eventually("the maximum number of loads runs", async || origin.loads() == MAX_LOADS).await;
    assert_eq!(server.app.products_cache.copies().loading(), MAX_LOADS);
    drop(readers);
    for id in 0..READERS {
        assert_eq!(logs::wait_for(&format!("reader-{id}")).await[0]["status"], 499);
    }
    origin.pass.add_permits(READERS);
    eventually("the loads end", async || server.app.products_cache.copies().loading() == 0).await;
    assert_eq!(origin.loads(), MAX_LOADS);
    let abandoned = async || counted(server.admin, "cache_loads_abandoned_total").await - before >= MAX_LOADS as f64;
    eventually("they are counted", abandoned).await;
}

/// Polls each of these reads once: whether all of them wait.
fn all_wait<Read: Future + Unpin>(reads: &mut [Read]) -> bool {
    reads.iter_mut().all(|read| read.now_or_never().is_none())
}

#[tokio::test]
async fn readers_that_wait_for_one_load_leave_room_for_the_loads_of_other_keys() {
    let copies = Copies::new(Times::fresh_for(Duration::from_secs(60)));
    let read = |id, gate: &Arc<Semaphore>| {
        let gate = Arc::clone(gate);
        let load = async move {
            gate.acquire().await.expect("it is never closed").forget();
            Ok(Loaded { value: None, word: "miss", age: Duration::ZERO })
        };
        Box::pin(copies.get(id, load))
    };
    let [first, closed, open] = [0, 0, 1].map(|permits| Arc::new(Semaphore::new(permits)));
    let mut ending = [1, 2].map(|id| read(id, &first));
    let mut running: Vec<_> = (3..=MAX_LOADS as i64).map(|id| read(id, &closed)).collect();
    let mut hot = [0, 0].map(|id| read(id, &closed));
    assert!(all_wait(&mut ending) && all_wait(&mut running) && all_wait(&mut hot));
    assert_eq!(copies.loading(), MAX_LOADS, "the readers of the hot key wait for a permit");

    first.add_permits(2);
    for reader in ending {
        reader.await.expect("the load succeeds");
    }
    // Both of its readers have a permit now: the first one starts the load, the second one waits for it.
    assert!(all_wait(&mut hot));
    assert_eq!(copies.loading(), MAX_LOADS - 1);
    eventually("another key is loaded", async || read(-1, &open).await.is_ok()).await;
}

#[tokio::test]
async fn a_stale_copy_is_served_for_a_while_and_loaded_again_once_a_second() {
    let times = Times { ttl: Duration::from_millis(50), stale_for: Duration::from_secs(5) };
    let copies = Copies::new(times);
    let now = Utc::now();
    let tea = Product { id: 1, name: "Tea".into(), price_cents: 1, created_at: now, updated_at: now };
    let found = async move { Ok(Loaded { value: Some(Document::new(&tea)), word: "miss", age: Duration::ZERO }) };
    copies.get(1, found).await.expect("it is loaded");
    let loaded = Instant::now();
    let loads = Arc::new(AtomicUsize::new(0));
    let get = async || {
        let loads = Arc::clone(&loads);
        let fails = async move {
            loads.fetch_add(1, Ordering::Relaxed);
            Err(Error::of(503))
        };
        copies.get(1, fails).await.map(|(product, outcome)| (product.as_ref().map(name_in), outcome.word))
    };
    sleep(Duration::from_millis(60)).await;
    while loaded.elapsed() < Duration::from_millis(3500) {
        assert_eq!(get().await.expect("there is a copy"), (Some("Tea".to_owned()), "stale"));
        sleep(Duration::from_millis(5)).await;
    }
    assert!((2..=4).contains(&loads.load(Ordering::Relaxed)), "{loads:?} loads failed in 3.5 s");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(get().await.expect_err("it is too old").code, 503);
}

#[test]
fn stale_copies_are_served_for_ten_minutes() {
    assert_eq!(Times::fresh_for(Duration::from_secs(60)).stale_for, Duration::from_secs(600));
}

#[test]
fn absence_is_cached_for_at_most_5_seconds() {
    for ttl in [1, 60, 3600].map(Duration::from_secs) {
        let left = fresh_until(ttl, false).saturating_duration_since(Instant::now());
        assert!(left <= ttl.min(Duration::from_secs(5)), "{left:?}");
    }
}

#[test]
fn of_10_000_copies_stored_together_under_15_percent_expire_in_one_second() {
    let (now, ttl) = (Instant::now(), Duration::from_secs(60));
    let mut expired: HashMap<u64, usize> = HashMap::new();
    for _ in 0..10_000 {
        let left = fresh_until(ttl, true).saturating_duration_since(now);
        assert!(left <= ttl + Duration::from_secs(1), "older than the TTL allows");
        *expired.entry(left.as_secs()).or_default() += 1;
    }
    let most = expired.values().max().expect("there are copies");
    assert!(*most < 1_500, "{expired:?}");
}
