//! The disk after a run or a failed run: no partial project, no loss of the user's files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;

use super::session::{Session, make_repository, restwell, shell};

#[test]
fn missing_parents_are_created_with_the_project() {
    let ran = restwell(["new", "x/y/shop-api", "--yes", "--no-git"]).exits(0);
    assert_eq!(ran.names(""), ["x"]);
    assert_eq!(ran.names("x/y"), ["shop-api"]);
}

#[test]
fn an_empty_directory_is_filled_in_place() {
    let ran = restwell(["new", "a", "--yes", "--no-git"]).directory("a").prepare(|path| {
        fs::set_permissions(path.join("a"), fs::Permissions::from_mode(0o700)).expect("set");
    });
    let ran = ran.exits(0);
    assert!(!ran.names("a").iter().any(|name| name.starts_with(".restwell-")));
    let mode = fs::metadata(ran.path().join("a")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "it is the same directory");
    let fresh = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    assert_eq!(ran.listing(), fresh.listing());
}

#[test]
fn a_directory_that_is_not_empty_is_refused_before_any_question() {
    restwell(["new", "a"])
        .file("a/notes.txt", "mine")
        .exits(5)
        .says("error[RW0501]: `a` exists and is not empty\n  because: it contains `notes.txt`\n")
        .writes_nothing();
    restwell(["new", ".", "--yes"]).inside("a").file("notes.txt", "mine").exits(5).writes_nothing();
    restwell(["new", "a", "--yes", "--dry-run"]).file("a/notes.txt", "mine").exits(5).writes_nothing();
}

#[test]
fn a_file_in_the_way_is_never_replaced() {
    restwell(["new", "a", "--yes", "--force"]).file("a", "mine").exits(5).says("error[RW0503]").writes_nothing();
    restwell(["new", "a/b", "--yes", "--force"]).file("a", "mine").exits(5).says("error[RW0503]").writes_nothing();
    restwell(["new", "a", "--yes", "--force"])
        .file("a/src", "mine")
        .exits(5)
        .says("`a/src` is a file")
        .writes_nothing();
    let run = restwell(["new", "a", "--yes", "--force"]).directory("a/Cargo.toml");
    run.exits(5).says("`a/Cargo.toml` is a directory").writes_nothing();
}

#[test]
fn force_lists_what_it_replaces_and_keeps_it() {
    let ran = restwell(["new", "a", "--yes", "--no-git", "--force"])
        .file("a/Cargo.toml", "mine")
        .file("a/Cargo.toml.before-restwell", "older")
        .file("a/notes.txt", "mine too")
        .exits(0);
    assert_eq!(ran.text("a/Cargo.toml.before-restwell-2"), "mine");
    assert_eq!(ran.text("a/Cargo.toml.before-restwell"), "older");
    assert_eq!(ran.text("a/notes.txt"), "mine too");
    assert!(ran.text("a/Cargo.toml").contains("name = \"a\""));
    let (listed, done) = (ran.stderr().find("replaces Cargo.toml"), ran.stderr().find("created"));
    assert!(listed.is_some() && listed < done, "{}", ran.stderr());
}

#[test]
fn an_identical_file_is_no_conflict_and_a_second_run_completes() {
    let ran = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    fs::remove_file(ran.path().join("a/Cargo.toml")).expect("removed");
    let again = ran.then(["new", "a", "--yes", "--no-git", "--force"]).exits(0).never_says("replaces");
    assert!(again.path().join("a/Cargo.toml").exists());
    assert!(!again.names("a").iter().any(|name| name.contains("before-restwell")));
    let twice = ran.then(["new", "a", "--yes", "--no-git", "--force"]).exits(0);
    twice.writes_nothing();
}

#[test]
fn nothing_is_written_through_a_link() {
    let link = |target: &'static str, at: &'static str| {
        restwell(["new", "a", "--yes", "--no-git", "--force"])
            .directory("a")
            .file("outside/kept.txt", "mine")
            .prepare(move |path| symlink(path.join(target), path.join(at)).expect("linked"))
            .exits(5)
            .says("error[RW0502]")
            .writes_nothing();
    };
    link("outside", "a/src");
    link("outside/kept.txt", "a/Cargo.toml");
    link("nowhere", "a/Cargo.toml");
    let run = restwell(["new", "a", "--yes"])
        .directory("real")
        .prepare(|path| symlink("real", path.join("a")).expect("linked"));
    run.exits(5).says("error[RW0502]: `a` is a symbolic link").writes_nothing();
    let run = restwell(["new", "a/", "--yes"])
        .directory("real")
        .prepare(|path| symlink("real", path.join("a")).expect("linked"));
    run.exits(5).says("error[RW0502]").writes_nothing();
    let run = restwell(["new", "a", "--yes"]).prepare(|path| symlink("nowhere", path.join("a")).expect("linked"));
    run.exits(5).says("error[RW0502]").writes_nothing();
}

