//! `undo` and `redo` in a repository with branches: the history of restwell is one, the files are those of a branch.

use std::process::Command;

use super::project::{files as all_files, inside};
use super::session::{Listing, Ran, make_repository, restwell};

/// A repository whose branch `main` has a fresh project.
fn project() -> Ran {
    let project = restwell(["new", "shop-api", "--preset", "minimal", "--no-git"]).exits(0);
    make_repository(&project.path().join("shop-api"));
    git(&project, "checkout -q -b main");
    commit(&project);
    project
}

/// The files without those of git.
fn files(project: &Ran) -> Listing {
    let mut files = all_files(project);
    files.retain(|path, bytes| !path.starts_with(".git") && bytes.is_some());
    files
}

fn git(project: &Ran, words: &str) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(words.split(' '));
    let done = command.current_dir(project.path().join("shop-api")).status().expect("git");
    assert!(done.success(), "git {words}");
}

fn commit(project: &Ran) {
    git(project, "add -A");
    git(project, "commit -q -m change");
}

#[test]
fn a_change_of_another_branch_is_not_taken_back_here() {
    let project = project();
    git(&project, "checkout -q -b gitlab");
    inside(&project, ["set", "ci=gitlab", "--no-check"]).exits(0);
    commit(&project);
    git(&project, "checkout -q main");
    inside(&project, ["set", "deploy=systemd", "--no-check"]).exits(0);
    commit(&project);
    git(&project, "checkout -q gitlab");
    for words in [&["undo"][..], &["undo", "--to", "1"], &["undo", "--dry-run"]] {
        let mut run = inside(&project, []);
        run.command().args(words);
        let ran = run.exits(7).writes_nothing();
        ran.says("error[RW0807]: the project was changed otherwise since `set deploy=systemd`; nothing was written\n")
            .says("  try: restwell undo --list\n");
    }
    inside(&project, ["status", "--check"]).exits(0);
    git(&project, "checkout -q main");
    inside(&project, ["undo"]).exits(0);
    git(&project, "checkout -q -f gitlab");
    inside(&project, ["redo"]).exits(7).says("error[RW0807]").writes_nothing();
    inside(&project, ["status", "--check"]).exits(0);
}

#[test]
fn an_undo_that_changes_nothing_leaves_the_change_in_the_history() {
    let project = project();
    git(&project, "checkout -q -b gitlab");
    let before = files(&project);
    inside(&project, ["set", "ci=gitlab", "--no-check"]).exits(0);
    let after = files(&project);
    commit(&project);
    git(&project, "checkout -q main");
    inside(&project, ["undo"]).exits(0).says("nothing to change").says("restwell undo --list").writes_nothing();
    git(&project, "checkout -q gitlab");
    inside(&project, ["undo"]).exits(0).says("make it again");
    assert_eq!(files(&project), before);
    git(&project, "checkout -q -f gitlab");
    inside(&project, ["redo"]).exits(0).says("nothing to change").writes_nothing();
    git(&project, "checkout -q -f main");
    inside(&project, ["redo"]).exits(0).says("take it back");
    assert_eq!(files(&project), after);
}
