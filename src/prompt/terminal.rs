//! The terminal during the wizard: raw input and the alternate screen, and their restoration.
//!
//! The state of the terminal is saved at the start. It is restored by dropping [`Terminal`], or by [`restore`] in the
//! thread that handles signals. After `restore` nothing is drawn, so a frame of the main thread cannot follow the last
//! message.

use std::io;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use console::Term;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::getpgrp;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcgetpgrp,
    tcgetwinsize, tcsetattr,
};

use super::job::{Job, Notice};
use super::key::{Key, decode};
use super::text::Line;
use crate::error::Error;
use crate::interrupt;

/// Keys with shorter pauses are one burst: a paste, or one key that sends several bytes.
const BURST: Duration = Duration::from_millis(25);
/// How long to wait for the rest of a key or of a paste on a slow connection.
const REST_OF_KEY: Duration = Duration::from_millis(60);
const REST_OF_PASTE: Duration = Duration::from_millis(500);
/// A burst ends after this time, even if more keys arrive.
const MAX_BURST: Duration = Duration::from_millis(500);

/// Alternate screen, hidden cursor, bracketed paste.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?2004h";
const LEAVE: &str = "\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l";

static STATE: Mutex<State> = Mutex::new(State { before: None, is_taken: false, is_over: false });

struct State {
    /// The terminal's settings before the wizard.
    before: Option<Termios>,
    /// Whether the settings of the wizard are active.
    is_taken: bool,
    /// Whether the program is ending.
    is_over: bool,
}

/// The size of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// An event of the terminal.
pub(super) enum Event {
    Keys(Vec<Key>),
    /// The screen must be redrawn.
    Redraw,
}

/// The terminal with the settings of the wizard.
pub(super) struct Terminal {
    job: Job,
    is_colored: bool,
}

