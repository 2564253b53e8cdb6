//! Signal handling: on SIGINT, SIGTERM or SIGHUP every process that this one started is ended, and the exit code is 130.
//!
//! The signal sets a flag. From then on no program starts, and whatever waits for one, or for an event, ends it and returns
//! an error ([`check`]). The main thread unwinds, so each owner of servers, containers and directories removes them. What
//! is left after [`LIMIT`] is ended by force.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use rustix::process::{Signal, set_parent_process_death_signal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::ci;
use crate::program::Program;
use crate::tree::Mark;

/// The exit code after a signal.
pub(crate) const EXIT_CODE: u8 = 130;

/// The time that the main thread has to unwind: more than [`crate::ci`] gives a stage, and less than the 20 s between
/// SIGTERM and SIGKILL in `.ci/run`.
const LIMIT: Duration = Duration::from_secs(18);

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Handles signals from here on.
pub(crate) fn watch() {
    if ci::is_running() {
        // A stage gets a signal also if the run that started it is killed. Without it, it runs on to its end.
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
    }
    // Without a handler a signal ends this process at once, and the started ones run on.
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
    thread::spawn(move || {
        // Further signals change nothing: `timeout` sends two, one of them to the process group.
        if signals.forever().next().is_some() {
            REQUESTED.store(true, Ordering::SeqCst);
            thread::sleep(LIMIT);
            end_all();
            leave();
        }
    });
}

/// Whether a signal has arrived.
pub(crate) fn is_requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// The time-out of a step of the shutdown: at most `interrupted` once a signal has arrived, because all steps together
/// have [`LIMIT`].
pub(crate) fn shutdown_timeout(normal: Duration, interrupted: Duration) -> Duration {
    shutdown_timeout_if(is_requested(), normal, interrupted)
}

fn shutdown_timeout_if(is_requested: bool, normal: Duration, interrupted: Duration) -> Duration {
    if is_requested { normal.min(interrupted) } else { normal }
}

/// An error once a signal has arrived.
pub(crate) fn check() -> Result<()> {
    ensure!(!is_requested(), "interrupted by a signal");
    Ok(())
}

/// Ends by force what this process started and what still runs.
pub(crate) fn end_all() {
    Mark::of_this_process().kill(None);
}

/// Starts programs that neither SIGTERM nor the end of their parent ends, and waits for them: `tool` interrupts it.
pub(crate) fn idle() -> Result<()> {
    let script = "trap '' TERM; (setsid sleep 300 &); sleep 300 & wait; sleep 300";
    Program::new("sh").args(["-c", script]).run()
}

#[expect(clippy::exit, reason = "the main thread did not end in time")]
fn leave() -> ! {
    exit(i32::from(EXIT_CODE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_shortens_the_time_out_of_a_step_and_never_extends_it() {
        let seconds = |is_requested, normal, interrupted| {
            let [normal, interrupted] = [normal, interrupted].map(Duration::from_secs);
            shutdown_timeout_if(is_requested, normal, interrupted).as_secs()
        };
        assert_eq!((seconds(false, 30, 6), seconds(true, 30, 6), seconds(true, 2, 6)), (30, 6, 2));
    }
}
