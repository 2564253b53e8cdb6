//! Running processes: ending them by id, waiting for them, and what `/proc` says about them.

use std::fs;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// Asks `child` to stop, as a service manager would.
pub(crate) fn terminate(child: &Child) -> Result<()> {
    signal(child.id(), Signal::TERM)
}

/// Ends `child` and everything it started, by id. Where there is no `/proc`, only the child.
pub(crate) fn end_tree(child: &mut Child) {
    for pid in descendants(child.id()) {
        // One that ended by itself in the meantime is as gone as we want it.
        let _ = signal(pid, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Stops `child` and everything it started, by id, until [`thaw_tree`].
pub(crate) fn freeze_tree(child: &Child) {
    signal_tree(child, Signal::STOP);
}

/// Undoes [`freeze_tree`].
pub(crate) fn thaw_tree(child: &Child) {
    signal_tree(child, Signal::CONT);
}

/// The ancestor first, so that it starts nothing in the meantime.
fn signal_tree(child: &Child, which: Signal) {
    let _ = signal(child.id(), which);
    for pid in descendants(child.id()) {
        // One that has ended by itself needs no signal.
        let _ = signal(pid, which);
    }
}

/// Waits for the end of `child`, at most `limit`.
pub(crate) fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() > deadline {
            bail!("process {} did not end in {limit:?}", child.id());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Tries until it succeeds; the last error if that takes longer than `limit`.
pub(crate) fn eventually<T>(limit: Duration, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        match attempt() {
            Err(error) if Instant::now() > deadline => return Err(error.context(format!("not within {limit:?}"))),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
            done => return done,
        }
    }
}

/// User and system CPU time of a process, all its threads, so far.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration> {
    ticks(&pid.to_string(), 14)
}

/// User and system CPU time of the processes that this one started, and of those that they started, that have ended.
pub(crate) fn cpu_time_of_children() -> Result<Duration> {
    ticks("self", 16)
}

/// The sum of two fields of a process, counted as in proc(5), in ticks of 1/100 s on every Linux.
fn ticks(process: &str, first: usize) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, field 2, may hold spaces.
    let (_, fields) = stat.rsplit_once(") ").context("a stat line has a name in brackets")?;
    let two = fields.split(' ').skip(first - 3).take(2);
    let ticks: u64 = two.map(|field| field.parse::<u64>().unwrap_or_default()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// CPU time of the programs that this one has started and that have ended, and of those that they waited for.
pub(crate) fn children_cpu_time() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // proc(5): fields 16 and 17, in the same ticks.
    let (_, fields) = stat.rsplit_once(") ").context("a stat line has a name in brackets")?;
    let ticks: u64 = fields.split(' ').skip(13).take(2).map(|field| field.parse::<u64>().unwrap_or_default()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// Resident memory of a process in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    memory(pid, "VmRSS:")
}

/// The most resident memory that it ever had, in bytes.
pub(crate) fn peak(pid: u32) -> Result<u64> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, field: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.with_context(|| format!("no {field}"))?.trim().parse::<u64>()? * 1024)
}

fn signal(pid: u32, signal: Signal) -> Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).context("not a process id")?;
    Ok(kill_process(pid, signal)?)
}

/// The ids of what `ancestor` started, directly or not.
fn descendants(ancestor: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent(pid)?)))
        .collect();
    let mut found = vec![ancestor];
    let mut next = 0;
    while next < found.len() {
        let of = found[next];
        found.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
