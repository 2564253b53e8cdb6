//! What waits to be exported. It is bounded, so that neither a request nor the memory depends on the receiver: what does
//! not fit is dropped, and counted like what could not be sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use metrics::counter;
use opentelemetry_sdk::error::OTelSdkResult;

/// The most items that wait, the batch that is being sent included.
pub const CAPACITY: usize = 2048;

/// What ends within this time is sent together, in batches of at most `BATCH_SIZE`.
pub const BATCH_INTERVAL: Duration = Duration::from_secs(1);
pub const BATCH_SIZE: usize = 512;

/// The items that wait.
#[derive(Debug)]
pub struct Outbox {
    /// The counter of those that were dropped.
    series: &'static str,
    waiting: AtomicUsize,
    failing: AtomicBool,
}

impl Outbox {
    pub fn new(series: &'static str) -> Self {
        Self { series, waiting: AtomicUsize::new(0), failing: AtomicBool::new(false) }
    }

    /// Whether there is room for one more, which then waits; if not, it is counted as dropped.
    pub fn admits(&self) -> bool {
        let next = |waiting| (waiting < CAPACITY).then_some(waiting + 1);
        let admitted = self.waiting.fetch_update(Relaxed, Relaxed, next).is_ok();
        if !admitted {
            self.dropped("full", 1);
        }
        admitted
    }

    /// Removes what was sent, or could not be. The log has the first failure of several in a row.
    pub fn remove(&self, number: usize, sent: &OTelSdkResult) {
        self.waiting.fetch_sub(number, Relaxed);
        let failed = sent.as_ref().err();
        if let Some(error) = failed {
            self.dropped("failed", number);
            if !self.failing.load(Relaxed) {
                tracing::warn!(failure = self.series, error = error.to_string(), "telemetry cannot be exported");
            }
        }
        self.failing.store(failed.is_some(), Relaxed);
    }

    fn dropped(&self, reason: &'static str, number: usize) {
        counter!(self.series, "reason" => reason).increment(number as u64);
    }
}

/// An exporter that removes from the outbox what it has sent.
#[derive(Debug)]
pub struct Counted<E> {
    pub exporter: E,
    pub outbox: Arc<Outbox>,
}
