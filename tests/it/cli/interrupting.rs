//! After a signal at any time the target is absent or complete, nothing is left beside it, no program that restwell started
//! runs on, and the exit code is 130.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::session::{PROGRAM, listing, make_repository, restwell};
use super::waiting::{is_running, wait_for};

/// Starts restwell with a git that never ends, and waits until it is called: all files are staged, none is placed.
fn hanging(directory: &Path, words: &[&str]) -> Child {
    hanging_in("git", "work", directory, words).0
}

/// Starts restwell in a folder with a program that starts another one, as cargo starts rustc, and never ends; waits until
/// it is called. Returns also the process ids of the two.
fn hanging_in(program: &str, folder: &str, directory: &Path, words: &[&str]) -> (Child, Vec<String>) {
    let bin = directory.join("bin");
    fs::create_dir_all(&bin).expect("made");
    let started = directory.join("started");
    // Moved, so that it is complete as soon as it exists.
    let script = format!("#!/bin/sh\nsleep 60 &\necho $$ $! > {0}.new && mv {0}.new {0}\nwait\n", started.display());
    fs::write(bin.join(program), script).expect("written");
    fs::set_permissions(bin.join(program), fs::Permissions::from_mode(0o755)).expect("set");
    let child = Command::new(PROGRAM)
        .args(words)
        .current_dir(directory.join(folder))
        .env_clear()
        .env("PATH", std::env::join_paths([bin.as_path(), "/usr/bin".as_ref(), "/bin".as_ref()]).expect("a path"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let start = Instant::now();
    while !started.exists() {
        assert!(start.elapsed() < Duration::from_secs(20), "{program} was never called");
        std::thread::sleep(Duration::from_millis(5));
    }
    let ids = fs::read_to_string(&started).expect("there").split_whitespace().map(str::to_owned).collect();
    fs::remove_file(started).expect("removed");
    (child, ids)
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().expect("sent");
    assert!(sent.success());
}

fn workplace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("work")).expect("made");
    directory
}

#[test]
fn a_signal_while_writing_leaves_nothing() {
    for name in ["INT", "TERM", "HUP"] {
        let place = workplace();
        let child = hanging(place.path(), &["new", "a", "--yes"]);
        let staged = listing(&place.path().join("work"));
        assert!(staged.keys().any(|path| path.ends_with("Cargo.toml")), "the files are staged");
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{name}: {said}");
        assert_eq!(said.matches("error[RW0801]: interrupted").count(), 1, "{said}");
        assert!(!said.contains("created"), "{said}");
        assert!(listing(&place.path().join("work")).is_empty(), "{name}");
    }
}

#[test]
fn a_signal_while_writing_into_a_directory_leaves_it_unchanged() {
    let place = workplace();
    fs::write(place.path().join("work/Cargo.toml"), "mine").expect("written");
    let before = listing(&place.path().join("work"));
    let child = hanging(place.path(), &["new", ".", "--yes", "--force", "--format", "json"]);
    signal(&child, "TERM");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(object["error"]["code"], "RW0801");
    assert_eq!(listing(&place.path().join("work")), before);
}

#[test]
fn a_signal_while_cargo_runs_ends_cargo_and_its_programs_and_leaves_the_project_unchanged() {
    let project = restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0);
    let root = project.path().join("shop-api");
    let crate_of_the_user = |manifest: &str| manifest.replacen("[dependencies]", "[dependencies]\nstrsim = \"99\"", 1);
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("there");
    let lines: [(&str, &[&str]); 3] = [
        ("check", &["set", "cache=redis"]),
        ("check", &["generate", "resource", "orders", "number:string"]),
        ("lock", &["set", "cache=redis", "--no-check"]),
    ];
    for ((what, words), name) in lines.iter().flat_map(|line| ["INT", "TERM", "HUP"].map(|name| (*line, name))) {
        let text = if what == "lock" { crate_of_the_user(&manifest) } else { manifest.clone() };
        fs::write(root.join("Cargo.toml"), text).expect("written");
        let before = listing(&root);
        let (child, cargo_and_rustc) = hanging_in("cargo", "shop-api", project.path(), words);
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{words:?}, {name}: {said}");
        assert_eq!(said.matches("error[RW0801]: interrupted").count(), 1, "{words:?}, {name}: {said}");
        let is_over = cargo_and_rustc.iter().all(|id| !is_running(id));
        assert!(is_over, "{words:?}, {name}: one of {cargo_and_rustc:?} runs on");
        let files = |listing: super::session::Listing| -> Vec<_> {
            listing.into_iter().filter(|(path, _)| !path.ends_with("undo")).collect()
        };
        assert!(files(listing(&root)) == files(before), "{words:?}, {name}: the project is changed");
    }
}

/// No file is written at that time, so restwell ends at once.
#[test]
fn a_signal_while_git_is_asked_about_the_target_ends_git() {
    let place = workplace();
    make_repository(&place.path().join("work"));
    let (child, git) = hanging_in("git", "work", place.path(), &["new", "a", "--yes"]);
    signal(&child, "TERM");
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(130));
    let is_over = wait_for(|| git.iter().all(|id| !is_running(id)).then_some(()));
    assert!(is_over.is_some(), "one of {git:?} runs on");
}

#[test]
fn a_kill_while_writing_leaves_the_target_absent_and_the_next_run_cleans_up() {
    let place = workplace();
    let mut child = hanging(place.path(), &["new", "a", "--yes"]);
    child.kill().expect("killed");
    child.wait().expect("it ends");
    let left = fs::read_dir(place.path().join("work")).expect("there").count();
    assert_eq!(left, 1, "the staging folder");
    let ran = Command::new(PROGRAM)
        .args(["new", "b", "--yes", "--no-git"])
        .current_dir(place.path().join("work"))
        .output()
        .expect("it starts");
    assert!(ran.status.success());
    let names: Vec<_> =
        fs::read_dir(place.path().join("work")).expect("there").map(|entry| entry.expect("one").file_name()).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn a_signal_while_reading_answers_ends_at_once() {
    let place = workplace();
    let child = Command::new(PROGRAM)
        .args(["new", "a", "--yes", "--answers", "-"])
        .current_dir(place.path().join("work"))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // Long enough for the handler to be installed; the program then waits for input.
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "TERM");
    let start = Instant::now();
    let mut child = child;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "it did not end");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(130));
    assert!(listing(&place.path().join("work")).is_empty());
}
