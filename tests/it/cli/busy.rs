//! A project that is changed by two runs at once, or by its user during a run, or on a full disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::project::{files, inside};
use super::session::{PROGRAM, Ran, restwell, shell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0)
}

/// Starts a `set` with a cargo that waits for the file `go`, and waits until it is called: everything is decided, nothing
/// is written.
fn deciding(project: &Ran) -> Child {
    let place = project.path();
    let script = format!("#!/bin/sh\n: > {0}/started\nwhile [ ! -e {0}/go ]; do sleep 0.02; done\n", place.display());
    fs::create_dir_all(place.join("bin")).expect("made");
    fs::write(place.join("bin/cargo"), script).expect("written");
    fs::set_permissions(place.join("bin/cargo"), fs::Permissions::from_mode(0o755)).expect("set");
    let path = [place.join("bin"), "/usr/bin".into(), "/bin".into()];
    let mut command = Command::new(PROGRAM);
    command.args(["set", "cache=redis"]).current_dir(place.join("shop-api")).env_clear();
    command.env("PATH", std::env::join_paths(path).expect("a path")).stdin(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    let start = Instant::now();
    while !place.join("started").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "cargo was never called");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn ends(project: &Ran, child: Child, code: i32) -> String {
    fs::write(project.path().join("go"), "").expect("written");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

#[test]
fn only_one_run_changes_a_project() {
    let project = project();
    inside(&project, ["set", "limiter=none", "--no-check"]).exits(0);
    let before = files(&project);
    let child = deciding(&project);
    for words in [["set", "auth=jwt"], ["undo", "--quiet"], ["adopt", "src"], ["release", "src"], ["update", "--quiet"]]
    {
        inside(&project, words).exits(1).says("error[RW0605]").says("try: restwell ").writes_nothing();
    }
    inside(&project, ["set", "auth=jwt", "--dry-run"]).exits(0);
    inside(&project, ["status", "--check"]).exits(0);
    assert_eq!(files(&project), before);
    assert!(ends(&project, child, 0).contains("checked"));
    inside(&project, ["undo"]).exits(0);
    assert_eq!(files(&project), before);
}

#[test]
fn an_edit_during_a_run_is_never_replaced() {
    let project = project();
    let child = deciding(&project);
    let readme = project.path().join("shop-api/README.md");
    fs::write(&readme, "# Ours\n").expect("written");
    let before = files(&project);
    let said = ends(&project, child, 1);
    assert!(said.contains("error[RW0606]") && said.contains("`README.md`"), "{said}");
    assert_eq!(files(&project), before);
}

#[test]
fn a_full_disk_changes_nothing() {
    let project = project();
    inside(&project, ["set", "limiter=none", "--no-check"]).exits(0);
    // Two kilobytes per file: some files are written before one fails.
    for line in ["set cache=redis --no-check", "undo", "undo --to 1", "update --no-check --base ."] {
        let place = project.path().join("shop-api");
        let run = shell(&format!("cd {}; trap '' XFSZ; ulimit -f 4; exec restwell {line}", place.display()));
        let before = super::session::listing(project.path());
        if line.starts_with("update") {
            run.exits(0).says("nothing to change");
        } else {
            run.exits(1).says("error[RW0601]: could not write `").says("the target is unchanged");
        }
        assert_eq!(super::session::listing(project.path()), before, "{line}");
    }
}
