//! Programs in process groups of their own: each is ended together with every program that it started.
//!
//! A terminal sends Ctrl-C only to the group in its foreground, so these programs end by [`end_all`] or [`Group::end`].

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::POLL_INTERVAL;
use crate::interrupt;

/// How long the end of a killed group is waited for. In a container whose first process does not wait for orphans, what
/// is left of them keeps the group in existence.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// The groups whose first program was not waited for: until then no other process gets their id.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// A running program and those that it started.
pub(super) struct Group {
    pub(super) child: Child,
    id: Pid,
}

fn running() -> MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills every group, for a process that ends.
pub fn end_all() {
    running().iter().for_each(|id| kill(*id));
}

fn kill(id: Pid) {
    // It may have ended.
    let _ = kill_process_group(id, Signal::KILL);
}

impl Group {
    /// Starts a program; `None` if a signal has arrived.
    pub(super) fn start(command: &mut Command) -> io::Result<Option<Self>> {
        // Locked, so that a group is either known to `end_all` or not started.
        let mut running = running();
        if interrupt::requested() {
            return Ok(None);
        }
        let child = command.process_group(0).spawn()?;
        let id = Pid::from_child(&child);
        running.push(id);
        Ok(Some(Self { child, id }))
    }

    /// How the program has ended; `None` while it runs.
    pub(super) fn status(&mut self) -> Option<ExitStatus> {
        let mut running = running();
        let status = self.child.try_wait().ok().flatten()?;
        running.retain(|id| *id != self.id);
        Some(status)
    }

    /// Kills the group and waits until nothing is left of it.
    pub(super) fn end(&mut self) {
        let mut running = running();
        kill(self.id);
        running.retain(|id| *id != self.id);
        drop(running);
        let _ = self.child.wait();
        let start = Instant::now();
        while test_kill_process_group(self.id).is_ok() && start.elapsed() < MAX_WAIT {
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}
