//! Waits for what a program shows and for its end.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// The time limit for an expected screen, on a loaded machine.
const TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long a complete screen stays the same.
const SETTLED: Duration = Duration::from_millis(50);

/// What `found` returns, or `None` after the time limit.
pub(super) fn wait_for<T>(mut found: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    while start.elapsed() < TIMEOUT {
        if let Some(found) = found() {
            return Some(found);
        }
        sleep(POLL_INTERVAL);
    }
    None
}

/// What `screen` returns once it stays the same: a page may arrive in several parts.
pub(super) fn settled(screen: impl Fn() -> String) -> String {
    let mut last = screen();
    wait_for(|| {
        sleep(SETTLED);
        let before = std::mem::replace(&mut last, screen());
        (before == last).then_some(())
    });
    last
}

/// Whether a process runs. One that has ended may still have an entry, until it is waited for.
pub(super) fn is_running(id: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}
