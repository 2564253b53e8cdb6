//! Running processes: ending them by id, waiting for them, and reading `/proc`.

use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use procfs::process::Process;
use rustix::process::{Pid, Signal, kill_process};

/// Sends SIGTERM to `child`, like a service manager.
pub(crate) fn terminate(child: &Child) -> Result<()> {
    signal(child.id(), Signal::TERM)
}

/// Kills `child` and its descendants by id; without `/proc` only the child.
pub(crate) fn end_tree(child: &mut Child) {
    for pid in descendants(child.id()) {
        // It may have exited in the meantime.
        let _ = signal(pid, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Sends SIGSTOP to `child` and its descendants, by id, until [`thaw_tree`].
pub(crate) fn freeze_tree(child: &Child) {
    signal_tree(child, Signal::STOP);
}

/// Undoes [`freeze_tree`].
pub(crate) fn thaw_tree(child: &Child) {
    signal_tree(child, Signal::CONT);
}

/// Signals the ancestor first, so that it starts no process in the meantime.
fn signal_tree(child: &Child, which: Signal) {
    let _ = signal(child.id(), which);
    for pid in descendants(child.id()) {
        // A process that has exited needs no signal.
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

/// Repeats `attempt` until it succeeds. Returns the last error if that takes longer than `limit`.
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

/// The user and system CPU time of all threads of a process so far.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = find(pid)?.stat()?;
    Ok(ticks(stat.utime + stat.stime))
}

/// The CPU time of finished child processes, and of the descendants that they waited for.
pub(crate) fn cpu_time_of_children() -> Result<Duration> {
    let stat = Process::myself()?.stat()?;
    Ok(ticks(u64::try_from(stat.cutime + stat.cstime)?))
}

/// The resident memory of a process in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    Ok(find(pid)?.status()?.vmrss.context("no VmRSS")? * 1024)
}

/// The peak resident memory of a process in bytes.
pub(crate) fn peak(pid: u32) -> Result<u64> {
    Ok(find(pid)?.status()?.vmhwm.context("no VmHWM")? * 1024)
}

fn ticks(count: u64) -> Duration {
    Duration::from_millis(count * 1000 / procfs::ticks_per_second())
}

fn find(pid: u32) -> Result<Process> {
    Ok(Process::new(i32::try_from(pid)?)?)
}

fn signal(pid: u32, signal: Signal) -> Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).context("not a process id")?;
    Ok(kill_process(pid, signal)?)
}

/// The ids of the descendants of `ancestor`, without those that exit meanwhile.
fn descendants(ancestor: u32) -> Vec<u32> {
    let stats =
        procfs::process::all_processes().into_iter().flatten().flatten().filter_map(|process| process.stat().ok());
    let parents: Vec<(i32, i32)> = stats.map(|stat| (stat.pid, stat.ppid)).collect();
    let mut found = vec![ancestor.cast_signed()];
    let mut next = 0;
    while next < found.len() {
        let of = found[next];
        found.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(pid, _)| *pid));
        next += 1;
    }
    found.drain(1..).map(i32::cast_unsigned).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_whole_process_tree_ends_and_its_cpu_time_is_counted() {
        let busy = "sleep 300 & i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 300";
        let mut child = Command::new("sh").args(["-c", busy]).spawn().expect("it starts");
        let limit = Duration::from_secs(60);
        let tree = eventually(limit, || match descendants(child.id()).len() {
            2.. => Ok(descendants(child.id())),
            count => bail!("{count} descendants"),
        });
        let tree = tree.expect("two sleep");
        assert!(cpu_time(child.id()).expect("it runs") > Duration::ZERO);
        assert!(resident(child.id()).expect("it runs") > 0);
        assert!(peak(child.id()).expect("it runs") >= resident(child.id()).expect("it runs"));
        let before = cpu_time_of_children().expect("a number");
        end_tree(&mut child);
        assert!(cpu_time_of_children().expect("a number") > before);
        let is_running = |pid: &u32| find(*pid).and_then(|process| Ok(process.stat()?.state != 'Z')).unwrap_or(false);
        eventually(limit, || if tree.iter().any(is_running) { bail!("still there") } else { Ok(()) }).expect("all end");
    }
}
