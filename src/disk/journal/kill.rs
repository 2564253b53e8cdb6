//! Moments at which a test can end the run as if the process were killed.

#[cfg(test)]
thread_local! {
    /// The steps until a test ends the run.
    static LEFT: std::cell::Cell<Option<u32>> = const { std::cell::Cell::new(None) };
}

/// One such moment.
pub(super) fn step() {
    #[cfg(test)]
    if let Some(left) = LEFT.get() {
        LEFT.set(Some(left.saturating_sub(1)));
        assert!(left > 0, "killed");
    }
}

/// Runs `work` until it has made `steps` steps; whether it came to its end.
#[cfg(test)]
pub(crate) fn killed_after(steps: u32, work: impl FnOnce()) -> bool {
    LEFT.set(Some(steps));
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_ok();
    LEFT.set(None);
    ended
}
