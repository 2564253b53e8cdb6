//! Ctrl-C and its kin: a run that is interrupted tidies up, says so once and ends with 130.
//!
//! A thread waits for SIGINT, SIGTERM and SIGHUP. While files are written it lets the writer see the wish, clean up and
//! go; at any other moment nothing is half-made, and it ends the program itself. Whoever claims the end first has the
//! last word, so that success and interruption are never both told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static CLAIMED: AtomicBool = AtomicBool::new(false);
static WRITING: Mutex<()> = Mutex::new(());

/// From here on a signal is heard; `last_words` are told when it ends the program.
pub fn watch(last_words: impl Fn() + Send + 'static) {
    // Without a handler the system's own ends the program at once, which is safe too: the next run tidies up.
    let _ = ctrlc::set_handler(move || {
        let again = REQUESTED.swap(true, Ordering::SeqCst);
        let _tidy = hold();
        if claim_the_end() {
            last_words();
        } else if !again {
            return;
        }
        leave();
    });
}

/// Held while files are written: the program does not end under the writer.
pub fn hold() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether someone wants the run to end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Whether the caller is the one who ends the program. The answer is yes once.
pub fn claim_the_end() -> bool {
    !CLAIMED.swap(true, Ordering::SeqCst)
}

/// Waits for the one who claimed the end.
pub fn wait_for_the_end() -> ! {
    loop {
        std::thread::park();
    }
}

#[expect(clippy::exit, reason = "the main thread may be waiting for a key that never comes")]
fn leave() -> ! {
    std::process::exit(130)
}
