//! The latencies of each phase of each outage, as a Markdown table.

use std::time::Duration;

use super::stream::{Sample, Summary, summary};

/// The table so far.
pub(super) struct Report(String);

impl Report {
    /// An empty report for a stream with this number of requests a second.
    pub(super) fn new(rate: u64) -> Self {
        let head = format!("{rate} requests a second to two replicas behind HAProxy, on a schedule; debug build.\n\n");
        Self(
            head + "| what fails | phase | requests | p50 | p99 | longest | failed | used again |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
        )
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Adds three lines: before, during and after the failure, with the time until the server was used again.
    pub(super) fn add(
        &mut self,
        what: &str,
        samples: &[Sample],
        times: (Duration, Duration),
        recovery: Option<Duration>,
    ) {
        let (failed_at, mended_at) = times;
        let phases = [
            ("before", Duration::from_secs(1), failed_at, None),
            ("during", failed_at, mended_at, None),
            ("after", mended_at, Duration::MAX, recovery),
        ];
        for (phase, from, to, recovery) in phases {
            let Summary { requests, p50, p99, max, failures } = summary(samples, from, to);
            let [p50, p99, max] = [p50, p99, max].map(|time| time.as_secs_f64() * 1e3);
            let failed: u64 = failures.values().sum();
            let recovery = recovery.map_or(String::new(), |time| format!("after {:.1} s", time.as_secs_f64()));
            self.0 += &format!(
                "| {what} | {phase} | {requests} | {p50:.1} ms | {p99:.1} ms | {max:.0} ms | {failed} | {recovery} |\n"
            );
        }
    }
}
