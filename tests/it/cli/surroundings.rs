//! A project inside a git repository or a cargo workspace, and git itself.

use std::process::Command;

use super::session::{restwell, shell};

#[test]
fn a_project_becomes_a_repository() {
    let ran = restwell(["new", "a", "--yes"]).exits(0).never_says("warning");
    let status =
        Command::new("git").args(["status", "--porcelain"]).current_dir(ran.path().join("a")).output().expect("git");
    assert!(status.status.success());
    assert!(ran.path().join("a/.git").is_dir());
    let ran = restwell(["new", ".", "--yes"]).inside("b").exits(0);
    assert!(ran.path().join(".git").is_dir());
}

#[test]
fn no_git_is_no_git() {
    let ran = restwell(["new", "a", "--yes", "--no-git", "--format", "json"]).exits(0);
    assert!(!ran.path().join("a/.git").exists());
    assert_eq!(ran.json()["data"]["git"]["init"], false);
    assert!(ran.json()["data"]["replay"].as_str().is_some_and(|line| line.contains(" --no-git")));
}

#[test]
fn inside_a_repository_none_is_nested() {
    let ran = restwell(["new", "x/a", "--yes"]).directory(".git").exits(0);
    assert!(!ran.path().join("x/a/.git").exists());
    ran.says("warning: inside the git repository `").never_says("cargo workspace");
    let ran = restwell(["new", "a", "--yes", "--format", "json"]).directory(".git").exits(0);
    assert_eq!(ran.json()["data"]["git"]["init"], false);
    assert!(ran.json()["data"]["warnings"][0].as_str().is_some_and(|text| text.contains("git repository")));
}

#[test]
fn inside_a_workspace_it_says_that_it_does_not_join() {
    let ran = restwell(["new", "a", "--yes", "--no-git"]).file("Cargo.toml", "[workspace]\nmembers = []\n").exits(0);
    assert_eq!(ran.text("Cargo.toml"), "[workspace]\nmembers = []\n");
    ran.says("warning: inside the cargo workspace `");
}

#[test]
fn git_that_fails_is_a_warning_and_not_silence() {
    let ran = restwell(["new", "a", "--yes"])
        .file("bin/git", "#!/bin/sh\n/bin/mkdir .git\necho 'fatal: no templates' >&2\nexit 128\n");
    let ran = with_git(ran).exits(0);
    assert!(!ran.path().join("a/.git").exists(), "what git left half-made is gone");
    ran.says("warning: no git repository was made: git failed: fatal: no templates").says("created `a`");
    let ran = restwell(["new", "a", "--yes", "--format", "json"]).directory("bin");
    let ran = with_git(ran).exits(0);
    assert!(
        ran.json()["data"]["warnings"][0].as_str().is_some_and(|text| text.contains("there is no `git` on the path"))
    );
    assert_eq!(ran.json()["data"]["git"]["init"], false);
}

/// Lets the program find no git but the one in `bin`, if there is one.
fn with_git(session: super::session::Session) -> super::session::Session {
    let bin = session.path().join("bin");
    session
        .prepare(|path| {
            use std::os::unix::fs::PermissionsExt;
            let git = path.join("bin/git");
            if git.exists() {
                std::fs::set_permissions(git, std::fs::Permissions::from_mode(0o755)).expect("set");
            }
        })
        .env("PATH", std::env::join_paths([bin.as_path(), "/bin/nowhere".as_ref()]).expect("a path"))
}

#[test]
fn variables_of_a_git_hook_do_not_lead_it_astray() {
    let ran = restwell(["new", "a", "--yes"]).env("GIT_DIR", "/nowhere/else").env("GIT_WORK_TREE", "/nowhere").exits(0);
    assert!(ran.path().join("a/.git").is_dir());
}

#[test]
fn a_path_through_a_link_of_the_users_is_followed() {
    let ran = shell("mkdir real && ln -s real link && restwell new link/a --yes --no-git").exits(0);
    assert!(ran.path().join("real/a/Cargo.toml").exists());
}