/// Restores the terminal, for a program that ends during a prompt.
pub(super) fn restore() {
    /// The main thread may hold the lock while blocked in a write; then the terminal is not restored.
    const MAX_WAIT: Duration = Duration::from_millis(300);
    let start = Instant::now();
    while start.elapsed() < MAX_WAIT {
        match STATE.try_lock() {
            Ok(mut state) => return end(&mut state),
            Err(TryLockError::Poisoned(poisoned)) => return end(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn end(state: &mut State) {
    state.is_over = true;
    give_back(state);
}

fn give_back(state: &mut State) {
    if !std::mem::take(&mut state.is_taken) {
        return;
    }
    // Errors are ignored: if the terminal is gone, every step fails.
    if let Some(before) = &state.before {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
    }
    let _ = Term::stderr().write_str(LEAVE);
}

/// The state; blocks for ever if the program is ending.
fn state() -> MutexGuard<'static, State> {
    let state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    if state.is_over {
        drop(state);
        interrupt::wait_for_exit();
    }
    state
}

/// The settings of the terminal while another program has it. They are restored when this is dropped, which matters if that
/// program was killed.
#[derive(Debug)]
pub struct Lent(Option<Termios>);

impl Lent {
    pub(super) fn now() -> Self {
        Self(tcgetattr(io::stdin()).ok())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // In the background this process would be stopped.
        let is_in_front = || tcgetpgrp(io::stdin()).is_ok_and(|front| front == getpgrp());
        if let Some(before) = self.0.as_ref().filter(|_| is_in_front()) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}

/// The current size of the screen.
pub(super) fn size() -> Size {
    let found = tcgetwinsize(io::stdin()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    let (columns, rows) = found.map_or((80, 24), |size| (size.ws_col, size.ws_row));
    Size { columns: columns.into(), rows: rows.into() }
}

impl Terminal {
    /// Applies the settings of the wizard; `None` if that is not possible.
    pub(super) fn open(is_colored: bool) -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        let job = Job::watch().ok()?;
        state().before = Some(before);
        let terminal = Self { job, is_colored };
        terminal.take().ok()?;
        Some(terminal)
    }

    fn take(&self) -> rustix::io::Result<()> {
        let mut state = state();
        let Some(before) = &state.before else { return Ok(()) };
        let mut raw = before.clone();
        raw.input_modes |= InputModes::ICRNL;
        raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN;
        // Ctrl-C and Ctrl-Z remain signals, which also reach the parent processes of restwell.
        raw.local_modes |= LocalModes::ISIG;
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        state.is_taken = true;
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        // Reading keys reports a closed terminal.
        let _ = Term::stderr().write_str(ENTER);
        Ok(())
    }

    /// Draws a whole screen in one write.
    pub(super) fn draw(&self, lines: Vec<Line>) {
        let Size { columns, rows } = size();
        let mut frame = String::from("\x1b[H");
        for (index, line) in lines.into_iter().take(rows).enumerate() {
            // A line is erased before it is written, since after a full line the cursor may still be on its last letter.
            frame.push_str(if index == 0 { "\x1b[2K" } else { "\r\n\x1b[2K" });
            frame.push_str(&line.fit(columns).paint(self.is_colored));
        }
        frame.push_str("\x1b[J");
        let _state = state();
        let _ = Term::stderr().write_str(&frame);
    }

    /// Waits for keys or for a reason to redraw.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the terminal is closed.
    pub(super) fn read(&mut self) -> Result<Event, Error> {
        loop {
            if !wait(&[io::stdin().as_fd(), self.job.as_fd()], None)? {
                continue;
            }
            match self.job.notice() {
                Notice::Suspend => self.suspend(),
                Notice::Continued => self.resume(),
                Notice::Resized => {}
                Notice::Nothing => return Ok(Event::Keys(read_burst()?)),
            }
            return Ok(Event::Redraw);
        }
    }

    /// Restores the terminal and suspends the program.
    fn suspend(&self) {
        give_back(&mut state());
        self.job.stop();
        self.resume();
    }

    /// Applies the settings again, once the program is in the foreground.
    fn resume(&self) {
        const POLL_INTERVAL: Duration = Duration::from_millis(50);
        while tcgetpgrp(io::stdin()).is_ok_and(|foreground| foreground != getpgrp()) {
            std::thread::sleep(POLL_INTERVAL);
        }
        let _ = self.take();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Discards further typed or pasted input, until there is a pause.
///
/// # Errors
/// [`Error::Interrupted`] if the terminal is closed.
pub(super) fn discard_input() -> Result<(), Error> {
    let start = Instant::now();
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    while start.elapsed() < MAX_BURST && wait(&[io::stdin().as_fd()], Some(BURST))? {
        read_some()?;
    }
    Ok(())
}

/// Whether one of `sources` is readable within the time.
fn wait(sources: &[std::os::fd::BorrowedFd<'_>], time: Option<Duration>) -> Result<bool, Error> {
    let mut polled: Vec<PollFd<'_>> = sources.iter().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
    let time = time.map(|time| Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().into() });
    match poll(&mut polled, time.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(_) => Err(Error::Interrupted),
    }
}

fn read_some() -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; 4096];
    match rustix::io::read(io::stdin(), &mut bytes) {
        Ok(0) => Err(Error::Interrupted),
        Ok(length) => {
            bytes.truncate(length);
            Ok(bytes)
        }
        Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(Vec::new()),
        Err(_) => Err(Error::Interrupted),
    }
}

/// Reads keys until there is a pause. Cursor keys are returned at once, since a key that is held down repeats faster than
/// the pause.
fn read_burst() -> Result<Vec<Key>, Error> {
    let start = Instant::now();
    let (mut keys, mut bytes) = (Vec::new(), read_some()?);
    loop {
        let decoded = decode(&bytes);
        keys.extend(decoded.keys);
        bytes.drain(..decoded.taken);
        let moves = |key: &Key| matches!(key, Key::Up | Key::Down | Key::PageUp | Key::PageDown);
        if bytes.is_empty() && keys.iter().all(moves) && !keys.is_empty() {
            return Ok(keys);
        }
        let pause = match &bytes[..] {
            [] => BURST,
            [0x1b, b'[', b'2', ..] => REST_OF_PASTE,
            _ => REST_OF_KEY,
        };
        if start.elapsed() < MAX_BURST && wait(&[io::stdin().as_fd()], Some(pause))? {
            bytes.extend(read_some()?);
            continue;
        }
        // A lone escape is the key itself; any other incomplete key is ignored.
        keys.extend((bytes == [0x1b]).then_some(Key::Escape));
        return Ok(keys);
    }
}
