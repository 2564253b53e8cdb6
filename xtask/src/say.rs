//! The only file that prints. All output goes to stdout, where CI keeps it in order.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Carriage return, then clear to the end of the line.
const CLEAR_LINE: &str = "\r\x1b[K";

static STDOUT: LazyLock<Mutex<Screen>> = LazyLock::new(|| Mutex::new(Screen::new(std::io::stdout())));

/// A terminal or a log. On a terminal the last line is the status: it is redrawn in place, below all other lines.
pub(crate) struct Screen {
    out: Box<dyn Write + Send>,
    /// A second handle to the terminal, for its width; `None` for a log.
    terminal: Option<OwnedFd>,
    status: String,
}

impl Screen {
    /// A screen that writes to `out`.
    pub(crate) fn new(out: impl Write + AsFd + IsTerminal + Send + 'static) -> Self {
        let terminal = out.is_terminal().then(|| out.as_fd().try_clone_to_owned().ok()).flatten();
        Self { out: Box::new(out), terminal, status: String::new() }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal.is_some()
    }

    /// Prints one line, above the status.
    pub(crate) fn line(&mut self, text: impl Display) {
        match self.is_terminal() {
            // A process that was killed may have left its status on the last line.
            true => self.write(&format!("{CLEAR_LINE}{text}\n{}", self.status)),
            false => self.write(&format!("{text}\n")),
        }
    }

    /// Replaces the status; an empty one removes it. A log has no status.
    pub(crate) fn set_status(&mut self, text: &str) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        let width = rustix::termios::tcgetwinsize(terminal).map_or(80, |size| usize::from(size.ws_col));
        // A status that wraps could not be redrawn: a carriage return goes to the start of its last row only.
        self.status = text.chars().take(width.saturating_sub(1)).collect();
        self.write(&format!("{CLEAR_LINE}{}", self.status));
    }

    fn write(&mut self, text: &str) {
        // A write to a closed stdout fails; the checks must still finish.
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }
}

/// The screen that is stdout.
pub(crate) fn stdout() -> &'static Mutex<Screen> {
    &STDOUT
}

/// Locks a screen.
pub(crate) fn lock(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints one line.
pub(crate) fn line(text: impl Display) {
    lock(&STDOUT).line(text);
}

/// Prints the head of a stage.
pub(crate) fn head(text: impl Display) {
    line(format_args!("\n== {text}"));
}

/// Seconds with one decimal, right-aligned for a column.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:>7.1} s", time.as_secs_f64())
}
