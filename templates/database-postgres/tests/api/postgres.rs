//! Behaviour specific to PostgreSQL: a server on the network, shared with other clients, which may stop responding.

use std::future::pending;
use std::time::Duration;

use app::platform::breaker::{FAILURES, Failure, OPEN_FOR};
use app::platform::engine::{CONNECTIONS, DEADLINE};
use app::platform::error::Error;
use app::products::queries::find;
use app::products::statements::LIST;
use axum::Router;
use serde_json::json;
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::database::leave_mid_write;
use crate::errors::envelope;
use crate::support::chaos::{Chaos, Mode};
use crate::support::database::Database;
use crate::support::http::{get, raw, request, send};
use crate::support::logs;
use crate::support::process::{Process, run};
use crate::support::server::TestServer;
use crate::support::{addresses, bind_here, eventually, fastest, flags, servers, within};

/// A proxy in front of the server, and the flag that makes a service connect through it.
fn through_chaos(database: &Database) -> (Chaos, String) {
    let url = database.url();
    let chaos = Chaos::start(servers::address(&url));
    let flag = format!("--database-url={}", servers::by_way_of(chaos.address(), &url));
    (chaos, flag)
}

/// The statuses of responses, and the duration of each.
async fn ask(server: &TestServer, times: usize) -> Vec<(u16, Duration)> {
    let mut clients = JoinSet::new();
    for _ in 0..times {
        let public = server.public;
        clients.spawn(async move {
            let asked = Instant::now();
            (get(public, "/products").await.status, asked.elapsed())
        });
    }
    clients.join_all().await
}

/// Asks until every answer is 200. With more clients than connections, each connection was just used then, and counts
/// as good. On a busy machine the first of them wait for too long.
async fn open_all(server: &TestServer) {
    let opened = async || ask(server, 40).await.iter().all(|(status, _)| *status == 200);
    eventually("every connection is open", opened).await;
}

#[tokio::test]
async fn two_replicas_that_start_on_an_empty_database_migrate_it_once() {
    for _ in 0..3 {
        let database = Database::new().await;
        let flag = database.flag();
        let settings = [flag.as_str()];
        let (one, other) = tokio::join!(Process::start(&settings), Process::start(&settings));
        for replica in [&one, &other] {
            assert_eq!(get(replica.public, "/products").await.status, 200);
        }
        let count = "SELECT count(*), count(DISTINCT version) FROM _sqlx_migrations WHERE success";
        let (all, distinct): (i64, i64) = sqlx::query_as(count).fetch_one(&database.connect().await).await.unwrap();
        assert!(all >= 1 && all == distinct, "{all} migrations of {distinct} versions");
    }
}

#[tokio::test]
async fn a_migration_and_those_that_wait_for_it_may_take_longer_than_a_statement() {
    let database = Database::new().await;
    // Another program creates the same table and does not commit: the first replica waits for it, the others for the
    // first.
    let pool = database.connect().await;
    let mut other = pool.begin().await.unwrap();
    sqlx::query("CREATE TABLE _sqlx_migrations (version BIGINT)").execute(&mut *other).await.unwrap();
    let url = database.url();
    let environment = [("DATABASE_URL", url.as_str())];
    let migrate = async { run(&["migrate"], &environment).await };
    let wait = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event_type = 'Lock' AND query_start < now() - interval '4 s'";
        let both = async || sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() == 2;
        eventually("two have waited for longer than a statement may", both).await;
        other.rollback().await.unwrap();
    };
    let (one, two, ()) = tokio::join!(migrate, run(&["migrate"], &environment), wait);
    assert_eq!((one.code, two.code), (Some(0), Some(0)), "{:?} {:?}", one.stderr, two.stderr);
    let settings = [database.flag(), "--migrate-on-start=false".into()];
    let server = TestServer::start(&settings.each_ref().map(String::as_str)).await;
    assert_eq!(get(server.public, "/products").await.status, 200);
}

