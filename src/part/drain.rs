//! How long a deployment lets a replica drain.

use std::collections::BTreeMap;

/// `DRAIN_TIMEOUT` by default, in seconds.
const TIMEOUT: u32 = 20;

/// Seconds for the exit itself.
const EXIT: u32 = 2;

/// The times of a deployment, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    delay: u32,
    timeout: u32,
    grace: u32,
}

impl Drain {
    /// `delay` is `DRAIN_DELAY`: the service still serves, and the load balancer notices that it is no longer ready. `grace`
    /// is the time from SIGTERM to SIGKILL.
    ///
    /// # Panics
    /// If the shutdown does not fit into `grace`; in a constant that is an error of the compiler.
    pub const fn new(delay: u32, grace: u32) -> Self {
        Self::within(delay, TIMEOUT, grace)
    }

    /// With a `DRAIN_TIMEOUT` of its own, for a platform whose grace is too short for the default.
    ///
    /// # Panics
    /// If the shutdown does not fit into `grace`; in a constant that is an error of the compiler.
    pub const fn within(delay: u32, timeout: u32, grace: u32) -> Self {
        assert!(delay + timeout + EXIT <= grace, "the orchestrator would kill a replica that still drains");
        Self { delay, timeout, grace }
    }

    /// What templates may ask for: `<% drain.grace %>`.
    pub(crate) fn fields(self) -> BTreeMap<&'static str, u32> {
        BTreeMap::from([("delay", self.delay), ("timeout", self.timeout), ("grace", self.grace)])
    }
}
