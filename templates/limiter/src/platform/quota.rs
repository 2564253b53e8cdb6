//! How much one client may ask: the generic cell rate algorithm in whole microseconds. `requests` may come at once; then
//! one more each time a `requests`-th of the period has passed.

use std::str::FromStr;

#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub requests: u64,
    /// In microseconds.
    pub period: u64,
}

/// What became of one request; times are microseconds from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    pub remaining: u64,
    /// Until one more is allowed.
    pub retry: u64,
    /// Until the whole quota is back.
    pub reset: u64,
}

impl Quota {
    /// Decides on a request at `now`. All that is remembered of a client is `whole`: when its quota is whole again. It
    /// is returned as it is after this request, and must be kept even if that was refused: a time that is further away
    /// than this quota allows, left by another quota or clock, is brought down to the latest that it can be.
    pub fn decide(self, whole: u64, now: u64) -> (u64, Verdict) {
        let interval = self.period / self.requests;
        let burst = interval * self.requests;
        let whole = whole.clamp(now, now + burst);
        let next = whole + interval;
        if next - now > burst {
            let (retry, reset) = (next - now - burst, whole - now);
            return (whole, Verdict { allowed: false, remaining: 0, retry, reset });
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
