//! The only file that starts a program: `git init`, as cargo does for a new package.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8Path;

use crate::interrupt;

/// Far beyond what `git init` needs; a hook or a network home that hangs must not hold a project up for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a running git is looked at. It takes about two milliseconds.
const GLANCE: Duration = Duration::from_micros(500);

/// The folder that `git init` makes.
pub const FOLDER: &str = ".git";

/// Makes `directory` a repository.
///
/// # Errors
/// Why it is none, in one clause: git is not there, or what it said.
pub fn init(directory: &Utf8Path) -> Result<(), String> {
    let mut child = command(directory).spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no `git` on the path".to_owned(),
        _ => format!("git could not be started: {error}"),
    })?;
    match wait(&mut child) {
        Some(true) => Ok(()),
        Some(false) => Err(complaint(child)),
        None => {
            // It has most likely ended by itself meanwhile; either way it is gone afterwards.
            let _ = child.kill();
            let _ = child.wait();
            Err("git did not answer in time".to_owned())
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that starts a program")]
fn command(directory: &Utf8Path) -> Command {
    let mut command = Command::new("git");
    command
        .args(["init", "--quiet"])
        .current_dir(directory)
        // Set inside hooks, where they would send `git init` to another repository.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_OBJECT_DIRECTORY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Whether git succeeded; nothing if it has to be stopped.
fn wait(child: &mut Child) -> Option<bool> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE && !interrupt::requested() {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status.success());
        }
        std::thread::sleep(GLANCE);
    }
    None
}

fn complaint(child: Child) -> String {
    let said = child.wait_with_output().map(|output| output.stderr).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    format!("git failed: {}", last.trim())
}
