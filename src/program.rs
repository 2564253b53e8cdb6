//! The only file that starts a program: [`run`] waits for it, [`filter`] passes text through it, [`on_terminal`] gives it
//! the terminal, [`replace`] becomes it. Without the terminal a program has a process group of its own, and what it started
//! ends with it after a time-out or a signal.

mod group;

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::clause;
use crate::interrupt;

pub use group::end_all;

use group::Group;

/// Generous for a short program; a hanging hook or network home must not block the run forever.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// How often a running program is polled. `git init` takes about two milliseconds.
const POLL_INTERVAL: Duration = Duration::from_micros(500);

/// The same for a program on the terminal, which runs for as long as a person needs.
const TERMINAL_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// How long a program on the terminal has to restore it and to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(2);

/// A program to run.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Its name, looked up on the path.
    pub program: &'a str,
    /// Its arguments; the last may be a path that is not UTF-8.
    pub arguments: &'a [&'a Path],
    /// Its working directory.
    pub directory: &'a Path,
    /// Environment variables that it does not inherit.
    pub unset: &'a [&'a str],
    /// After this time it is killed.
    pub timeout: Duration,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With exit code 0.
    Success,
    /// With another exit code or by a signal; what it wrote to stderr.
    Failure(String),
    /// It was killed after its time-out.
    TimedOut,
    /// It was killed, or not started, because a signal arrived here.
    Interrupted,
}

/// How the wait for a program ended.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// It has exited; whether with exit code 0.
    Exited(bool),
    /// It is still running after its time-out.
    TimedOut,
    /// It is still running, and a signal arrived here.
    Interrupted,
}

/// Runs a program without input or visible output.
///
/// # Errors
/// The program could not be started.
pub fn run(call: Call<'_>) -> io::Result<Outcome> {
    let mut command = command(call.program);
    command.args(call.arguments).current_dir(call.directory);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    for variable in call.unset {
        command.env_remove(variable);
    }
    let Some(mut group) = Group::start(&mut command)? else { return Ok(Outcome::Interrupted) };
    let stderr = group.child.stderr.take();
    // Read while the program runs: it would wait for ever once the pipe is full.
    let stderr = std::thread::spawn(move || stderr.map(read_all));
    Ok(match wait(&mut group, call.timeout) {
        End::Exited(true) => Outcome::Success,
        End::Exited(false) => {
            let stderr = stderr.join().ok().flatten().unwrap_or_default();
            Outcome::Failure(String::from_utf8_lossy(&stderr).into_owned())
        }
        // The thread is not waited for: a program that left the group may keep the pipe open.
        End::TimedOut => Outcome::TimedOut,
        End::Interrupted => Outcome::Interrupted,
    })
}

/// What can be read until the end, or an error.
fn read_all(mut from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read before an error is kept.
    let _ = from.read_to_end(&mut bytes);
    bytes
}

/// Passes text through a program; what it wrote to stdout, `None` unless it ended with exit code 0.
///
/// # Errors
/// The program could not be started.
pub fn filter(call: Call<'_>, text: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut command = command(call.program);
    command.args(call.arguments).current_dir(call.directory);
    // A toolchain that is not here is not downloaded.
    command.env("RUSTUP_AUTO_INSTALL", "0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Some(mut group) = Group::start(&mut command)? else { return Ok(None) };
    let (stdin, stdout) = (group.child.stdin.take(), group.child.stdout.take());
    let (succeeded, output) = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that reads no more ends with a failure.
            let _ = stdin.map(|mut stdin| stdin.write_all(text));
        });
        let output = scope.spawn(move || {
            let mut output = Vec::new();
            let read = stdout.map(|mut stdout| stdout.read_to_end(&mut output));
            matches!(read, Some(Ok(_))).then_some(output)
        });
        let end = wait(&mut group, call.timeout);
        (end == End::Exited(true), output.join().ok().flatten())
    });
    Ok(output.filter(|_| succeeded))
}

/// Runs `line`, words separated by spaces, on a file and on the terminal of this process; whether it succeeded. After a
/// signal it is ended, and has not.
///
/// # Errors
/// Why it could not be started, in one clause.
pub fn on_terminal(line: &str, file: &Path) -> Result<bool, String> {
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default();
    let mut child = command(program).args(words).arg(file).spawn().map_err(|error| not_started(program, &error))?;
    while !interrupt::requested() {
        if let Ok(Some(status)) = child.try_wait() {
            return Ok(status.success());
        }
        std::thread::sleep(TERMINAL_POLL_INTERVAL);
    }
    end(&mut child);
    Ok(false)
}

/// Ends a program that is on the terminal: it can restore the terminal before it is killed.
fn end(child: &mut Child) {
    // It may have ended; until it is waited for, no other process gets its id.
    if let Ok(None) = child.try_wait() {
        let _ = kill_process(Pid::from_child(child), Signal::TERM);
    }
    let start = Instant::now();
    while start.elapsed() < GRACE {
        if let Ok(Some(_)) = child.try_wait() {
            return;
        }
        std::thread::sleep(TERMINAL_POLL_INTERVAL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Replaces this process by `line`, words separated by spaces, in `directory`. Returns only on failure, with the reason
/// in one clause.
pub fn replace(line: &str, directory: &Path) -> String {
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default();
    not_started(program, &command(program).args(words).current_dir(directory).exec())
}

/// Why `program` could not be started, in one clause.
pub fn not_started(program: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("there is no `{program}` on the path"),
        _ => clause(error),
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that starts a program")]
fn command(program: &str) -> Command {
    Command::new(program)
}

/// Waits for the program to exit; kills it, and every program that it started, if it does not.
fn wait(group: &mut Group, timeout: Duration) -> End {
    let start = Instant::now();
    while start.elapsed() < timeout && !interrupt::requested() {
        if let Some(status) = group.status() {
            return End::Exited(status.success());
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    // The program may have ended since the last poll; then the programs that it left are ended.
    group.end();
    if interrupt::requested() { End::Interrupted } else { End::TimedOut }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> Outcome {
        let arguments = ["-c", script].map(Path::new);
        let call = Call { program: "sh", arguments: &arguments, directory: Path::new("/"), unset: &[], timeout };
        run(call).expect("there is a shell")
    }

    #[test]
    fn a_program_may_write_more_than_a_pipe_holds() {
        let script = "head -c 300000 /dev/zero | tr '\\0' e >&2; exit 3";
        assert_eq!(shell(script, TIMEOUT), Outcome::Failure("e".repeat(300_000)));
    }

    #[test]
    fn a_program_that_does_not_end_is_killed() {
        let start = Instant::now();
        // The second program keeps the pipe open.
        assert_eq!(shell("sleep 5 & sleep 5", Duration::from_millis(50)), Outcome::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn a_program_that_it_started_is_killed_with_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("late");
        let script = format!("(sleep 1; : > '{}') & sleep 5", path.display());
        assert_eq!(shell(&script, Duration::from_millis(50)), Outcome::TimedOut);
        std::thread::sleep(Duration::from_millis(1500));
        assert!(rustix::fs::access(&path, rustix::fs::Access::EXISTS).is_err(), "it ran on");
    }
}
