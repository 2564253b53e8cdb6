//! Running processes: ending them by id, waiting for them, and reading `/proc`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use procfs::process::Process;
use rustix::process::Signal;

use crate::interrupt;
use crate::tree::{Mark, signal};

/// A program that runs in the background. It is ended with all its processes, by their ids, when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    mark: Mark,
    log: PathBuf,
}

impl Running {
    /// `child` has this mark, and writes its output to `log`.
    pub(crate) fn new(child: Child, mark: Mark, log: &Path) -> Self {
        Self { child, mark, log: log.to_owned() }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The ids of its processes, with its own.
    pub(crate) fn pids(&self) -> Vec<u32> {
        self.mark.pids(Some(self.id()))
    }

    /// Sends SIGTERM, like a service manager.
    pub(crate) fn terminate(&self) -> Result<()> {
        signal(self.id(), Signal::TERM)
    }

    /// Sends SIGKILL, and waits until it has ended. Its descendants run on.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends it and its processes: SIGTERM, after `grace` SIGKILL. Also after a signal to this process.
    pub(crate) fn end(&mut self, grace: Duration) {
        self.mark.end(&mut self.child, grace);
    }

    /// Stops it and its descendants with SIGSTOP, until [`Running::thaw`].
    pub(crate) fn freeze(&self) {
        self.signal_all(Signal::STOP);
    }

    /// Undoes [`Running::freeze`].
    pub(crate) fn thaw(&self) {
        self.signal_all(Signal::CONT);
    }

    /// Signals the ancestor first, so that it starts no process in the meantime.
    fn signal_all(&self, which: Signal) {
        let _ = signal(self.id(), which);
        for pid in self.pids().into_iter().filter(|pid| *pid != self.id()) {
            // A process that has exited needs no signal.
            let _ = signal(pid, which);
        }
    }

    /// Its exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end, at most `limit`.
    pub(crate) fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        eventually(limit, || self.ended()?.with_context(|| format!("process {} runs", self.id())))
    }

    /// Repeats `attempt` until it succeeds. An error if that takes longer than `limit`, or if the program ends.
    pub(crate) fn until<T>(&mut self, limit: Duration, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
        let attempt = || match (attempt(), self.ended()?) {
            (Err(_), Some(status)) => Ok(Err(status)),
            (done, _) => done.map(Ok),
        };
        let failure = match eventually(limit, attempt) {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(status)) => format!("it ended with {status}"),
            Err(error) => format!("{error:#}"),
        };
        bail!("{failure}\n{}", self.last_lines())
    }

    /// The end of its log.
    pub(crate) fn last_lines(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.ended(), Ok(None)) {
            self.end(Duration::ZERO);
        }
    }
}

/// Repeats `attempt` until it succeeds. Returns the last error if that takes longer than `limit`, or after a signal.
pub(crate) fn eventually<T>(limit: Duration, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        match attempt() {
            Err(error) if interrupt::is_requested() => return Err(error),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that runs `script`, with its log in the second value.
    fn shell(script: &str) -> (Running, tempfile::NamedTempFile) {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let running = crate::program::Program::new("sh").args(["-c", script]).start(log.path()).expect("it starts");
        (running, log)
    }

    #[test]
    fn waiting_ends_with_the_program_and_shows_its_log() {
        let (mut running, _log) = shell("echo started; sleep 1; echo gone; exit 3");
        let limit = Duration::from_secs(60);
        let log = running.log.clone();
        let started = || fs::read_to_string(&log)?.contains("started").then_some(()).context("not yet");
        running.until(limit, started).expect("it starts");
        let error = running.until(limit, || -> Result<()> { bail!("no answer") }).expect_err("it ends");
        let error = error.to_string();
        assert!(error.contains("it ended with exit status: 3") && error.contains("gone"), "{error}");
    }

    #[test]
    fn the_whole_process_tree_ends_and_its_cpu_time_is_counted() {
        let busy = "sleep 300 & i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 300";
        let (child, _log) = shell(busy);
        let limit = Duration::from_secs(60);
        let tree = eventually(limit, || match child.pids() {
            tree if tree.len() > 2 => Ok(tree),
            tree => bail!("{tree:?}"),
        });
        let tree = tree.expect("two sleep");
        assert!(cpu_time(child.id()).expect("it runs") > Duration::ZERO);
        assert!(resident(child.id()).expect("it runs") > 0);
        assert!(peak(child.id()).expect("it runs") >= resident(child.id()).expect("it runs"));
        let before = cpu_time_of_children().expect("a number");
        drop(child);
        assert!(cpu_time_of_children().expect("a number") > before);
        let is_running = |pid: &u32| find(*pid).and_then(|process| Ok(process.stat()?.state != 'Z')).unwrap_or(false);
        eventually(limit, || if tree.iter().any(is_running) { bail!("still there") } else { Ok(()) }).expect("all end");
    }
}
