//! The quota of one client: the generic cell rate algorithm in whole microseconds. `requests` are allowed at once; then
//! one more after each interval, which is the period divided by `requests`.

use std::str::FromStr;

#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub requests: u64,
    /// In microseconds.
    pub period: u64,
}

/// The decision about one request; times are in microseconds from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    pub remaining: u64,
    /// Until one more request is allowed.
    pub retry: u64,
    /// Until the quota is full again.
    pub reset: u64,
}

impl Quota {
    /// Decides on a request at `now`. The only state of a client is `full_at`, the time at which its quota is full again.
    /// The new value is returned, and must be stored even if the request is rejected: a later time than this quota
    /// allows, left by a clock that was ahead, is reduced to the latest valid time.
    pub fn decide(self, full_at: u64, now: u64) -> (u64, Verdict) {
        let interval = self.period / self.requests;
        let burst = interval * self.requests;
        let full_at = full_at.clamp(now, now + burst);
        let next = full_at + interval;
        if next - now > burst {
            let verdict = Verdict { allowed: false, remaining: 0, retry: next - now - burst, reset: full_at - now };
            return (full_at, verdict);
        }
        let reset = next - now;
        (next, Verdict { allowed: true, remaining: (burst - reset) / interval, retry: 0, reset })
    }
}

/// `60/min`: a number of requests, and `s`, `min` or `h`.
impl FromStr for Quota {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (requests, unit) = text.split_once('/').unwrap_or_default();
        let period = [("s", 1), ("min", 60), ("h", 3600)].into_iter().find(|(name, _)| *name == unit);
        let period = period.map_or(0, |(_, seconds)| seconds * 1_000_000);
        let requests = requests.parse().ok().filter(|requests| (1..=period).contains(requests));
        let rule = "not a rate such as 10/s, 60/min or 1000/h, of at most 1,000,000 a second";
        requests.map(|requests| Self { requests, period }).ok_or(rule)
    }
}
