//! The drill: the service and what it depends on fail under load, and a report says what its clients saw.
//!
//! `just drill` takes one failure at a time and prints the report. Among the other tests every phase is short, requests
//! are few, and all failures happen beside each other, so that latencies say nothing: only the answers are checked, from
//! the moment at which a failure begins.

pub mod load;
pub mod outcome;
pub mod overload;
mod report;

use std::env;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use outcome::Outcome;

/// How thorough a drill is.
#[derive(Clone, Copy)]
pub struct Pace {
    /// How long the load lasts before, during and after each failure.
    pub phase: Duration,
    /// Requests a second.
    pub rate: u32,
    /// Whether this machine does nothing else: latencies count, and so do requests before and after the failure.
    pub strict: bool,
}

impl Pace {
    fn read() -> Self {
        match env::var("DRILL_SECONDS") {
            Ok(seconds) => {
                let seconds: u64 = seconds.parse().expect("a whole number");
                Self { phase: Duration::from_secs(seconds.clamp(1, 10)), rate: 100, strict: true }
            }
            Err(_) => Self { phase: Duration::from_secs(1), rate: 20, strict: false },
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept_while_something_fails() {
    let pace = Pace::read();
    let failures = crate::failures_of_a_drill(pace);
    let at_once = if pace.strict { 1 } else { failures.len() };
    let outcomes: Vec<Outcome> = stream::iter(failures).buffered(at_once).concat().await;
    println!("{}", report::page(&outcomes, pace));
    let broken: Vec<String> = outcomes.iter().flat_map(|outcome| outcome.broken(pace)).collect();
    assert!(broken.is_empty(), "{} promises were broken: {broken:#?}", broken.len());
}
