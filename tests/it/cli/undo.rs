//! `adopt`, `undo` and `redo`: changes of a project, taken back with bytes and modes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::project::{files, inside};
use super::session::{Ran, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "minimal", "--no-git"]).exits(0)
}

fn edit(path: &Path) {
    let text = fs::read_to_string(path).expect("there");
    fs::write(path, text + "\n// mine\n").expect("written");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn adopting_gives_the_applied_files_and_undo_the_edits() {
    let project = project();
    let fresh = files(&project);
    let path = project.path().join("shop-api");
    edit(&path.join("src/app.rs"));
    fs::set_permissions(path.join("src/app.rs"), fs::Permissions::from_mode(0o640)).expect("set");
    fs::remove_file(path.join("README.md")).expect("removed");
    let edited = files(&project);
    let dry = inside(&project, ["adopt", ".", "--dry-run", "--format", "json"]).exits(0).writes_nothing().json();
    let real = inside(&project, ["adopt", ".", "--format", "json"]).exits(0).json();
    assert_eq!(dry, real);
    assert_eq!(files(&project), fresh);
    assert_eq!(mode(&path.join("src/app.rs")), 0o640, "permissions are the user's");
    inside(&project, ["undo", "--dry-run"]).exits(0).writes_nothing();
    inside(&project, ["undo"]).exits(0).says("undo: adopt .\n").says("make it again: restwell redo");
    assert_eq!(files(&project), edited);
    assert_eq!(mode(&path.join("src/app.rs")), 0o640);
    inside(&project, ["undo"]).exits(2).says("error[RW0113]: there is no change to take back").writes_nothing();
    inside(&project, ["redo"]).exits(0);
    assert_eq!(files(&project), fresh);
    inside(&project, ["redo"]).exits(2).says("error[RW0113]").writes_nothing();
    inside(&project, ["undo", "--list"]).exits(0).prints("   1  made    adopt .  (").writes_nothing();
    inside(&project, ["undo"]).exits(0);
    assert_eq!(files(&project), edited);
    inside(&project, ["undo", "--list"]).exits(0).prints("   2  undone  adopt .  (");
}

#[test]
fn an_edit_after_a_change_is_merged_or_stops_the_undo() {
    let project = project();
    let path = project.path().join("shop-api/src/app.rs");
    let applied = fs::read_to_string(&path).expect("there");
    fs::write(&path, format!("// mine\n{applied}")).expect("written");
    inside(&project, ["adopt", "src/app.rs"]).exits(0);
    fs::write(&path, format!("{applied}// later\n")).expect("written");
    inside(&project, ["undo"]).exits(0);
    assert_eq!(fs::read_to_string(&path).expect("there"), format!("// mine\n{applied}// later\n"));
    inside(&project, ["redo"]).exits(0);
    fs::write(&path, format!("// other\n{applied}")).expect("written");
    let before = files(&project);
    inside(&project, ["undo"]).exits(7).says("error[RW0803]").says("  try: restwell diff src/app.rs\n");
    project.then(["undo"]).inside("shop-api/src").exits(7).says("  try: restwell diff app.rs\n");
    assert_eq!(files(&project), before);
}

#[test]
fn nothing_to_adopt_is_no_change() {
    let project = project();
    inside(&project, ["adopt", "src"]).exits(0).says("nothing to change").writes_nothing();
}

/// A run that was killed after the commit point: `status` tells it and writes nothing, the next change finishes it.
#[test]
fn an_interrupted_change_is_told_and_finished_by_the_next_command() {
    let project = project();
    let root = project.path().join("shop-api");
    edit(&root.join("src/app.rs"));
    let edited = fs::read_to_string(root.join("src/app.rs")).expect("there");
    inside(&project, ["adopt", "src"]).exits(0);
    let after = files(&project);
    fs::rename(root.join(".restwell/undo/1/done"), root.join(".restwell/undo/1/journal")).expect("renamed");
    fs::write(root.join("src/app.rs"), &edited).expect("written");
    inside(&project, ["status", "--check"]).exits(6).says("change 1 was interrupted").writes_nothing();
    inside(&project, ["adopt", "README.md"]).exits(0);
    assert_eq!(files(&project), after);
    inside(&project, ["undo"]).exits(0);
    assert_eq!(fs::read_to_string(root.join("src/app.rs")).expect("there"), edited);
}

#[test]
fn several_changes_are_taken_back_at_once_or_none_is() {
    let project = project();
    let path = project.path().join("shop-api/src/app.rs");
    let fresh = files(&project);
    inside(&project, ["set", "monitoring=prometheus", "--no-check"]).exits(0);
    let first = files(&project);
    edit(&path);
    inside(&project, ["adopt", "src"]).exits(0);
    inside(&project, ["set", "auth=none", "upstream=http", "--no-check"]).exits(0);
    let last = files(&project);
    inside(&project, ["undo", "--to", "4"]).exits(2).says("there is no change 4 to take back").writes_nothing();
    let dry = inside(&project, ["undo", "--to", "2", "--dry-run", "--format", "json"]).exits(0).writes_nothing().json();
    let real = inside(&project, ["undo", "--to", "2", "--format", "json"]).exits(0).json();
    assert_eq!(dry, real);
    assert_eq!(real["data"]["title"], "set auth=none upstream=http, adopt src");
    let mut edited = first.clone();
    edited.insert("src/app.rs".into(), fs::read(&path).ok());
    assert_eq!(files(&project), edited);
    assert!(fs::read_to_string(&path).expect("there").ends_with("// mine\n"));
    let paths = real["data"]["files"].as_array().expect("a list").iter().map(|file| file["path"].as_str());
    let changed: Vec<Option<&str>> = paths.collect();
    assert!(changed.contains(&Some("src/app.rs")) && changed.contains(&Some("restwell.toml")), "{changed:?}");
    inside(&project, ["undo", "--list"]).exits(0).prints("   4  undone  set auth=none upstream=http, adopt src  (");
    inside(&project, ["redo"]).exits(0);
    assert_eq!(files(&project), last);
    // Each of them can be taken back alone.
    inside(&project, ["undo"]).exits(0).says("undo: set auth=none upstream=http\n");
    inside(&project, ["redo"]).exits(0);
    assert_eq!(files(&project), last);
    // An edit that meets the oldest of them: nothing is taken back.
    let readme = project.path().join("shop-api/README.md");
    let text = fs::read_to_string(&readme).expect("there");
    fs::write(&readme, text.replace("rometheus", "rometheus of ours")).expect("written");
    let before = files(&project);
    inside(&project, ["undo", "--to", "1"]).exits(7).says("README.md");
    assert_eq!(files(&project), before);
    fs::write(&readme, text).expect("written");
    inside(&project, ["undo", "--to", "1"]).exits(0);
    let mut edited = fresh;
    edited.insert("src/app.rs".into(), fs::read(&path).ok());
    assert_eq!(files(&project), edited);
}

#[test]
fn ten_changes_can_be_taken_back_and_made_again() {
    let project = project();
    let mut states = Vec::new();
    for path in ["justfile", "src", "docs", "README.md", "tests", "Cargo.toml"] {
        states.push(files(&project));
        inside(&project, ["release", path]).exits(0);
        states.push(files(&project));
        inside(&project, ["adopt", path]).exits(0);
    }
    let last = files(&project);
    for undone in 1..=10 {
        inside(&project, ["undo"]).exits(0);
        assert_eq!(files(&project), states[12 - undone]);
    }
    inside(&project, ["undo"]).exits(2).says("error[RW0113]").writes_nothing();
    for redone in 1..10 {
        inside(&project, ["redo"]).exits(0);
        assert_eq!(files(&project), states[2 + redone]);
    }
    inside(&project, ["redo"]).exits(0);
    assert_eq!(files(&project), last);
    inside(&project, ["redo"]).exits(2).says("error[RW0113]").writes_nothing();
}

#[test]
fn a_file_that_is_in_the_end_as_before_is_not_reported() {
    let project = project();
    inside(&project, ["release", "justfile"]).exits(0);
    inside(&project, ["adopt", "justfile"]).exits(0);
    inside(&project, ["undo", "--to", "1"]).exits(0).says("nothing to change").never_says("restwell.toml");
    inside(&project, ["undo", "--list"]).exits(0).prints("   3  undone  adopt justfile, release justfile  (0 files)\n");
}

#[test]
fn the_list_counts_one_file_and_has_no_gap_after_a_command_without_arguments() {
    let project = project();
    let receipt = project.path().join("shop-api/restwell.toml");
    let text = fs::read_to_string(&receipt).expect("there");
    fs::write(&receipt, text.replace("ci = \"none\"", "ci = \"github\"")).expect("written");
    inside(&project, ["set", "--no-check"]).exits(0);
    edit(&project.path().join("shop-api/src/app.rs"));
    inside(&project, ["adopt", "src/app.rs"]).exits(0);
    let ran = inside(&project, ["undo", "--list"]).exits(0);
    assert!(
        ran.stdout().starts_with("   2  made    adopt src/app.rs  (1 file)\n   1  made    set  ("),
        "{}",
        ran.stdout()
    );
}