/// Drops the privilege to write everywhere, which the tests may have.
pub(super) fn unprivileged(mut session: Session) -> Session {
    if is_root() {
        session.command().uid(65_534).gid(65_534);
    }
    session
}

pub(super) fn is_root() -> bool {
    let probe = tempfile::tempdir().expect("a directory");
    fs::set_permissions(probe.path(), fs::Permissions::from_mode(0o500)).expect("set");
    fs::write(probe.path().join("probe"), "").is_ok()
}

fn mode(session: Session, path: &'static str, mode: u32) -> Session {
    session.prepare(move |at| fs::set_permissions(at.join(path), fs::Permissions::from_mode(mode)).expect("set"))
}

#[test]
fn a_read_only_directory_is_unchanged() {
    let run = restwell(["new", "parent/a", "--yes"]).directory("parent");
    let run = unprivileged(mode(mode(run, "parent", 0o555), "", 0o755));
    run.exits(1).says("error[RW0601]: could not create `parent/a`\n  because: permission denied").writes_nothing();
}

#[test]
fn a_read_only_directory_is_refused_before_any_question() {
    let parent = || mode(restwell(["new", "parent/x/a"]).directory("parent"), "parent", 0o555);
    let expected = "error[RW0601]: could not create `parent/x/a`\n  because: permission denied\n";
    unprivileged(mode(parent(), "", 0o755)).exits(1).says(expected).writes_nothing();
    // Its target is filled in place.
    let empty = mode(mode(restwell(["new", "a"]).directory("a"), "a", 0o555), "", 0o755);
    unprivileged(empty).exits(1).says("error[RW0601]: could not create `a`\n").writes_nothing();
    for words in [["--dry-run", "--yes", "--quiet"], ["--yes", "--show", "Cargo.toml"]] {
        let mut run = mode(mode(restwell(["new", "parent/a"]).directory("parent"), "parent", 0o555), "", 0o755);
        run.command().args(words);
        unprivileged(run).exits(0).writes_nothing();
    }
}

/// There root has every permission, and creating a directory fails all the same.
#[test]
fn a_failure_that_no_permission_shows_is_reported_when_writing() {
    restwell(["new", "/proc/a", "--yes", "--no-git"]).exits(1).says("error[RW0601]: could not create `/proc/a`\n");
}

#[test]
fn a_failure_half_way_leaves_a_directory_unchanged() {
    let run =
        restwell(["new", "a", "--yes", "--no-git", "--force"]).file("a/.env.example", "mine").directory("a/tests");
    let run = mode(mode(mode(run, "a", 0o777), "", 0o755), "a/tests", 0o555);
    unprivileged(run).exits(1).says("error[RW0601]").says("because: permission denied").writes_nothing();
}

#[test]
fn a_full_disk_leaves_nothing() {
    // Two kilobytes per file: some files are written before one fails.
    let full = |script: &str| format!("trap '' XFSZ; ulimit -f 4; exec {script}");
    shell(&full("restwell new a --yes --no-git")).exits(1).says("error[RW0601]: could not write `a/").writes_nothing();
    shell(&full("restwell new x/y/a --yes --no-git")).exits(1).says("error[RW0601]").writes_nothing();
    shell(&full("restwell new . --yes --no-git --force"))
        .inside("a")
        .file("Cargo.toml", "mine")
        .exits(1)
        .writes_nothing();
}

#[test]
fn a_staging_folder_left_by_a_kill_is_removed_by_the_next_run() {
    let ran = restwell(["new", "a", "--yes", "--no-git"])
        .file(".restwell-4000000-0.partial/lock", "")
        .file(".restwell-4000000-0.partial/new/b/Cargo.toml", "half")
        .directory(".restwell-4000000-1.partial")
        .exits(0);
    assert_eq!(ran.names(""), ["a"]);
}