#[tokio::test]
async fn a_server_whose_database_comes_later_becomes_ready_then() {
    logs::record();
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    chaos.set(Mode::Closed).await;
    let (_app, server) = bind_here(flags(&[&flag]), Router::new());
    let (public, admin) = addresses(&server);
    tokio::spawn(server.run(pending()));
    assert_eq!(get(admin, "/health/live").await.status, 200);
    assert_eq!(get(admin, "/health/ready").await.status, 503);
    envelope(&get(public, "/products").await, 503, "unavailable").await;

    chaos.set(Mode::Pass).await;
    let ready = async || get(admin, "/health/ready").await.status == 200;
    eventually("it becomes ready by itself", ready).await;
    assert_eq!(get(public, "/products").await.status, 200);
}

#[tokio::test]
async fn a_database_that_stops_responding_during_the_start_is_reported_and_tried_again() {
    logs::record();
    let database = Database::new().await;
    let url = database.url();
    assert_eq!(run(&["migrate"], &[("DATABASE_URL", url.as_str())]).await.code, Some(0));
    let (chaos, flag) = through_chaos(&database);
    let pool = database.connect().await;
    let mut other = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE _sqlx_migrations").execute(&mut *other).await.unwrap();
    let (_app, server) = bind_here(flags(&[&flag, "--migrate-on-start=false"]), Router::new());
    let (_public, admin) = addresses(&server);
    tokio::spawn(server.run(pending()));
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock'";
    let waits = async || sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() > 0;
    eventually("it is connected, and waits for the lock", waits).await;
    chaos.set(Mode::Hole).await;
    other.rollback().await.unwrap();
    let late = format!("the database does not answer within {DEADLINE:?}");
    let reported = async || !logs::with(&late).is_empty();
    within(DEADLINE + Duration::from_secs(5), "it is reported", reported).await;
    assert_eq!(get(admin, "/health/ready").await.status, 503);
    chaos.set(Mode::Pass).await;
    let ready = async || get(admin, "/health/ready").await.status == 200;
    eventually("it becomes ready by itself", ready).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_silent_database() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = Process::start(&[&flag, "--drain-delay=0s", "--drain-timeout=3s"]).await;
    assert_eq!(get(server.public, "/products").await.status, 200);
    chaos.set(Mode::Hole).await;
    let waiting = request("GET", "/products").header("x-request-id", "waits-for-the-database");
    let _client = raw(server.public, waiting.to_bytes()).await;
    // Connections are accepted in order: once these are answered, that request is in flight.
    for _ in 0..3 {
        assert_eq!(get(server.public, "/greet").await.status, 200);
    }
    let stopped = Instant::now();
    server.terminate();
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0));
    assert!(stopped.elapsed() < Duration::from_secs(6), "{:?}", stopped.elapsed());
    assert!(ended.stdout.iter().any(|line| line.contains("waits-for-the-database")), "{:?}", ended.stdout);
}

#[tokio::test]
async fn a_database_that_stops_responding_fails_within_the_deadline_and_recovers() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    // Long, so that it does not end the requests.
    let server = TestServer::start(&[&flag, "--request-timeout=60s"]).await;
    open_all(&server).await;
    chaos.set(Mode::Hole).await;
    for (status, took) in ask(&server, 40).await {
        assert_eq!(status, 503);
        assert!(took < Duration::from_secs(9), "{took:?}");
    }
    assert_eq!(get(server.admin, "/health/live").await.status, 200);
    let ready = get(server.admin, "/health/ready").await;
    assert_eq!((ready.status, &ready.json()["dependencies"]["database"]), (200, &json!(false)));

    chaos.set(Mode::Pass).await;
    let recovers = async || get(server.public, "/products").await.status == 200;
    within(Duration::from_secs(10), "it recovers by itself", recovers).await;
    open_all(&server).await;
}

#[tokio::test]
async fn a_database_that_stops_responding_opens_the_breaker_however_short_a_request_is() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = TestServer::start(&[&flag, "--request-timeout=2s"]).await;
    assert_eq!(get(server.public, "/products").await.status, 200);
    chaos.set(Mode::Hole).await;
    for _ in 0..FAILURES {
        envelope(&get(server.public, "/products").await, 503, "unavailable").await;
    }
    let took = fastest(async || envelope(&get(server.public, "/products").await, 503, "unavailable").await).await;
    assert!(took < Duration::from_millis(500), "the breaker is open: {took:?}");
}

