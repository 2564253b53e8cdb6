//! A steady, bounded stream of GET requests over kept-alive connections to a server on this machine, with the outcome
//! of each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::http::Client;

const CONNECTIONS: u64 = 8;

/// Requests a second over all connections: enough to hit every step of a restart, few enough to leave a small machine
/// CPU time for the servers.
const RATE: u64 = 200;

/// The maximum duration, even if the load is never stopped.
const LIMIT: Duration = Duration::from_secs(300);

/// The duration of the load before and after what happens under it.
pub(crate) const BREATH: Duration = Duration::from_secs(4);

/// Requests `path` from `port` before, during and after a change. Returns the number of requests, all of which were
/// answered with 200, and what the change returned.
pub(crate) fn during<T>(port: u16, path: &str, change: impl FnOnce() -> Result<T>) -> Result<(u64, T)> {
    let load = Load::start(port, path);
    std::thread::sleep(BREATH);
    let changed = change()?;
    std::thread::sleep(BREATH);
    Ok((load.finish()?, changed))
}

/// A load in progress.
pub(crate) struct Load {
    started: Instant,
    stop: Arc<AtomicBool>,
    results: Arc<Mutex<Results>>,
    threads: Vec<JoinHandle<()>>,
}

/// Every outcome with its count.
#[derive(Debug, Default)]
pub(crate) struct Results {
    answered: u64,
    failed: BTreeMap<String, u64>,
    /// The times from the start of the load at which requests failed.
    failures: Vec<Duration>,
}

impl Load {
    /// Starts requesting `path` from `port`.
    pub(crate) fn start(port: u16, path: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let results = Arc::new(Mutex::new(Results::default()));
        let thread = |_| {
            let (stop, results, path) = (Arc::clone(&stop), Arc::clone(&results), path.to_owned());
            std::thread::spawn(move || ask(&stop, &results, Client::new(port), &path))
        };
        let threads = (0..CONNECTIONS).map(thread).collect();
        Self { started: Instant::now(), stop, results, threads }
    }

    /// Stops, and returns the number of responses; an error if any of them was not 200.
    pub(crate) fn finish(self) -> Result<u64> {
        if self.started.elapsed() >= LIMIT {
            bail!("the load ended after {} s, before what happened under it", LIMIT.as_secs());
        }
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let _ = thread.join();
        }
        let results = self.results.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Results { answered, failed, failures } = &*results;
        if !failed.is_empty() {
            let [first, last] = [failures.first(), failures.last()].map(|time| time.copied().unwrap_or_default());
            bail!("{answered} requests were answered, these were not, from {first:.1?} to {last:.1?}: {failed:?}");
        }
        if *answered < 100 {
            bail!("only {answered} requests were sent: no load");
        }
        Ok(*answered)
    }
}

fn ask(stop: &AtomicBool, results: &Mutex<Results>, mut client: Client, path: &str) {
    let started = Instant::now();
    let pause = Duration::from_micros(1_000_000 * CONNECTIONS / RATE);
    while !stop.load(Ordering::Relaxed) && started.elapsed() < LIMIT {
        let next = Instant::now() + pause;
        let outcome = match client.get(path) {
            Ok(answer) if answer.status == 200 => None,
            Ok(answer) => Some(format!("status {}", answer.status)),
            Err(error) => Some(format!("{error:#}")),
        };
        if let Ok(mut results) = results.lock() {
            match outcome {
                None => results.answered += 1,
                Some(why) => {
                    *results.failed.entry(why).or_default() += 1;
                    results.failures.push(started.elapsed());
                }
            }
        }
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}
