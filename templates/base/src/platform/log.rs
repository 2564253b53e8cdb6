//! Lines of the log: each event of `tracing` as one JSON object, and a thread that writes the lines to stdout.
//!
//! A slow reader of stdout must neither hold up requests nor fill the memory, so a line that finds no room is dropped and
//! counted. It stands in for the JSON layer of `tracing-subscriber` and for `tracing-appender`, which cost more CPU than
//! the rest of the guard. Spans are not logged; the service opens none.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use std::{fmt, io, io::Write, mem, thread};

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::Context};

/// Bytes of lines that may wait; as many may be on their way to stdout.
const ROOM: usize = 2 << 20;

/// Lines of this long are written together: waking a thread and calling the kernel for each would cost more than
/// formatting it.
const GATHER: Duration = Duration::from_millis(10);

/// The longest wait at the end for a reader that does not read.
const FLUSH: Duration = Duration::from_secs(1);

/// Formats each event as JSON: time, level, the event's own fields, and the module that it comes from.
pub struct Json<W>(pub W);

impl<S: Subscriber, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for Json<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(Vec::with_capacity(512));
        line.put("timestamp", format_args!("{}", humantime::format_rfc3339_micros(SystemTime::now())));
        line.put("level", event.metadata().level().as_str());
        event.record(&mut line);
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
    }
}

/// Lines on their way to stdout.
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
    /// Whether all lines before the end were written.
    written: bool,
}

impl Stdout {
    /// Starts the thread. Dropped, the second value has the lines that still wait written.
    pub fn start() -> (Arc<Self>, Flush) {
        let stdout = Arc::<Self>::default();
        let writing = Arc::clone(&stdout);
        thread::spawn(move || writing.write_until_closed());
        (Arc::clone(&stdout), Flush(stdout))
    }

    /// The number of lines that found no room.
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
            // An error means that nobody reads any more; the service goes on.
            io::stdout().write_all(&lines).ok();
            lines.clear();
            if closing {
                self.lock().written = true;
                self.changed.notify_all();
                return;
            }
            thread::sleep(GATHER);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes one line at a time, as subscribers write it.
impl Write for &Stdout {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut queue = self.lock();
        if queue.lines.len() + line.len() > ROOM {
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

/// Dropped, it waits until every line is written, but not for ever.
pub struct Flush(Arc<Stdout>);

impl Drop for Flush {
    fn drop(&mut self) {
        let Self(stdout) = self;
        let mut queue = stdout.lock();
        queue.closing = true;
        stdout.changed.notify_all();
        stdout.changed.wait_timeout_while(queue, FLUSH, |queue| !queue.written).ok();
    }
}
