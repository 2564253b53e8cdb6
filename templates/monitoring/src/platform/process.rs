//! What the kernel knows of this process, as metrics. It comes from `/proc`, so only Linux has these series.

use std::fs;
use std::sync::LazyLock;

use metrics::{counter, gauge};

/// The unit of times in `/proc` is the same on every kernel: `USER_HZ`, see time(7).
const TICKS_PER_SECOND: u64 = 100;

/// Seconds since 1970. It is read once: `/proc/stat` also has a line for each CPU.
static STARTED: LazyLock<Option<u64>> = LazyLock::new(|| {
    let booted = number_after(&read("/proc/stat"), "btime")?;
    Some(booted + ticks(&read("/proc/self/stat"), 22)? / TICKS_PER_SECOND)
});

/// Updates the series.
pub fn measure() {
    let stat = read("/proc/self/stat");
    if let (Some(user), Some(system)) = (ticks(&stat, 14), ticks(&stat, 15)) {
        counter!("process_cpu_seconds_total").absolute((user + system) / TICKS_PER_SECOND);
    }
    set("process_start_time_seconds", *STARTED);

    let status = read("/proc/self/status");
    set("process_resident_memory_bytes", number_after(&status, "VmRSS:").map(|kibibytes| kibibytes * 1024));
    set("process_threads", number_after(&status, "Threads:"));

    let open = fs::read_dir("/proc/self/fd").map(|files| files.count() as u64);
    set("process_open_fds", open.ok());
    set("process_max_fds", number_after(&read("/proc/self/limits"), "Max open files"));
}

fn set(series: &'static str, value: Option<u64>) {
    if let Some(value) = value {
        gauge!(series).set(value as f64);
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The first number on the line that begins with this label.
fn number_after(text: &str, label: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(label))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// A field by its number in proc_pid_stat(5).
fn ticks(stat: &str, field: usize) -> Option<u64> {
    // The second field is the name of the program in parentheses, in which spaces are allowed.
    let (_, from_third) = stat.rsplit_once(") ")?;
    from_third.split(' ').nth(field - 3)?.parse().ok()
}
