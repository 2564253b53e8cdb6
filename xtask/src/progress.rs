//! The progress of a running stage: on a terminal one line that is redrawn every second, in a log a new line every
//! minute.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::say::{self, Screen};

/// The intervals at which a terminal is redrawn and a line is added to a log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intervals {
    pub(crate) terminal: Duration,
    pub(crate) log: Duration,
}

impl Default for Intervals {
    fn default() -> Self {
        Self { terminal: Duration::from_secs(1), log: Duration::from_secs(60) }
    }
}

/// The position of a stage in a run, and the expected durations of this stage and of the later ones on this machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schedule {
    /// Counted from 1; 0 for a stage that was started alone.
    pub(crate) number: usize,
    pub(crate) stages: usize,
    pub(crate) expected: Duration,
    pub(crate) later: Duration,
}

/// Shows the progress of a stage until it is dropped.
pub(crate) struct Progress {
    state: Arc<Mutex<State>>,
    screen: &'static Mutex<Screen>,
    /// Dropping it ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    stage: &'static str,
    schedule: Schedule,
    started: Instant,
    done: usize,
    failed: usize,
    /// `None` if the number of checks is not known in advance.
    total: Option<usize>,
}

impl Progress {
    /// Starts to show the progress of `stage` on `screen`.
    pub(crate) fn start(
        stage: &'static str,
        schedule: Schedule,
        intervals: Intervals,
        screen: &'static Mutex<Screen>,
    ) -> Self {
        let state = State { stage, schedule, started: Instant::now(), done: 0, failed: 0, total: None };
        let state = Arc::new(Mutex::new(state));
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn({
            let state = Arc::clone(&state);
            let is_terminal = say::lock(screen).is_terminal();
            let interval = if is_terminal { intervals.terminal } else { intervals.log };
            move || {
                while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    let text = lock(&state).text();
                    let mut screen = say::lock(screen);
                    match is_terminal {
                        true => screen.set_status(&text),
                        false => screen.line(text),
                    }
                }
            }
        });
        Self { state, screen, stop: Some(stop), thread: Some(thread) }
    }

    /// Sets the number of remaining checks, and counts from zero: preparations do not count.
    pub(crate) fn set_total(&self, total: usize) {
        let mut state = lock(&self.state);
        state.done = 0;
        state.total = Some(total);
        drop(state);
        self.draw();
    }

    /// Reduces the expected time to this share, for a stage that skips part of its work.
    pub(crate) fn set_share(&self, share: f64) {
        let mut state = lock(&self.state);
        state.schedule.expected = state.schedule.expected.mul_f64(share);
    }

    /// Counts a finished check.
    pub(crate) fn count(&self, has_failed: bool) {
        let mut state = lock(&self.state);
        state.done += 1;
        state.failed += usize::from(has_failed);
        drop(state);
        self.draw();
    }

    fn draw(&self) {
        let text = lock(&self.state).text();
        say::lock(self.screen).set_status(&text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        say::lock(self.screen).set_status("");
    }
}

impl State {
    /// Such as `variants: 120 of 300 done, 1 failed; stage 2 of 4; about 14 min left`.
    fn text(&self) -> String {
        let State { stage, schedule, started, done, failed, total } = self;
        let mut text = match total {
            Some(total) => format!("{stage}: {done} of {total} done"),
            None => format!("{stage}: {done} done"),
        };
        if *failed > 0 {
            text += &format!(", {failed} failed");
        }
        if schedule.number > 0 {
            text += &format!("; stage {} of {}", schedule.number, schedule.stages);
        }
        let left = schedule.left(started.elapsed(), *done, *total);
        match left.as_secs() {
            _ if schedule.expected.is_zero() && (*done == 0 || total.is_none()) => text,
            0..60 => text + "; less than a minute left",
            seconds => text + &format!("; about {} min left", seconds.div_ceil(60)),
        }
    }
}

