//! Twice as many requests as the service has capacity for.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::time::sleep;

use super::Pace;
use super::load::Load;
use super::outcome::{Failure, Outcome, SLOW, share};
use crate::happen;
use crate::support::http::request;
use crate::support::server::TestServer;

const PATH: &str = "/test/work";

/// A request takes 50 ms and 10 run at a time: 200 a second, however fast this machine is.
const WORK: Duration = Duration::from_millis(50);
const CAPACITY: u32 = 200;

pub async fn at_twice_the_capacity(pace: Pace) -> Vec<Outcome> {
    let handler = async || {
        sleep(WORK).await;
        "done"
    };
    let routes = Router::new().route(PATH, get(handler));
    let server = TestServer::with_routes(&["--max-in-flight=10"], routes).await;
    let load = |rate| Load { rate, ..Load::on(pace, server.admin, &[server.public], vec![request("GET", PATH)]) };
    let (calm, twice) = (load(CAPACITY / 4), load(CAPACITY * 2));
    let mut during = Vec::new();
    let lasts = async { during = twice.during(sleep(pace.phase)).await };
    let what = format!("overload: {} requests a second, with capacity for {CAPACITY}", 2 * CAPACITY);
    let failure = Failure { what, fails: &["GET /test/work"], lasts, ends: async {} };
    let mut outcome = happen(failure, &calm, pace).await;
    outcome.during = during;
    let (served, refused): (Vec<_>, Vec<_>) = outcome.during.iter().partition(|sample| sample.is_answered());
    let goodput = served.len() as f64 / pace.phase.as_secs_f64();
    outcome.notes.push(("goodput", format!("{goodput:.0} requests a second")));
    if pace.strict && goodput < f64::from(CAPACITY) / 2.0 {
        outcome.broken.push(format!("overload: only {goodput:.0} requests a second were served"));
    }
    let (served, refused) = (share(&served, 99), share(&refused, 99));
    let slow = SLOW + 10 * share(&outcome.before.iter().collect::<Vec<_>>(), 99);
    if pace.strict && served.max(refused) > slow {
        outcome.broken.push(format!("overload: p99 of answers is {served:.1?}, of refusals {refused:.1?}"));
    }
    vec![outcome]
}
