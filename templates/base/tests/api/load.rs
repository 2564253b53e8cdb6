//! A load test with an open loop: requests leave on schedule, whether or not the server keeps up.
//!
//! A closed loop sends less when the server stalls and so hides the stall (Gil Tene calls it coordinated omission); here
//! it is visible, because latency counts from the scheduled time. `just load` runs it longer; it sends requests only to
//! the server that it starts itself.

use std::env;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::support::http::{Connection, request};
use crate::support::process::Process;

const CONNECTIONS: u32 = 16;

/// For 99 requests of 100.
const OBJECTIVE: Duration = Duration::from_millis(250);

/// A setting of this test, limited to a maximum.
fn setting(name: &str, default: u32, ceiling: u32) -> u32 {
    let value = env::var(name).map_or(default, |value| value.parse().expect("a whole number"));
    value.clamp(1, ceiling)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steady_load_is_served_without_an_error() {
    let seconds = setting("LOAD_SECONDS", 2, 120);
    let rate = setting("LOAD_RATE", 400, 20_000);
    let path = env::var("LOAD_PATH").unwrap_or_else(|_| String::from("/greet?name=Ada"));
    let server = Process::start(&[]).await;

    let begin = Instant::now() + Duration::from_millis(50);
    let mut connections = JoinSet::new();
    for first in 0..CONNECTIONS {
        let (mut connection, path) = (Connection::open(server.public).await, path.clone());
        connections.spawn(async move {
            let mut latencies = Vec::new();
            for turn in (first..seconds * rate).step_by(CONNECTIONS as usize) {
                let scheduled = begin + Duration::from_secs(1) * turn / rate;
                sleep_until(scheduled).await;
                let answer = connection.send(request("GET", &path)).await;
                assert_eq!(answer.status, 200, "{}", answer.text());
                latencies.push(scheduled.elapsed());
            }
            latencies
        });
    }
    let mut latencies = connections.join_all().await.concat();
    let took = begin.elapsed();
    latencies.sort_unstable();
    let share = |percent: usize| latencies[(latencies.len() - 1) * percent / 100];
    eprintln!(
        "{} requests in {took:.1?}: p50 {:.1?}, p99 {:.1?}, worst {:.1?}",
        latencies.len(),
        share(50),
        share(99),
        share(100),
    );
    assert_eq!(latencies.len(), (seconds * rate) as usize);
    // Among the other tests, the machine is busy with them.
    let is_alone = env::var_os("LOAD_RATE").is_some();
    let half = Duration::from_millis(if is_alone { 100 } else { 1000 });
    assert!(share(50) < half, "the server does not keep up with the rate");
    assert!(!is_alone || share(99) < OBJECTIVE, "p99 exceeds the objective of {OBJECTIVE:?}");
}
