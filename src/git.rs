//! The git commands that Restwell runs: `git init`, like cargo for a new package, and `git check-ignore`.

use std::path::Path;

use camino::Utf8Path;

use crate::program::{self, Call, Outcome};

/// The directory that `git init` creates.
pub const FOLDER: &str = ".git";

/// Variables that git sets inside a hook (`git rev-parse --local-env-vars`). Inherited, they would redirect git to the
/// repository of the hook.
const HOOK_VARIABLES: &[&str] = &[
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

/// Makes `directory` a repository whose first branch is `main`, the branch that the generated workflows watch.
///
/// # Errors
/// The reason in one clause: git is not installed, failed, or did not end in time.
pub fn init(directory: &Utf8Path) -> Result<(), String> {
    let outcome = git(directory.as_std_path(), &["init", "--quiet", "--initial-branch=main"].map(Path::new));
    match outcome.map_err(|error| program::not_started("git", &error))? {
        Outcome::Success => Ok(()),
        Outcome::Failure(stderr) => Err(format!("git failed: {}", last_line(&stderr))),
        Outcome::TimedOut => Err(format!("git did not end within {} s", program::TIMEOUT.as_secs())),
        Outcome::Interrupted => Err("git was interrupted".to_owned()),
    }
}

/// Whether `repository` ignores a directory at `path`; `false` if git cannot tell.
pub fn ignores(repository: &Path, path: &Path) -> bool {
    // With a trailing slash git treats a path that does not exist yet as a directory.
    let mut directory = path.as_os_str().to_owned();
    directory.push("/");
    let [command, quiet, end] = ["check-ignore", "--quiet", "--"].map(Path::new);
    matches!(git(repository, &[command, quiet, end, Path::new(&directory)]), Ok(Outcome::Success))
}

fn git(directory: &Path, arguments: &[&Path]) -> std::io::Result<Outcome> {
    program::run(Call { program: "git", arguments, directory, unset: HOOK_VARIABLES, timeout: program::TIMEOUT })
}

fn last_line(stderr: &str) -> &str {
    stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing").trim()
}
