//! A failure from its beginning to its end, and the promises that hold during it.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Pace;
use super::load::{Load, Sample};
use crate::support::eventually;
use crate::support::http::get;

/// The objective for an answer.
pub const SLOW: Duration = Duration::from_millis(250);

/// The longest that a request waits for what fails; inside `REQUEST_TIMEOUT`.
pub const FAILS_WITHIN: Duration = Duration::from_secs(6);

/// The longest until the service answers as before once what failed is back: the breaker lets one call through after 5 s.
pub const RECOVERS_WITHIN: Duration = Duration::from_secs(7);

/// The empty suffix, which every request has: while no process runs, none can be answered.
pub const EVERYTHING: &[&str] = &[""];

/// What clients saw of one failure.
pub struct Outcome {
    pub what: String,
    /// The suffixes of the requests that wait for what fails, up to [`FAILS_WITHIN`], and may then be refused.
    pub fails: &'static [&'static str],
    pub before: Vec<Sample>,
    pub during: Vec<Sample>,
    pub after: Vec<Sample>,
    /// From the end of the failure until every request was answered again.
    pub recovery: Duration,
    /// Promises of this failure only, which were broken.
    pub broken: Vec<String>,
    /// Further lines of the report, each with its label.
    pub notes: Vec<(&'static str, String)>,
}

/// What is done to the service, and how it is undone.
pub struct Failure<Break, Mend> {
    pub what: String,
    pub fails: &'static [&'static str],
    pub lasts: Break,
    pub ends: Mend,
}

/// Takes the service through a failure.
pub async fn happen(
    failure: Failure<impl Future<Output = ()>, impl Future<Output = ()>>,
    load: &Load,
    pace: Pace,
) -> Outcome {
    let Failure { what, fails, lasts, ends } = failure;
    let before = load.during(sleep(pace.phase)).await;
    let during = load.during(lasts).await;
    // A service that is not ready gets no requests any more: a dependency that fails must not take all replicas away.
    let is_ready = get(load.admin, "/health/ready").await.status == 200;
    let broken = if is_ready { Vec::new() } else { vec![format!("{what}: the service is not ready")] };
    ends.await;
    let ended = Instant::now();
    // What was under way may still fail, so a second without a failure shows that it is over.
    let second = Duration::from_secs(1);
    let as_before = async || load.during(sleep(second)).await.iter().all(Sample::is_answered);
    eventually("the service answers as before", as_before).await;
    let recovery = ended.elapsed().saturating_sub(second);
    let after = load.during(sleep(pace.phase)).await;
    Outcome { what, fails, before, during, after, recovery, broken, notes: Vec::new() }
}

impl Sample {
    pub fn is_answered(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// A failure that is answered in time, with a status that says that a later attempt may succeed.
    fn is_refused(&self) -> bool {
        matches!(self.status, Some(503 | 504))
    }
}

impl Outcome {
    /// The requests that must be answered while it lasts, and the others.
    pub fn split(&self) -> (Vec<&Sample>, Vec<&Sample>) {
        self.during.iter().partition(|sample| !self.fails.iter().any(|path| sample.request.ends_with(path)))
    }

    /// The promises that did not hold.
    pub fn broken(&self, pace: Pace) -> Vec<String> {
        let (held, others) = self.split();
        let mut broken = self.broken.clone();
        let mut check = |promise: &str, failed: Option<&Sample>| {
            let Self { what, .. } = self;
            let say = |Sample { request, status, took }: &Sample| {
                format!("{what}: {promise}, not so {request}: status {status:?} after {took:.1?}")
            };
            broken.extend(failed.map(say));
        };
        check("answered during", held.iter().copied().find(|sample| !sample.is_answered()));
        let is_known = |sample: &Sample| sample.is_answered() || sample.is_refused() || self.fails == EVERYTHING;
        check("answered or refused", others.iter().copied().find(|sample| !is_known(sample)));
        if pace.strict {
            check("answered before", self.before.iter().find(|sample| !sample.is_answered()));
            check("answered after", self.after.iter().find(|sample| !sample.is_answered()));
            let late = |sample: &&Sample| sample.took > FAILS_WITHIN;
            check("refused in time", others.iter().copied().find(late));
            // A machine that is busy with something else is slow before, too.
            let before: Vec<_> = self.before.iter().collect();
            if share(&held, 99) > SLOW + 10 * share(&before, 99) {
                broken.push(format!("{}: p99 of what is answered is {:.1?}", self.what, share(&held, 99)));
            }
            if self.recovery > RECOVERS_WITHIN {
                broken.push(format!("{}: as before only after {:.1?}", self.what, self.recovery));
            }
        }
        broken
    }
}

/// The latency that this many of a hundred requests do not exceed.
pub fn share(samples: &[&Sample], percent: usize) -> Duration {
    let mut latencies: Vec<_> = samples.iter().map(|sample| sample.took).collect();
    latencies.sort_unstable();
    latencies.get(latencies.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}