#[test]
fn a_folder_that_only_looks_like_staging_is_kept() {
    let ran = restwell(["new", "a", "--yes", "--no-git"])
        .file(".restwell-notes", "mine")
        .file(".restwell-1-0.partial/lock", "")
        .file(".restwell-1-0.partial/mine.txt", "mine")
        .file("elsewhere/lock", "")
        .file("elsewhere/new/kept.txt", "mine")
        .prepare(|path| symlink("elsewhere", path.join(".restwell-2-0.partial")).expect("linked"))
        .exits(0);
    assert_eq!(ran.text(".restwell-1-0.partial/mine.txt"), "mine");
    assert_eq!(ran.text("elsewhere/new/kept.txt"), "mine");
    assert!(ran.path().join(".restwell-notes").exists());
}

#[test]
fn a_staging_folder_in_use_is_kept() {
    let run = restwell(["new", "a", "--yes", "--no-git"])
        .file(".restwell-4000000-0.partial/lock", "")
        .file(".restwell-4000000-0.partial/new/b/Cargo.toml", "half");
    let lock = fs::File::open(run.path().join(".restwell-4000000-0.partial/lock")).expect("there");
    lock.lock().expect("locked");
    let ran = run.exits(0);
    assert_eq!(ran.text(".restwell-4000000-0.partial/new/b/Cargo.toml"), "half");
}

#[test]
fn a_run_that_was_killed_in_an_existing_directory_is_finished_by_the_next() {
    let whole = restwell(["new", "a", "--yes", "--no-git"]).exits(0);
    let manifest = whole.text("a/Cargo.toml");
    let run = |manifest: &str| {
        restwell(["new", ".", "--yes", "--no-git"])
            .inside("a")
            .file(".restwell-4000000-0.partial/lock", "")
            .file(".restwell-4000000-0.partial/new/project/Cargo.toml", "half")
            .file("Cargo.toml", manifest)
    };
    let ran = run(&manifest).exits(0);
    assert_eq!(ran.listing(), whole.listing());
    run("mine").exits(5).writes_nothing();
}

#[test]
fn two_runs_for_one_target_leave_one_whole_project() {
    let ran = shell(
        "mkdir bin; printf '#!/bin/sh\\nsleep 0.3\\n' > bin/git; chmod +x bin/git; PATH=$PWD/bin:$PATH
         restwell new a --yes & restwell new a --yes 2> second; echo $? > code; wait $!; echo $? >> code; rm -r bin",
    );
    let ran = ran.exits(0);
    let mut codes: Vec<String> = ran.text("code").lines().map(str::to_owned).collect();
    codes.sort();
    assert_eq!(codes, ["0", "5"], "{}", ran.text("second"));
    assert!(!ran.names("").iter().any(|name| name.starts_with(".restwell")), "{:?}", ran.names(""));
    assert!(ran.path().join("a/Cargo.toml").exists() && ran.path().join("a/restwell.toml").exists());
}

#[test]
fn files_have_the_permissions_of_the_umask() {
    let ran = shell("umask 027; restwell new a --yes --no-git").exits(0);
    let mode = |path: &str| fs::metadata(ran.path().join(path)).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode("a"), mode("a/Cargo.toml")), (0o750, 0o640));
}

#[test]
fn a_repository_without_files_is_an_empty_target() {
    let run = restwell(["new", ".", "--yes"]).inside("a").prepare(make_repository).file(".git/description", "mine");
    let ran = run.exits(0).never_says("warning:");
    assert_eq!(ran.text(".git/description"), "mine");
    assert!(ran.path().join("Cargo.toml").exists());
}

#[test]
fn a_parent_of_a_missing_directory_does_not_exist() {
    restwell(["new", "x/../a", "--yes"]).exits(1).says("error[RW0601]: could not find `x/../a`").writes_nothing();
    let ran = restwell(["new", "x/../a", "--yes", "--no-git"]).directory("x").exits(0);
    assert_eq!(ran.names(""), ["a", "x"]);
}

#[test]
fn the_obstructing_file_is_reported() {
    restwell(["new", "a/b/c", "--yes"])
        .file("a", "mine")
        .exits(5)
        .says("error[RW0503]: `a` is a file")
        .writes_nothing();
}
