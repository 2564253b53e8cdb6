//! The only file that starts a program: [`run`] waits for it, [`filter`] passes text through it, [`on_terminal`] gives it
//! the terminal, [`replace`] becomes it.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::clause;
use crate::interrupt;

/// Generous for a short program; a hanging hook or network home must not block the run forever.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// How often a running program is polled. `git init` takes about two milliseconds.
const POLL_INTERVAL: Duration = Duration::from_micros(500);

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
    /// It was killed after its time-out, or because a signal arrived here.
    Stopped,
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
    let mut child = command.spawn()?;
    match wait(&mut child, call.timeout) {
        Some(true) => Ok(Outcome::Success),
        Some(false) => {
            let stderr = child.wait_with_output().map(|output| output.stderr).unwrap_or_default();
            Ok(Outcome::Failure(String::from_utf8_lossy(&stderr).into_owned()))
        }
        None => {
            // The program may have ended since the last poll; killing it is then harmless.
            let _ = child.kill();
            let _ = child.wait();
            Ok(Outcome::Stopped)
        }
    }
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
    let mut child = command.spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
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
        let ended = wait(&mut child, call.timeout);
        if ended.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        (ended == Some(true), output.join().ok().flatten())
    });
    Ok(output.filter(|_| succeeded))
}

/// Runs `line`, words separated by spaces, on a file and on the terminal of this process; whether it succeeded.
///
/// # Errors
/// Why it could not be started, in one clause.
pub fn on_terminal(line: &str, file: &Path) -> Result<bool, String> {
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default();
    let status = command(program).args(words).arg(file).status();
    status.map(|status| status.success()).map_err(|error| not_started(program, &error))
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

/// Whether the program succeeded; `None` if it is still running when the wait ends.
fn wait(child: &mut Child, timeout: Duration) -> Option<bool> {
    let start = Instant::now();
    while start.elapsed() < timeout && !interrupt::requested() {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status.success());
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    None
}
