//! A circuit breaker: keeps a failing dependency from delaying every request. After five consecutive failures it is
//! open: the only calls are probes, one every `OPEN_FOR`, until one of them succeeds.

use std::{fmt::Display, sync::Mutex, sync::PoisonError, time::Duration};

use tokio::time::{Instant, timeout};

/// The number of consecutive failures, including time-outs, that opens the breaker.
pub const FAILURES: u32 = 5;

/// The time from the last failure to the first probe, and from each probe that fails to the next one.
pub const OPEN_FOR: Duration = Duration::from_secs(5);

pub struct Breaker {
    dependency: &'static str,
    state: Mutex<State>,
}

struct State {
    /// The number of consecutive failures.
    failures: u32,
    /// The time of the next probe while the breaker is open.
    probe_at: Instant,
    /// The time at which it was last closed. The failure of a call that began before that is ignored.
    closed_at: Instant,
}

/// The decision about a call.
pub enum Turn {
    /// The breaker is closed: make the call.
    Go,
    /// Make the call as the probe; other calls are rejected until it succeeds or the next probe is due.
    Probe,
    /// The breaker is open: make no call.
    Wait,
}

/// An error of a dependency.
pub trait Failure: Display {
    /// Whether the dependency fails: a refused or broken connection, or a reply about the server or access to it. A
    /// reply about one key or one request shows that the dependency works.
    fn is_outage(&self) -> bool;

    /// Whether no call was made, so that the error says nothing about the dependency.
    fn is_unsent(&self) -> bool {
        false
    }
}

/// The reason why a call has no result.
#[derive(Debug)]
pub enum Failed<E> {
    /// There was no response within this time.
    Late(Duration),
    Error(E),
}

impl<E: Failure> Failure for Failed<E> {
    fn is_outage(&self) -> bool {
        match self {
            Self::Late(_) => true,
            Self::Error(error) => error.is_outage(),
        }
    }

    fn is_unsent(&self) -> bool {
        matches!(self, Self::Error(error) if error.is_unsent())
    }
}

impl<E: Display> Display for Failed<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Late(limit) => write!(f, "no answer within {limit:?}"),
            Self::Error(error) => error.fmt(f),
        }
    }
}

/// A failure to connect.
impl Failure for anyhow::Error {
    fn is_outage(&self) -> bool {
        true
    }
}

impl Breaker {
    /// Starts with this number of failures: 0, or `FAILURES` if the first call must be a probe that connects.
    pub fn new(dependency: &'static str, failures: u32) -> Self {
        //~ if monitoring
        metrics::counter!("dependency_errors_total", "dependency" => dependency).absolute(0);
        metrics::gauge!("breaker_open", "dependency" => dependency).set(0);
        //~ endif
        let now = Instant::now();
        Self { dependency, state: Mutex::new(State { failures, probe_at: now, closed_at: now }) }
    }

    pub fn turn(&self) -> Turn {
        let now = Instant::now();
        self.update(|state| match state.failures {
            ..FAILURES => Turn::Go,
            _ if now < state.probe_at => Turn::Wait,
            _ => {
                // A cancelled probe has no result: the next one is due as after a failure.
                state.probe_at = now + OPEN_FOR;
                Turn::Probe
            }
        })
    }

    /// Makes a call that [`Breaker::turn`] allowed. An outage, or no response within `limit`, is a failure.
    ///
    /// # Errors
    /// That of the call, or a time-out.
    pub async fn call<T, E, C>(&self, limit: Duration, call: C) -> Result<T, Failed<E>>
    where
        E: Failure,
        C: Future<Output = Result<T, E>>,
    {
        let began = Instant::now();
        let answer = timeout(limit, call).await.map_err(|_elapsed| Failed::Late(limit));
        let answer = answer.and_then(|answer| answer.map_err(Failed::Error));
        if answer.as_ref().is_err_and(|failed| failed.is_unsent()) {
            return answer;
        }
        let failure = answer.as_ref().err().filter(|failed| failed.is_outage());
        self.update(|state| state.count(failure.is_some(), began));
        if let Some(failure) = failure {
            self.report(failure);
        }
        answer
    }

    /// Logs and counts an error of the dependency.
    pub fn report(&self, error: &impl Display) {
        tracing::warn!(dependency = self.dependency, error = format!("{error:#}"), "a dependency failed");
        //~ if monitoring
        metrics::counter!("dependency_errors_total", "dependency" => self.dependency).increment(1);
        //~ endif
    }

    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        //~ if monitoring
        let result = change(&mut state);
        metrics::gauge!("breaker_open", "dependency" => self.dependency).set(u8::from(state.failures >= FAILURES));
        result
        //~ else
        change(&mut state)
        //~ endif
    }
}

impl State {
    /// Counts the result of a call.
    fn count(&mut self, is_failure: bool, began: Instant) {
        let now = Instant::now();
        if !is_failure {
            if self.failures >= FAILURES {
                self.closed_at = now;
            }
            self.failures = 0;
        } else if began >= self.closed_at {
            self.failures = self.failures.saturating_add(1);
            self.probe_at = now + OPEN_FOR;
        }
    }
}
