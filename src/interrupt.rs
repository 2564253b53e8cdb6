//! Signal handling: on SIGINT, SIGTERM, SIGHUP or SIGQUIT clean up, report once, exit 130.
//!
//! A thread waits for the signals. While files are written, or a program works on a copy of them, the caller of [`hold`]
//! cleans up; at any other time there is nothing to clean up, and the thread ends the program itself. Only the first caller
//! of [`claim_exit`] reports, so that success and interruption are never both reported.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static CLAIMED: AtomicBool = AtomicBool::new(false);
static DONE: AtomicBool = AtomicBool::new(false);
static WRITING: Mutex<()> = Mutex::new(());

/// Handles signals from here on. `end` runs first, on the thread that ends the program: it ends what has to end whatever the
/// other threads do. Then `report`.
pub fn watch(end: impl Fn() + Send + 'static, report: impl Fn() + Send + 'static) {
    // Without a handler a signal ends the program at once, which is safe too: the next run cleans up.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT]) else { return };
    std::thread::spawn(move || {
        for _ in signals.forever() {
            let again = REQUESTED.swap(true, Ordering::SeqCst);
            end();
            let _writing = hold();
            if claim_exit() {
                report();
            } else if !again && !DONE.load(Ordering::SeqCst) {
                continue;
            }
            leave();
        }
    });
}

/// From here on a signal ends the program at once, without a report.
pub fn nothing_to_clean_up() {
    claim_exit();
    DONE.store(true, Ordering::SeqCst);
}

/// Held while files are written, or a program works on a copy of them: restwell does not end before both are cleaned up.
pub fn hold() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a signal has arrived.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Whether the caller ends the program: true only for the first call.
pub fn claim_exit() -> bool {
    !CLAIMED.swap(true, Ordering::SeqCst)
}

/// Waits until the thread that claimed the exit ends the program.
pub fn wait_for_exit() -> ! {
    loop {
        std::thread::park();
    }
}

#[expect(clippy::exit, reason = "the main thread may be waiting for a key")]
fn leave() -> ! {
    std::process::exit(130)
}