#[tokio::test]
async fn connections_that_hang_are_closed_even_if_their_clients_disconnected() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = TestServer::start(&[&flag]).await;
    open_all(&server).await;
    let app = &server.app;
    let used = || app.platform.database.pool.usage().0;
    eventually("every connection is given back", async || used() == 0).await;
    chaos.set(Mode::Hole).await;
    let mut clients = Vec::new();
    for number in 0..CONNECTIONS {
        let list = request("GET", "/products").header("x-request-id", format!("silence-{number}"));
        clients.push(raw(server.public, list.to_bytes()).await);
    }
    let hang = || app.platform.in_flight();
    eventually("requests hang", async || hang() == clients.len() && used() > 0).await;
    drop(clients);
    for number in 0..CONNECTIONS {
        assert_eq!(logs::wait_for(&format!("silence-{number}")).await[0]["status"], 499);
    }
    eventually("no connection is held while the silence lasts", async || used() == 0).await;
}

#[tokio::test]
async fn a_slow_database_fails_within_the_deadline_and_recovers() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = TestServer::start(&[&flag, "--request-timeout=60s"]).await;
    assert_eq!(get(server.public, "/products").await.status, 200);
    chaos.set(Mode::Slow(Duration::from_secs(4))).await;
    for (status, took) in ask(&server, 20).await {
        assert_eq!(status, 503);
        assert!(took < Duration::from_secs(9), "{took:?}");
    }
    chaos.set(Mode::Pass).await;
    let recovers = async || get(server.public, "/products").await.status == 200;
    eventually("it recovers by itself", recovers).await;
}

#[tokio::test]
async fn a_database_that_refuses_fails_at_once_and_affects_nothing_else() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = TestServer::start(&[&flag, "--max-in-flight=8"]).await;
    assert_eq!(get(server.public, "/products").await.status, 200);
    chaos.set(Mode::Closed).await;
    for number in 0..20 {
        let asked = Instant::now();
        let list = request("GET", "/products").header("x-request-id", format!("refused-{number}"));
        envelope(&send(server.public, list).await, 503, "unavailable").await;
        assert!(asked.elapsed() < Duration::from_secs(2), "it waits for no connection: {:?}", asked.elapsed());
        assert_eq!(get(server.public, "/greet").await.status, 200);
    }
    let first = logs::wait_for("refused-1").await;
    let error = first[0]["error"].as_str().expect("it says why").to_lowercase();
    assert!(error.contains("connection refused"), "{error}");

    chaos.set(Mode::Pass).await;
    let recovers = async || get(server.public, "/products").await.status == 200;
    within(OPEN_FOR + Duration::from_secs(5), "it recovers by itself", recovers).await;
}

#[tokio::test]
async fn a_migration_without_a_database_reports_the_refused_connection() {
    let ended = run(&["migrate"], &[("DATABASE_URL", "postgres://app@127.0.0.1:1/app")]).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
    assert!(ended.stderr[0].to_lowercase().contains("connection refused"), "{:?}", ended.stderr);
}

#[tokio::test]
async fn a_statement_takes_one_round_trip() {
    const TRIP: Duration = Duration::from_millis(400);
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = TestServer::start(&[&flag]).await;
    // Opens every connection, and prepares the statement on it.
    for _ in 0..3 {
        open_all(&server).await;
    }
    chaos.set(Mode::Slow(TRIP / 2)).await;
    // The fastest of a few: a busy machine slows down some of them, a second round trip all.
    let three_trips = async || {
        let asked = Instant::now();
        let answers = ask(&server, 3 * CONNECTIONS as usize).await;
        answers.iter().all(|(status, _)| *status == 200) && asked.elapsed() < 5 * TRIP
    };
    eventually("three times as many requests as connections take three round trips", three_trips).await;
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_seen_by_the_next_read() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = TestServer::start(&[&flag]).await;
    let product = |name: &str| json!({"name": name, "price_cents": 1});
    let created = send(server.public, request("POST", "/products").json(product("Old"))).await;
    let path = created.header("location").to_owned();
    assert_eq!(get(server.public, &path).await.json()["data"]["name"], "Old");
    let pool = database.connect().await;
    let mut other = pool.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM products FOR UPDATE").execute(&mut *other).await.unwrap();
    let write = tokio::spawn(send(server.public, request("PUT", &path).json(product("New"))));
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock'";
    let waits = async || sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() > 0;
    eventually("the write waits for the lock", waits).await;
    chaos.set(Mode::Hole).await;
    other.rollback().await.unwrap();
    envelope(&write.await.unwrap(), 503, "unavailable").await;
    chaos.set(Mode::Pass).await;
    let seen = async || get(server.public, &path).await.json()["data"]["name"] == "New";
    within(OPEN_FOR + Duration::from_secs(5), "the write is seen", seen).await;
}

