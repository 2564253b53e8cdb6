//! Two replicas under load while Redis, Memcached, PostgreSQL or another service fails and recovers: requests on a
//! schedule before, during and after, and the latency of each phase. A table is left in `target/proof/outage.md`.

mod database;
mod late;
mod other;
mod report;
mod rig;
mod stream;
mod unread;

use std::fs;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use restwell::choice::{Auth, Cache, Database, Deploy, Limiter, Monitoring, Upstream, Value};
use restwell::stack::{Answers, Origin, Stack};

use crate::http::{self, Client};
use crate::process::eventually;
use crate::servers::{Kind, Server};
use crate::tally::Tally;
use crate::{dirs, project, say};
use database::Failure;
use late::{Late, attempt, within};
use other::Other;
use report::Report;
use rig::{Project, Rig};
use stream::{Sample, Stream, Summary, summary};

/// Requests a second.
const RATE: u64 = 500;

/// The duration of the load before, during and after; the first second is not counted.
const PHASE: Duration = Duration::from_secs(8);

/// The maximum latency of 99 % of requests during a failure.
const P99: Duration = Duration::from_millis(60);

/// The maximum time from the return of a server until it is used again: a breaker stays open for 5 s, and the probe has
/// a second.
const RECOVERY: Duration = Duration::from_secs(6);

/// The number of products.
const PRODUCTS: u64 = 200;

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("outage")?;
    // On Compose: its configuration of HAProxy balances the replicas.
    let scale = project::stack("scale", &[Value::Deploy(Deploy::Compose)])?;
    let mut report = Report::new(RATE);
    if let Some(scale) = tally.check("scale builds", || Project::build(&scale, "scale")) {
        tally.note("two replicas on one Redis, 120 requests of 20 clients", || attempt(|| limit(&scale)));
        tally.note("Redis fails", || attempt(|| cache(&scale, Kind::Redis, &mut report)));
        tally.note("another service falls silent", || attempt(|| silence(&scale, &mut report)));
        tally.note("refusals of anonymous clients that still send", || unread::anonymous(&scale));
    }
    if let Some(open) =
        tally.check("the same without Redis builds", || Project::build(&without_redis()?, "without-redis"))
    {
        tally.note("Memcached fails", || attempt(|| cache(&open, Kind::Memcached, &mut report)));
        tally.note("PostgreSQL refuses", || attempt(|| database::fails(&open, Failure::Refused, &mut report)));
        tally.note("PostgreSQL falls silent", || attempt(|| database::fails(&open, Failure::Silent, &mut report)));
        tally.note("answers to clients that still send", || unread::refusals(&open));
    }
    say::line(report.text());
    fs::write(dirs::proof().join("outage.md"), report.text())?;
    tally.close()
}

/// Without authentication, so that the stage can write.
fn without_redis() -> Result<Stack> {
    let asked: Answers = [
        Value::Database(Database::Postgres),
        Value::Cache(Cache::Memcached),
        Value::Limiter(Limiter::Memory),
        Value::Auth(Auth::None),
        Value::Upstream(Upstream::None),
        Value::Monitoring(Monitoring::Prometheus),
        Value::Deploy(Deploy::Compose),
    ]
    .into_iter()
    .map(|value| (value, Origin::Flag))
    .collect();
    Stack::resolve(&asked).map(|resolution| resolution.stack).map_err(|_| anyhow::anyhow!("a rule forbids this stack"))
}

/// The limit applies to all replicas together, and without Redis to each.
fn limit(project: &Project) -> Result<String> {
    let postgres = Server::start(Kind::Postgres)?;
    let mut redis = Server::start(Kind::Redis)?;
    let rig = project.start(&settings(&[&postgres, &redis], &[]))?;
    let shared = passed(rig.port(), 120)?;
    let late = rig.count("limiter_fallback_total")?;
    if late > 0.0 {
        // A replica counts separately if Redis responds too late.
        return Err(Late(format!("{shared} of 120 requests passed; for {late} Redis was too late")).into());
    }
    ensure!(shared == 60, "{shared} of 120 requests passed, not 60");
    redis.kill();
    let alone = passed(rig.port(), 200)?;
    ensure!((60..=120).contains(&alone), "without Redis {alone} of 200 requests passed, not 60 at each replica");
    ensure!(rig.count("limiter_fallback_total")? >= 200.0, "not every request was counted as decided without Redis");
    rig.stop()?;
    Ok(format!("60 pass; with Redis gone {alone} of 200, 60 at each replica"))
}

/// The number of concurrent clients of the limiter. With one for each request, a replica waits for a core longer than it
/// waits for Redis, which is 25 ms.
const CLIENTS: usize = 20;

/// The number of requests that get 200; the others must get 429. Each client sends the same number of them.
fn passed(port: u16, requests: usize) -> Result<usize> {
    let barrier = Barrier::new(CLIENTS);
    let statuses: Vec<Result<Vec<u16>>> = std::thread::scope(|scope| {
        let ask = || {
            let mut client = Client::new(port);
            // Connects, and is not limited.
            let connected = client.get("/health/live");
            barrier.wait();
            connected?;
            (0..requests / CLIENTS).map(|_| Ok(client.get("/greet")?.status)).collect()
        };
        let asking: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a client panicked"))).collect()
    });
    let statuses: Vec<u16> = statuses.into_iter().collect::<Result<Vec<_>>>()?.concat();
    if let Some(other) = statuses.iter().find(|status| ![200, 429].contains(status)) {
        bail!("a request was answered {other}");
    }
    Ok(statuses.iter().filter(|&&status| status == 200).count())
}

