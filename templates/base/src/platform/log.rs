//! The log: each event of `tracing` is one line of JSON, and a thread writes the lines to stdout.
//!
//! A slow reader of stdout must neither delay requests nor fill the memory, so a line that does not fit the buffer is
//! dropped and counted. This replaces the JSON layer of `tracing-subscriber` and `tracing-appender`, which use several
//! times as much CPU for each line. Spans of `tracing` are not logged; the service opens none.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use std::{fmt, io, io::Write, mem, thread};

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::Context};

/// The size of the buffer in bytes; the writing thread may hold as many again.
const CAPACITY: usize = 2 << 20;

/// The lines of this time are written together: a wake-up and a system call for each line would cost more than
/// formatting it.
const BATCH_INTERVAL: Duration = Duration::from_millis(10);

/// How long a shutdown waits for a reader that does not read.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Formats each event as JSON: time, level, the fields of the event, and its module.
pub struct Json<W>(pub W);

impl<S: Subscriber, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for Json<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(Vec::with_capacity(512));
        line.put("timestamp", format_args!("{}", humantime::format_rfc3339_micros(SystemTime::now())));
        line.put("level", event.metadata().level().as_str());
        event.record(&mut line);
        //= constants
        line.put("target", event.metadata().target());
        line.0.extend_from_slice(b"}\n");
        self.0.make_writer().write_all(&line.0).ok();
    }
}

struct Line(Vec<u8>);

impl Line {
    fn put(&mut self, name: &str, value: impl Serialize) {
        let start = if self.0.is_empty() { "{\"" } else { ",\"" };
        for part in [start, name, "\":"] {
            self.0.extend_from_slice(part.as_bytes());
        }
        serde_json::to_writer(&mut self.0, &value).expect("numbers and text can be written to memory");
    }
}

impl Visit for Line {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format_args!("{value:?}"));
        //= debug
    }
}

/// The buffer of lines, and the thread that writes them to stdout.
#[derive(Default)]
pub struct Stdout {
    queue: Mutex<Queue>,
    changed: Condvar,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Queue {
    lines: Vec<u8>,
    closing: bool,
    /// Whether the thread has written everything and ended.
    written: bool,
}

impl Stdout {
    /// Starts the thread. Dropping the second value writes the lines that are still in the buffer.
    pub fn start() -> (Arc<Self>, Flush) {
        let stdout = Arc::<Self>::default();
        let writing = Arc::clone(&stdout);
        thread::spawn(move || writing.write_until_closed());
        (Arc::clone(&stdout), Flush(stdout))
    }

    /// The number of lines that were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    fn write_until_closed(&self) {
        let mut lines = Vec::new();
        loop {
            let is_idle = |queue: &mut Queue| queue.lines.is_empty() && !queue.closing;
            let mut queue = self.changed.wait_while(self.lock(), is_idle).unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut queue.lines, &mut lines);
            let closing = queue.closing;
            drop(queue);
            // An error means that stdout is closed; the service continues without a log.
            io::stdout().write_all(&lines).ok();
            lines.clear();
            if closing {
                self.lock().written = true;
                self.changed.notify_all();
                return;
            }
            thread::sleep(BATCH_INTERVAL);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each call is one line, as subscribers write it.
impl Write for &Stdout {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut queue = self.lock();
        if queue.lines.len() + line.len() > CAPACITY {
            self.dropped.fetch_add(1, Relaxed);
        } else {
            if queue.lines.is_empty() {
                self.changed.notify_one();
            }
            queue.lines.extend_from_slice(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Dropping it waits until every line is written, for at most `FLUSH_TIMEOUT`.
pub struct Flush(Arc<Stdout>);

impl Drop for Flush {
    fn drop(&mut self) {
        let Self(stdout) = self;
        let mut queue = stdout.lock();
        queue.closing = true;
        stdout.changed.notify_all();
        stdout.changed.wait_timeout_while(queue, FLUSH_TIMEOUT, |queue| !queue.written).ok();
    }
}
