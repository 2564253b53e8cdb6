//! One copy of a value: how long it is fresh, how long it is served as stale after that, and its `Cache-Status`.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::document::Document;
use super::error::Result;
use super::telemetry;

/// How long copies are kept.
#[derive(Clone)]
pub struct Times {
    /// The longest that a copy is fresh.
    pub ttl: Duration,
    /// How long it is kept after that, to be served as stale if it cannot be loaded again.
    pub stale_for: Duration,
}

/// The longest that the absence of a value is cached: another process may create it at any time.
const NEGATIVE_TTL: Duration = Duration::from_secs(5);

/// After a failed load the stale copy is served for this long before the next attempt.
const RETRY: Duration = Duration::from_secs(1);

/// The result of a load, `None` if there is no such value.
pub struct Loaded {
    pub value: Option<Document>,
    /// The outcome of the load: `miss`, or a word for another cache that had the value.
    pub word: &'static str,
    /// The longest time since the value was read: since the start of the load.
    pub age: Duration,
}

pub struct Copy {
    pub value: Option<Document>,
    /// The outcome of the load that made this copy, or `stale` if that load failed.
    word: &'static str,
    fresh_until: Instant,
    usable_until: Instant,
    /// When the next reader loads it again.
    due: Instant,
}

impl Times {
    /// Copies are served as stale for ten minutes.
    pub fn fresh_for(ttl: Duration) -> Self {
        Self { ttl, stale_for: Duration::from_secs(600) }
    }
}

impl Copy {
    /// The copy to keep after a load: if the load failed, the stale one until the next attempt, as long as it is
    /// usable.
    ///
    /// # Errors
    /// That of the load, if there is no stale copy.
    pub fn after(load: Result<Loaded>, stale: Option<&Self>, times: &Times) -> Result<Self> {
        let now = Instant::now();
        match (load, stale) {
            (Ok(Loaded { value, word, age }), _) => {
                let fresh_until = fresh_until(times.ttl, value.is_some());
                // The absence of a value is not served as stale.
                let usable_until = if value.is_some() { fresh_until + times.stale_for } else { fresh_until };
                let due = fresh_until.checked_sub(age).unwrap_or(now);
                Ok(Self { value, word, fresh_until, usable_until, due })
            }
            (Err(error), stale) => {
                telemetry::count("cache_load_failures_total");
                let stale = stale.filter(|stale| stale.is_usable()).ok_or(error)?;
                let (fresh_until, usable_until) = (stale.fresh_until.min(now), stale.usable_until);
                Ok(Self { value: stale.value.clone(), word: "stale", fresh_until, usable_until, due: now + RETRY })
            }
        }
    }

    pub fn is_due(&self) -> bool {
        self.due <= Instant::now()
    }

    /// Whether it may be served, fresh or stale.
    pub fn is_usable(&self) -> bool {
        self.usable_until > Instant::now()
    }

    /// The outcome for a reader of this copy; `loaded` if the reader waited for the load.
    pub fn outcome(&self, loaded: bool) -> Outcome {
        let (now, fresh_until) = (Instant::now(), self.fresh_until);
        let (left, past) = (fresh_until.saturating_duration_since(now), now.saturating_duration_since(fresh_until));
        let word = match &self.value {
            _ if loaded => self.word,
            _ if left.is_zero() => "stale",
            Some(_) => "hit",
            None => "negative",
        };
        Outcome { word, ttl: left.as_secs() as i64 - past.as_secs() as i64 }
    }

    /// Bytes, including about what the cache adds to each copy.
    pub fn weight(&self) -> u64 {
        let value = self.value.as_ref().map_or(0, Document::weight);
        (size_of::<Self>() + value + 200) as u64
    }
}

/// How the cache handled a request. Its display form is a `Cache-Status` header (RFC 9211).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `hit`, `miss`, `negative` (known not to exist), `stale` (a load runs or has failed), or the outcome of a load.
    pub word: &'static str,
    /// Seconds until the copy is no longer fresh; negative if that has passed.
    pub ttl: i64,
}

impl Outcome {
    /// Where the value came from.
    pub fn source(&self) -> &'static str {
        if self.word == "miss" { "database" } else { "cache" }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.word {
            "miss" => write!(f, "app; fwd=miss; stored"),
            word => write!(f, "app; hit; ttl={}; detail={word}", self.ttl),
        }
    }
}

/// The time until which a value stored now is fresh: the TTL less a random part of up to a fifth, so that copies stored
/// together do not expire together.
pub fn fresh_until(ttl: Duration, exists: bool) -> Instant {
    let ttl = if exists { ttl } else { ttl.min(NEGATIVE_TTL) };
    Instant::now() + ttl.mul_f64(1.0 - fastrand::f64() / 5.0)
}