/// The error that PostgreSQL gives with this code.
async fn raised(server: &TestServer, code: &str) -> sqlx::Error {
    let raise = format!("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$");
    sqlx::query(AssertSqlSafe(raise)).execute(&server.app.platform.database.pool).await.expect_err(code)
}

#[tokio::test]
async fn each_code_of_an_error_says_whether_the_statement_or_the_server_fails() {
    let server = TestServer::start(&[]).await;
    let (server_fails, try_again) = ((503, true), (503, false));
    for (code, expected) in [
        ("08006", server_fails),
        ("28P01", server_fails),
        ("3D000", server_fails),
        ("53100", server_fails),
        ("53300", server_fails),
        ("57P01", server_fails),
        ("57P03", server_fails),
        ("58030", server_fails),
        ("25006", server_fails),
        ("40001", try_again),
        ("40P01", try_again),
        ("55P03", try_again),
        ("57014", try_again),
        ("25P03", try_again),
        ("23505", (409, false)),
        ("23503", (409, false)),
        ("23514", (422, false)),
        ("22012", (500, false)),
        ("42P01", (500, false)),
    ] {
        let error = raised(&server, code).await;
        let is_outage = error.is_outage();
        assert_eq!((Error::from(error).code, is_outage), expected, "{code}");
    }
}

#[tokio::test]
async fn a_restarted_database_fails_no_request_after_an_idle_second() {
    let database = Database::new().await;
    let (chaos, flag) = through_chaos(&database);
    let server = TestServer::start(&[&flag]).await;
    open_all(&server).await;
    chaos.set(Mode::Closed).await;
    chaos.set(Mode::Pass).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    // As many as connections, so that none waits for another.
    assert!(ask(&server, CONNECTIONS as usize).await.iter().all(|(status, _)| *status == 200));
}

#[tokio::test]
async fn clients_that_disconnect_during_a_write_leave_no_open_transaction() {
    let server = TestServer::start(&[]).await;
    leave_mid_write(&server).await;
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL \
                AND pid <> pg_backend_pid()";
    let open: i64 = sqlx::query_scalar(open).fetch_one(&server.fixture.database.connect().await).await.unwrap();
    assert_eq!(open, 0, "transactions were left open");
    let body = json!({"name": "After", "price_cents": 1});
    assert_eq!(send(server.public, request("POST", "/products").json(body)).await.status, 201);
}

#[tokio::test]
async fn a_write_that_waits_for_a_lock_too_long_is_503() {
    let server = TestServer::start(&["--request-timeout=60s"]).await;
    let lock = server.fixture.database.lock().await;
    let body = json!({"name": "Tea", "price_cents": 1});
    let asked = Instant::now();
    let answer = send(server.public, request("POST", "/products").json(&body)).await;
    envelope(&answer, 503, "unavailable").await;
    assert!(asked.elapsed() < Duration::from_secs(9), "{:?}", asked.elapsed());
    assert_eq!(get(server.public, "/products").await.status, 200, "reads do not wait for writes");
    lock.release().await;
    assert_eq!(send(server.public, request("POST", "/products").json(&body)).await.status, 201);
}