/// The shared cache is killed and restarted: no read fails, and none waits.
fn cache(project: &Project, kind: Kind, report: &mut Report) -> Result<String> {
    let (postgres, mut server) = (Server::start(Kind::Postgres)?, Server::start(kind)?);
    let rig = project.start(&settings(&[&postgres, &server], UNLIMITED))?;
    seed(&postgres)?;
    let stream = Stream::start(rig.port(), RATE, product);
    std::thread::sleep(Duration::from_secs(1) + PHASE);
    let failed_at = stream.elapsed();
    server.kill();
    std::thread::sleep(PHASE);
    let errors = rig.count("dependency_errors_total")?;
    let mended_at = stream.elapsed();
    server.start_again()?;
    let took = recovery(|fresh| {
        rig.breakers_closed()?;
        shared(&rig, fresh)
    });
    std::thread::sleep(PHASE);
    let samples = stream.finish()?;
    report.add(kind.name(), &samples, (failed_at, mended_at), took.as_ref().ok().copied());
    none_waits(&samples, (failed_at, mended_at))?;
    ensure!(errors > 0.0, "no replica has counted an error");
    rig.stop()?;
    Ok(format!("used again after {:.1} s", took?.as_secs_f64()))
}

/// The upstream service accepts connections and never responds: responses that need it lack its data, and no other
/// response is affected.
fn silence(project: &Project, report: &mut Report) -> Result<String> {
    let (postgres, redis, other) = (Server::start(Kind::Postgres)?, Server::start(Kind::Redis)?, Other::start()?);
    let url = ("UPSTREAM_URL", &*format!("http://127.0.0.1:{}", other.port));
    let rig = project.start(&settings(&[&postgres, &redis], &[UNLIMITED, &[url]].concat()))?;
    seed(&postgres)?;
    let stream = Stream::start(rig.port(), RATE, product);
    let reviews = Stream::start(rig.port(), RATE / 25, |number| product(number) + "/reviews");
    std::thread::sleep(Duration::from_secs(1) + PHASE);
    let failed_at = stream.elapsed();
    other.silence(true);
    std::thread::sleep(PHASE);
    let mended_at = stream.elapsed();
    other.silence(false);
    let took = recovery(|_| {
        for replica in rig.replicas() {
            let answer = http::get(replica.port, "/products/1/reviews")?.expect(200)?;
            ensure!(answer.contains(r#""degraded":false"#), "{answer}");
        }
        rig.breakers_closed()
    });
    std::thread::sleep(PHASE);
    let (samples, reviews) = (stream.finish()?, reviews.finish()?);
    let times = (failed_at, mended_at);
    report.add("another service, silent: products", &samples, times, None);
    report.add("another service, silent: reviews", &reviews, times, took.as_ref().ok().copied());
    none_waits(&samples, times)?;
    let during = summary(&reviews, failed_at, mended_at);
    ensure!(during.failures.is_empty(), "reviews: {:?}", during.failures);
    within(Duration::from_millis(3500), "the longest of the reviews", during.max)?;
    // Once a breaker is open no request waits: measured in the last second of the outage.
    let open = summary(&reviews, mended_at - Duration::from_secs(1), mended_at);
    within(P99, "half of the reviews with the breaker open", open.p50)?;
    rig.stop()?;
    Ok(format!("whole answers again after {:.1} s", took?.as_secs_f64()))
}

const UNLIMITED: &[(&str, &str)] = &[("RATE_LIMIT", "1000000/s"), ("RUST_LOG", "warn")];

fn settings(servers: &[&Server], more: &[(&str, &str)]) -> Vec<(String, String)> {
    let servers = servers.iter().map(|server| (server.kind.setting().to_owned(), server.url()));
    servers.chain(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

fn product(number: u64) -> String {
    format!("/products/{}", 1 + number % PRODUCTS)
}

/// Products for the stream, and others that have not been read.
fn seed(postgres: &Server) -> Result<()> {
    postgres.sql(
        "INSERT INTO products (name, price_cents, created_at, updated_at) \
         SELECT 'Product ' || n, n, now(), now() FROM generate_series(1, 100000) n",
    )
}

/// A product that has not been read is read at one replica; the other then has it from the shared cache.
fn shared(rig: &Rig, fresh: u64) -> Result<()> {
    let path = format!("/products/{}", PRODUCTS + 1 + fresh);
    let mut source = "none".to_owned();
    for replica in rig.replicas() {
        source = http::get(replica.port, &path)?.expect(200)?;
    }
    ensure!(source.starts_with(r#"{"source":"cache""#), "not from the shared cache: {source}");
    Ok(())
}

/// The time until this succeeds. Each attempt has another number. [`Late`] if it takes too long.
fn recovery(mut is_back: impl FnMut(u64) -> Result<()>) -> Result<Duration> {
    let (started, mut attempt) = (Instant::now(), 0);
    eventually(RECOVERY, || {
        attempt += 1;
        is_back(attempt)
    })
    .map_err(|error| Late(format!("{error:#}")))?;
    Ok(started.elapsed())
}

/// No request of any phase fails, and there was a load.
fn none_failed(samples: &[Sample], (failed_at, mended_at): (Duration, Duration)) -> Result<Summary> {
    let all = summary(samples, Duration::from_secs(1), Duration::MAX);
    ensure!(all.failures.is_empty(), "of {} requests: {:?}", all.requests, all.failures);
    let during = summary(samples, failed_at, mended_at);
    let wanted = RATE * (mended_at - failed_at).as_secs() * 9 / 10;
    ensure!(during.requests as u64 > wanted, "only {} requests: no load", during.requests);
    Ok(during)
}

/// Also, at most one in a hundred waits during the outage.
fn none_waits(samples: &[Sample], times: (Duration, Duration)) -> Result<()> {
    let during = none_failed(samples, times)?;
    within(P99, "p99 while it fails", during.p99)
}
