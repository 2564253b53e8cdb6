//! PostgreSQL refuses connections, or accepts them and does not respond: reads of cached products and requests that
//! need no database still succeed, others are rejected in time, and everything recovers.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use super::late::within;
use super::report::Report;
use super::rig::{Project, Rig};
use super::stream::{Sample, Stream, Summary, summary};
use super::{P99, PHASE, PRODUCTS, RATE, UNLIMITED, none_failed, product, recovery, seed, settings};
use crate::http::Client;
use crate::servers::{Kind, Server};

/// How the database fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The port is closed.
    Refused,
    /// Connections are accepted, but get no response.
    Silent,
}

/// Makes cached values stale during the outage, and a few waiting requests enough to fill the service unless part of
/// its capacity is reserved.
const MORE: &[(&str, &str)] = &[("CACHE_TTL", "4s"), ("MAX_IN_FLIGHT", "64")];

/// The maximum time until a write is refused. It waits up to 5 s for a database that does not respond.
const REFUSAL: Duration = Duration::from_secs(6);

impl Failure {
    fn name(self) -> &'static str {
        match self {
            Self::Refused => "database refused",
            Self::Silent => "database silent",
        }
    }

    fn begin(self, postgres: &mut Server) {
        match self {
            Self::Refused => postgres.kill(),
            Self::Silent => postgres.freeze(),
        }
    }

    fn end(self, postgres: &mut Server) -> Result<()> {
        match self {
            Self::Refused => postgres.start_again(),
            Self::Silent => {
                postgres.thaw();
                Ok(())
            }
        }
    }
}

/// Three streams: reads of products that are cached, reads of products that are not, and requests that need no
/// database.
pub(super) fn fails(project: &Project, failure: Failure, report: &mut Report) -> Result<String> {
    let (mut postgres, memcached) = (Server::start(Kind::Postgres)?, Server::start(Kind::Memcached)?);
    let rig = project.start(&settings(&[&postgres, &memcached], &[UNLIMITED, MORE].concat()))?;
    seed(&postgres)?;
    let cached = Stream::start(rig.port(), RATE, product);
    let greetings = Stream::start(rig.port(), RATE / 10, |_| "/greet".to_owned());
    let others = Stream::start(rig.port(), RATE / 10, |number| format!("/products/{}", PRODUCTS + 1000 + number));
    std::thread::sleep(Duration::from_secs(1) + PHASE);
    let failed_at = cached.elapsed();
    failure.begin(&mut postgres);
    let (refused, refused_after) = timed_write(&rig);
    std::thread::sleep(PHASE.saturating_sub(refused_after));
    let mended_at = cached.elapsed();
    failure.end(&mut postgres)?;
    let took = recovery(|fresh| match write(rig.port(), &format!("Written {fresh}"))? {
        201 => Ok(()),
        status => bail!("a write is answered {status}"),
    });
    std::thread::sleep(PHASE);
    let (cached, greetings, others) = (cached.finish()?, greetings.finish()?, others.finish()?);
    let times = (failed_at, mended_at);
    let name = failure.name();
    report.add(&format!("{name}: cached products"), &cached, times, None);
    report.add(&format!("{name}: requests without a database"), &greetings, times, None);
    report.add(&format!("{name}: other products"), &others, times, took.as_ref().ok().copied());

    let during = none_failed(&cached, times)?;
    within(P99, "p99 of cached products", during.p99)?;
    undisturbed(&greetings, times)?;
    only_unavailable(&others, times)?;
    let refused = refused?;
    ensure!(refused == 503, "a write is answered {refused}");
    within(REFUSAL, "a write is refused", refused_after)?;
    rig.stop()?;
    let (p99, refused, took) = (during.p99.as_secs_f64() * 1e3, refused_after.as_secs_f64(), took?.as_secs_f64());
    Ok(format!("p99 {p99:.1} ms; a write is 503 after {refused:.1} s, and 201 again after {took:.1} s"))
}

fn timed_write(rig: &Rig) -> (Result<u16>, Duration) {
    let asked = Instant::now();
    (write(rig.port(), "refused"), asked.elapsed())
}

fn write(port: u16, name: &str) -> Result<u16> {
    let body = format!(r#"{{"name":"{name}","price_cents":1}}"#);
    Ok(Client::new(port).send("POST", "/products", &body)?.status)
}

/// Requests that need no database are neither rejected nor slow during the outage.
fn undisturbed(samples: &[Sample], (failed_at, mended_at): (Duration, Duration)) -> Result<()> {
    let Summary { requests, p99, failures, .. } = summary(samples, failed_at, mended_at);
    ensure!(failures.is_empty(), "of {requests} requests that need no database: {failures:?}");
    within(P99, "p99 of requests that need no database", p99)
}

/// Requests that need the database get 503 during the outage: not 504, and not a closed connection.
fn only_unavailable(samples: &[Sample], (failed_at, mended_at): (Duration, Duration)) -> Result<()> {
    let Summary { failures, .. } = summary(samples, failed_at, mended_at);
    ensure!(failures.keys().all(|failure| failure == "status 503"), "products that are not cached: {failures:?}");
    ensure!(!failures.is_empty(), "no request needed the database");
    Ok(())
}
