//! Requests on a fixed schedule, independent of earlier responses (an open loop): if the servers stall, the delay of
//! later requests counts as latency.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::http::Client;

/// The number of connections, more than the schedule needs normally. If all of them wait, later requests count as
/// delayed.
const CONNECTIONS: usize = 96;

/// The maximum duration, even if the stream is never stopped.
const LIMIT: Duration = Duration::from_secs(120);

/// A stream in progress.
pub(super) struct Stream {
    started: Instant,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Sample>>>,
}

/// One request.
pub(super) struct Sample {
    /// Its scheduled time, from the start.
    due: Duration,
    /// The time from then to its response.
    took: Duration,
    /// Why it failed, if it did.
    failure: Option<String>,
}

/// A summary of the requests that were due in an interval.
pub(super) struct Summary {
    pub(super) requests: usize,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) max: Duration,
    pub(super) failures: BTreeMap<String, u64>,
}

impl Stream {
    /// Starts sending `rate` requests a second to `port`; `path` gets the number of the request.
    pub(super) fn start(port: u16, rate: u64, path: fn(u64) -> String) -> Self {
        let (stop, next, started) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Instant::now());
        let thread = |_| {
            let (stop, next) = (Arc::clone(&stop), Arc::clone(&next));
            std::thread::spawn(move || {
                let (mut client, mut samples) = (Client::new(port), Vec::new());
                while !stop.load(Ordering::Relaxed) && started.elapsed() < LIMIT {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let due = Duration::from_micros(number * 1_000_000 / rate);
                    std::thread::sleep(due.saturating_sub(started.elapsed()));
                    let failure = match client.get(&path(number)) {
                        Ok(answer) if answer.status == 200 => None,
                        Ok(answer) => Some(format!("status {}", answer.status)),
                        Err(error) => Some(format!("{error:#}")),
                    };
                    samples.push(Sample { due, took: started.elapsed().saturating_sub(due), failure });
                }
                samples
            })
        };
        let threads = (0..CONNECTIONS).map(thread).collect();
        Self { started, stop, threads }
    }

    /// The time since its start.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Stops, and returns the results.
    ///
    /// # Errors
    /// If it ended by itself, so that nothing was asked at the end.
    pub(super) fn finish(self) -> Result<Vec<Sample>> {
        ensure!(self.elapsed() < LIMIT, "the requests ended after {} s, too early", LIMIT.as_secs());
        self.stop.store(true, Ordering::Relaxed);
        let joined = self.threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        Ok(joined.flatten().collect())
    }
}

/// Summarises the requests that were due from `from` until `to`.
pub(super) fn summary(samples: &[Sample], from: Duration, to: Duration) -> Summary {
    let within: Vec<&Sample> = samples.iter().filter(|sample| (from..to).contains(&sample.due)).collect();
    let mut times: Vec<Duration> = within.iter().map(|sample| sample.took).collect();
    times.sort();
    let rank = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    let [p50, p99, max] = [50, 99, 100].map(|percent| rank(percent).copied().unwrap_or_default());
    let mut failures = BTreeMap::new();
    for failure in within.iter().filter_map(|sample| sample.failure.clone()) {
        *failures.entry(failure).or_default() += 1;
    }
    Summary { requests: within.len(), p50, p99, max, failures }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_covers_requests_due_in_its_interval() {
        let sample = |millis, failure: Option<&str>| Sample {
            due: Duration::from_millis(millis),
            took: Duration::from_millis(millis),
            failure: failure.map(str::to_owned),
        };
        let samples: Vec<Sample> = (0..200).map(|number| sample(number, (number == 150).then_some("cut"))).collect();
        let Summary { requests, p50, p99, max, failures } =
            summary(&samples, Duration::from_millis(100), Duration::from_millis(200));
        assert_eq!((requests, p50.as_millis(), p99.as_millis(), max.as_millis()), (100, 150, 199, 199));
        assert_eq!(failures, BTreeMap::from([("cut".to_owned(), 1)]));
    }
}