#[tokio::test]
async fn the_server_ends_statements_that_take_too_long() {
    let server = TestServer::start(&[]).await;
    for (setting, limit) in
        [("statement_timeout", "3s"), ("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "10s")]
    {
        let show = sqlx::query_scalar("SELECT current_setting($1)").bind(setting);
        let set: String = show.fetch_one(&server.app.platform.database.pool).await.unwrap();
        assert_eq!(set, limit, "{setting}");
    }
    let sleep = sqlx::query("SELECT pg_sleep(60)").execute(&server.app.platform.database.pool).await;
    let error = sleep.expect_err("nothing sleeps for a minute").into_database_error().expect("the server says so");
    assert!(app::platform::engine::is_outage(&*error), "{error}");
}

#[tokio::test]
async fn a_page_is_found_by_an_index_and_needs_no_sorting() {
    let server = TestServer::start(&[]).await;
    let pool = &server.app.platform.database.pool;
    let fill = "INSERT INTO products (name, price_cents, created_at, updated_at) \
                SELECT 'Product ' || i, i, now(), now() FROM generate_series(1, 10000) AS i";
    sqlx::query(fill).execute(pool).await.unwrap();
    sqlx::query("ANALYZE products").execute(pool).await.unwrap();
    let explain = format!("EXPLAIN {LIST}");
    let plan = sqlx::query_scalar(AssertSqlSafe(explain)).bind(5000_i64).bind(20_i64).fetch_all(pool);
    let plan: Vec<String> = plan.await.unwrap();
    let steps = plan.join("\n");
    assert!(steps.contains("Index Scan using products_pkey on products"), "{steps}");
    assert!(!steps.contains("Seq Scan") && !steps.contains("Sort"), "{steps}");
}

#[tokio::test]
async fn a_column_that_the_next_version_adds_does_not_disturb_this_one() {
    let server = TestServer::start(&[]).await;
    let write = async |method: &str, path: &str, name: &str| {
        let product = json!({"name": name, "price_cents": 1});
        send(server.public, request(method, path).json(product)).await
    };
    let path = write("POST", "/products", "Tea").await.header("location").to_owned();
    // Sequentially on one connection, on which every statement is prepared after the first run.
    let works = async |name: &str| {
        assert_eq!(write("POST", "/products", name).await.status, 201);
        assert_eq!(write("PUT", &path, &format!("{name} Tea")).await.status, 200);
        let first = find(&server.app.platform.database, 1).await.unwrap().expect("the first");
        assert_eq!(first.name, format!("{name} Tea"));
        assert_eq!(get(server.public, "/products").await.status, 200);
    };
    works("Old").await;
    let add = "ALTER TABLE products ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'";
    sqlx::query(add).execute(&server.fixture.database.connect().await).await.unwrap();
    works("New").await;
}

#[tokio::test]
async fn the_password_in_the_url_is_never_printed() {
    let silent = |ended: &crate::support::process::Ended| {
        let said = [ended.stdout.clone(), ended.stderr.clone()].concat().join("\n");
        assert!(!said.contains("sesame"), "{said}");
    };
    for broken in ["postgres://app:sesame@127.0.0.1:port/app", "postgres://app:sesame@127.0.0.1/app?sslmode=loud"] {
        for (arguments, environment) in [
            (vec!["serve"], vec![("DATABASE_URL", broken)]),
            (vec!["serve", "--database-url", broken], vec![]),
            (vec!["serve"], vec![("PORT", "eighty"), ("DATABASE_URL", broken)]),
        ] {
            let ended = run(&arguments, &environment).await;
            assert_eq!(ended.code, Some(2), "{:?}", ended.stderr);
            assert!(ended.stderr.iter().any(|line| line.contains("DATABASE_URL")), "{:?}", ended.stderr);
            silent(&ended);
        }
    }
    let url = "postgres://app:sesame@127.0.0.1:1/app";
    let ended = run(&["--help"], &[("DATABASE_URL", url)]).await;
    assert_eq!(ended.code, Some(0));
    silent(&ended);
    let ended = run(&["migrate"], &[("DATABASE_URL", url)]).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(1), 1), "{:?}", ended.stderr);
    silent(&ended);
}
