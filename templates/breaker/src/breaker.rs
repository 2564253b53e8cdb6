//! Keeps a dependency that fails from holding up every request. After five failures in a row nobody tries for a while;
//! then one caller does, and if that goes well, everybody.

use std::{fmt::Display, sync::Mutex, sync::PoisonError, time::Duration};

use tokio::time::{Instant, timeout};

/// Failures in a row, too slow an answer among them, that open the breaker.
pub const FAILURES: u32 = 5;

/// How long nobody tries.
pub const OPEN_FOR: Duration = Duration::from_secs(5);

pub struct Breaker {
    dependency: &'static str,
    /// Failures in a row, and when the next caller may probe once they are too many.
    state: Mutex<(u32, Instant)>,
}

/// What a caller may do now.
pub enum Turn {
    Go,
    /// To try on behalf of all others, who wait for what becomes of it.
    Probe,
    Wait,
}

impl Breaker {
    /// Begins after no `failures`, or after as many as open it where something has to be connected before its use.
    pub fn new(dependency: &'static str, failures: u32) -> Self {
        //~ if monitoring
        metrics::counter!("dependency_errors_total", "dependency" => dependency).absolute(0);
        metrics::gauge!("breaker_open", "dependency" => dependency).set(0);
        //~ endif
        Self { dependency, state: Mutex::new((failures, Instant::now())) }
    }

    pub fn turn(&self) -> Turn {
        let now = Instant::now();
        self.update(|(failures, probe_at)| match *failures {
            ..FAILURES => Turn::Go,
            _ if now < *probe_at => Turn::Wait,
            _ => {
                // A probe that is cancelled says nothing: then the next one is due as if it had failed.
                *probe_at = now + OPEN_FOR;
                Turn::Probe
            }
        })
    }

    /// Makes a call that it was the turn for. That it fails, or takes longer than `limit`, is logged and counted.
    pub async fn call<T, E: Display>(&self, limit: Duration, call: impl Future<Output = Result<T, E>>) -> Option<T> {
        let answer = timeout(limit, call).await.map_err(|_| format!("no answer within {limit:?}"));
        let answer = answer.and_then(|answer| answer.map_err(|error| error.to_string()));
        let failed = answer.is_err();
        self.update(|(failures, probe_at)| {
            *failures = if failed { failures.saturating_add(1) } else { 0 };
            *probe_at = Instant::now() + OPEN_FOR;
        });
        let fails = |error: &String| {
            tracing::warn!(dependency = self.dependency, error, "a dependency failed");
            //~ if monitoring
            metrics::counter!("dependency_errors_total", "dependency" => self.dependency).increment(1);
            //~ endif
        };
        answer.inspect_err(fails).ok()
    }

    fn update<T>(&self, change: impl FnOnce(&mut (u32, Instant)) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        //~ if monitoring
        let result = change(&mut state);
        metrics::gauge!("breaker_open", "dependency" => self.dependency).set(u8::from(state.0 >= FAILURES));
        result
        //~ else
        change(&mut state)
        //~ endif
    }
}
