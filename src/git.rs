//! The only file that starts a program: `git init`, as cargo does for a new package.

use std::path::Path;
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

/// What git sets inside a hook (`git rev-parse --local-env-vars`), where it would lead to the hook's own repository.
const HOOK: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Makes `directory` a repository, on the branch that the workflows of a project watch.
///
/// # Errors
/// Why it is none, in one clause: git is not there, or what it said.
pub fn init(directory: &Utf8Path) -> Result<(), String> {
    let arguments = ["init", "--quiet", "--initial-branch=main"];
    let mut child = command(directory.as_std_path(), &arguments).spawn().map_err(|error| match error.kind() {
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

/// Whether `repository` ignores a directory at `path`. Where git cannot say, it does not.
pub fn ignores(repository: &Path, path: &Path) -> bool {
    // With a slash behind it, a path that does not exist yet is taken for a directory.
    let mut directory = path.as_os_str().to_owned();
    directory.push("/");
    let child = command(repository, &["check-ignore", "--quiet", "--"]).arg(directory).stderr(Stdio::null()).spawn();
    child.is_ok_and(|mut child| {
        let is_ignored = wait(&mut child) == Some(true);
        let _ = child.kill();
        let _ = child.wait();
        is_ignored
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place that starts a program")]
fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(directory).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    for variable in HOOK {
        command.env_remove(variable);
    }
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
