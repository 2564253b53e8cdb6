//! The processes of a program: its descendants, and those that it started and that have lost their parent since.
//!
//! They are recognised by their parents and by a variable that each process inherits, never by a name. Without `/proc`
//! none is found, and only the program itself is ended.

use std::collections::BTreeSet;
use std::fs;
use std::process::Child;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use procfs::process::{Process, Stat, all_processes};
use rustix::process::{Pid, Signal, kill_process};

/// The variable with the marks of the programs that led to a process, the outermost first.
pub(crate) const VARIABLE: &str = "XTASK_STARTED_BY";

/// The time after which a killed process that still runs is given up.
const KILL_LIMIT: Duration = Duration::from_secs(3);

const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The start of the variable in all processes that this process has started.
static OWN: LazyLock<String> = LazyLock::new(|| {
    let outer = std::env::var(VARIABLE).unwrap_or_default();
    let started = Process::myself().and_then(|process| process.stat()).map_or(0, |stat| stat.starttime);
    format!("{outer}{}.{started}.", std::process::id())
});

/// The start of the variable in all processes of a program.
#[derive(Debug)]
pub(crate) struct Mark(String);

/// A running process. Another one with the same id started at another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    pid: u32,
    /// In clock ticks since the start of the system.
    started: u64,
}

impl Mark {
    /// The mark of one program.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(format!("{}{};", *OWN, NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The mark of all programs that this process has started.
    pub(crate) fn of_this_process() -> Self {
        Self(OWN.clone())
    }

    /// The value of the variable.
    pub(crate) fn value(&self) -> &str {
        &self.0
    }

    /// The ids of the processes with this mark, of `root`, and of the descendants of all of them.
    pub(crate) fn pids(&self, root: Option<u32>) -> Vec<u32> {
        self.members(root).into_iter().map(|member| member.pid).collect()
    }

    /// Sends SIGTERM to `child`, and after `grace` SIGKILL to what is left of its tree. Its exit status is collected.
    pub(crate) fn end(&self, child: &mut Child, grace: Duration) {
        // Before it ends, since a descendant without this parent may have overwritten its variables.
        let known = self.members(Some(child.id()));
        let deadline = Instant::now() + grace;
        if !grace.is_zero() && matches!(child.try_wait(), Ok(None)) {
            let _ = signal(child.id(), Signal::TERM);
        }
        while Instant::now() < deadline && matches!(child.try_wait(), Ok(None)) {
            thread::sleep(POLL_INTERVAL);
        }
        // After its end another process may have its id.
        let root = matches!(child.try_wait(), Ok(None)).then(|| child.id());
        let _ = root.map(|_| child.kill());
        self.kill_with(root, known.into_iter().collect());
        let _ = child.wait();
    }

    /// Sends SIGKILL to the tree, until nothing of it runs.
    pub(crate) fn kill(&self, root: Option<u32>) {
        self.kill_with(root, BTreeSet::new());
    }

    fn kill_with(&self, root: Option<u32>, mut known: BTreeSet<Member>) {
        let deadline = Instant::now() + KILL_LIMIT;
        loop {
            // Again each time: a process may have started another one before it ended.
            known.extend(self.members(root));
            known.retain(|member| member.runs());
            if known.is_empty() || Instant::now() > deadline {
                return;
            }
            for member in &known {
                // It may have ended in the meantime.
                let _ = signal(member.pid, Signal::KILL);
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn members(&self, root: Option<u32>) -> Vec<Member> {
        let stats: Vec<Stat> =
            all_processes().into_iter().flatten().flatten().filter_map(|it| it.stat().ok()).collect();
        let running: Vec<&Stat> = stats.iter().filter(|stat| stat.state != 'Z').collect();
        let is_root = |stat: &Stat| Some(stat.pid.cast_unsigned()) == root || self.has_mark(stat.pid);
        let (mut found, mut others): (Vec<&Stat>, Vec<&Stat>) = running.into_iter().partition(|stat| is_root(stat));
        let mut next = 0;
        while next < found.len() {
            let parent = found[next].pid;
            found.extend(others.extract_if(.., |stat| stat.ppid == parent));
            next += 1;
        }
        found.into_iter().map(|stat| Member { pid: stat.pid.cast_unsigned(), started: stat.starttime }).collect()
    }

    /// Whether the process was started with this mark. The variables of another user cannot be read.
    fn has_mark(&self, pid: i32) -> bool {
        let variables = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let value =
            |variable: &[u8]| variable.strip_prefix(VARIABLE.as_bytes())?.strip_prefix(b"=").map(<[u8]>::to_vec);
        variables.split(|byte| *byte == 0).filter_map(value).any(|value| value.starts_with(self.0.as_bytes()))
    }
}

impl Member {
    fn runs(self) -> bool {
        let stat = i32::try_from(self.pid).map(|pid| Process::new(pid).and_then(|process| process.stat()));
        matches!(stat, Ok(Ok(stat)) if stat.starttime == self.started && stat.state != 'Z')
    }
}

/// Sends a signal to the process with this id.
pub(crate) fn signal(pid: u32, signal: Signal) -> Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).context("not a process id")?;
    Ok(kill_process(pid, signal)?)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use anyhow::ensure;

    use super::*;
    use crate::process::eventually;

    /// A shell that runs `script`, and at least `count` processes of its tree with it.
    fn started(mark: &Mark, script: &str, count: usize) -> (Child, Vec<Member>) {
        let child = Command::new("sh").args(["-c", script]).env(VARIABLE, mark.value()).spawn().expect("it starts");
        let members = eventually(Duration::from_secs(60), || {
            let members = mark.members(Some(child.id()));
            ensure!(members.len() >= count, "{members:?}");
            Ok(members)
        });
        (child, members.expect("all start"))
    }

    #[test]
    fn a_process_that_lost_its_parent_or_ignores_the_signal_ends_with_its_program() {
        let mark = Mark::next();
        let script = "trap '' TERM; (setsid sleep 300 &); sleep 300 & wait";
        let (mut child, members) = started(&mark, script, 3);
        mark.end(&mut child, Duration::from_millis(100));
        assert!(members.iter().all(|member| !member.runs()), "{members:?}");
        assert_eq!(mark.pids(None), Vec::<u32>::new());
    }

    #[test]
    fn a_program_has_time_to_end_what_it_started() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().display();
        let mark = Mark::next();
        let script = format!("trap 'kill $!; echo cleaned > {path}; exit' TERM; sleep 300 & wait");
        let (mut child, members) = started(&mark, &script, 2);
        let before = Instant::now();
        mark.end(&mut child, Duration::from_secs(60));
        assert!(before.elapsed() < Duration::from_secs(50));
        assert_eq!(fs::read_to_string(file.path()).expect("text"), "cleaned\n");
        assert!(members.iter().all(|member| !member.runs()), "{members:?}");
    }

    #[test]
    fn a_program_with_another_mark_runs_on() {
        let (one, other) = (Mark::next(), Mark::next());
        let (mut child, _) = started(&one, "sleep 300", 1);
        let (mut untouched, members) = started(&other, "sleep 300", 1);
        one.end(&mut child, Duration::ZERO);
        assert!(members.iter().all(|member| member.runs()));
        assert!(Mark::of_this_process().pids(None).contains(&untouched.id()));
        other.end(&mut untouched, Duration::ZERO);
        assert!(members.iter().all(|member| !member.runs()));
    }
}