impl Schedule {
    /// The remaining time of this stage and the later ones.
    ///
    /// A weighted mean of the expected time and the pace so far; the weight of the pace is the finished share. The
    /// later stages are scaled like this one, within bounds, because part of its work may have been done already.
    fn left(&self, elapsed: Duration, done: usize, total: Option<usize>) -> Duration {
        let (expected, elapsed) = (self.expected.as_secs_f64(), elapsed.as_secs_f64());
        let share = total.map_or(0.0, |total| done as f64 / total.max(1) as f64).min(1.0);
        let by_pace = if share > 0.0 { elapsed * (1.0 - share) / share } else { 0.0 };
        let by_table = if expected > 0.0 { (expected - elapsed).max(0.0) } else { by_pace };
        let left = share * by_pace + (1.0 - share) * by_table;
        let stretch = if expected > 0.0 { ((elapsed + left) / expected).clamp(0.5, 3.0) } else { 1.0 };
        Duration::from_secs_f64(left + stretch * self.later.as_secs_f64())
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::num::NonZero;
    use std::os::fd::OwnedFd;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// The second stage of four.
    const SECOND: Schedule = Schedule { number: 2, stages: 4, expected: MINUTE, later: Duration::from_secs(600) };

    /// Runs a stage of three checks, the second of which fails, on a screen that writes to `out`.
    fn run(out: impl std::io::Write + std::os::fd::AsFd + std::io::IsTerminal + Send + 'static) {
        let screen: &'static Mutex<Screen> = Box::leak(Box::new(Mutex::new(Screen::new(out))));
        let intervals = Intervals { terminal: Duration::from_millis(5), log: Duration::from_millis(5) };
        let progress = Progress::start("variants", SECOND, intervals, screen);
        progress.set_total(3);
        progress.count(false);
        progress.count(true);
        say::lock(screen).line("  failed  the second\n          in full");
        thread::sleep(Duration::from_millis(200));
        drop(progress);
        say::lock(screen).line("variants: 2 passed, 1 failed");
        // Closes what it writes to.
        *say::lock(screen) = Screen::new(File::create("/dev/null").expect("it opens"));
    }

    #[test]
    fn a_terminal_shows_one_line_that_is_redrawn_and_failures_in_full() {
        let pty =
            rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).expect("a pty");
        rustix::pty::grantpt(&pty).expect("granted");
        rustix::pty::unlockpt(&pty).expect("unlocked");
        let name = rustix::pty::ptsname(&pty, Vec::new()).expect("a name");
        let path = name.to_str().expect("a path").to_owned();
        let terminal = File::options().read(true).write(true).open(path).expect("it opens");
        let size = rustix::termios::Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&pty, size).expect("a size");
        let mut master = File::from(pty);
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            // Linux reports the end of a pty as an error.
            let _ = master.read_to_end(&mut bytes);
            bytes
        });
        run(terminal);
        let bytes = reader.join().expect("no panic");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = "variants: 2 of 3 done, 1 failed; stage 2 of 4; about ";
        assert!(text.matches(status).count() > 5, "it is redrawn: {text}");
        let before = text.rfind(status).expect("a status") + status.len();
        let mut screen = vt100::Parser::new(NonZero::new(24).expect("rows"), NonZero::new(100).expect("columns"), 0);
        screen.process(&bytes[..before]);
        let shown = screen.screen().contents();
        assert!(
            shown.starts_with("  failed  the second\n          in full\nvariants: 2 of 3 done, 1 failed;"),
            "{shown}"
        );
        screen.process(&bytes[before..]);
        assert_eq!(
            screen.screen().contents().trim_end(),
            "  failed  the second\n          in full\nvariants: 2 passed, 1 failed"
        );
    }

    #[test]
    fn a_log_gets_whole_lines_at_intervals() {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        let reader = thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).expect("text");
            text
        });
        run(File::from(OwnedFd::from(writer)));
        let text = reader.join().expect("no panic");
        assert!(!text.contains('\x1b') && !text.contains('\r'), "{text}");
        assert!(text.starts_with("  failed  the second\n          in full\n"), "{text}");
        let lines =
            text.lines().filter(|line| line.starts_with("variants: 2 of 3 done, 1 failed; stage 2 of 4; about "));
        assert!(lines.count() >= 2, "{text}");
        assert!(text.ends_with("variants: 2 passed, 1 failed\n"), "{text}");
    }

    #[test]
    fn the_time_left_follows_the_table_at_first_and_the_pace_at_the_end() {
        let schedule = Schedule { expected: 10 * MINUTE, later: 5 * MINUTE, ..SECOND };
        let minutes = |elapsed, done| schedule.left(elapsed, done, Some(100)).as_secs_f64() / 60.0;
        assert_eq!(minutes(Duration::ZERO, 0), 15.0);
        // Twice as fast as the table: 1.25 minutes at this pace, 7.5 by the table; the later stages are expected to be
        // faster too.
        assert!((minutes(MINUTE * 5 / 2, 50) - (4.5 + 3.4)).abs() < 1.0, "{}", minutes(MINUTE * 5 / 2, 50));
        // Twice as slow: the last tenth takes as long as each before, and so do the later stages.
        assert!((minutes(18 * MINUTE, 90) - (1.8 + 9.9)).abs() < 1.0, "{}", minutes(18 * MINUTE, 90));
        assert_eq!(minutes(20 * MINUTE, 100), 10.0);
    }
}
