//! Signals about the screen: resize, suspend and continue.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};
use signal_hook::{flag, low_level};

/// The signal that arrived.
pub(super) enum Notice {
    Suspend,
    Continued,
    Resized,
    Nothing,
}

/// Handles the signals while it exists.
pub(super) struct Job {
    wake: UnixStream,
    suspended: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
    /// Whether the signals have their default action again.
    is_over: Arc<AtomicBool>,
    registered: Vec<SigId>,
}

impl Job {
    pub(super) fn watch() -> io::Result<Self> {
        let (wake, signalled) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let [suspended, continued, is_over] = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
        // The default action cannot be restored, so this registration is permanent.
        flag::register_conditional_default(SIGTSTP, Arc::clone(&is_over))?;
        let mut registered =
            vec![flag::register(SIGTSTP, Arc::clone(&suspended))?, flag::register(SIGCONT, Arc::clone(&continued))?];
        for signal in [SIGTSTP, SIGCONT, SIGWINCH] {
            registered.push(low_level::pipe::register(signal, signalled.try_clone()?)?);
        }
        Ok(Self { wake, suspended, continued, is_over, registered })
    }

    /// The signal that arrived, if any.
    pub(super) fn notice(&self) -> Notice {
        let is_awake = (&self.wake).read(&mut [0; 64]).is_ok();
        let arrived = |flag: &AtomicBool| flag.swap(false, Ordering::SeqCst);
        match (is_awake, arrived(&self.suspended), arrived(&self.continued)) {
            (_, true, _) => Notice::Suspend,
            (_, false, true) => Notice::Continued,
            (true, false, false) => Notice::Resized,
            (false, false, false) => Notice::Nothing,
        }
    }

    /// Stops this process until it is continued.
    pub(super) fn stop(&self) {
        // Fails only for an invalid signal.
        let _ = low_level::emulate_default_handler(SIGTSTP);
        self.continued.store(false, Ordering::SeqCst);
    }
}

impl AsFd for Job {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        for &id in &self.registered {
            low_level::unregister(id);
        }
    }
}
