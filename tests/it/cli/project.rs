//! `status` and `diff`: a project that exists, seen from inside.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::session::{Listing, Ran, Session, listing, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--yes", "--no-git"]).exits(0)
}

/// Restwell inside the project.
pub(super) fn inside<const N: usize>(project: &Ran, words: [&str; N]) -> Session {
    project.then(words).inside("shop-api")
}

/// The files without those of the journal.
pub(super) fn files(project: &Ran) -> Listing {
    let mut files = listing(&project.path().join("shop-api"));
    files.retain(|path, _| !path.starts_with(".restwell/undo"));
    files
}

fn append(path: &Path, text: &str) {
    let before = fs::read_to_string(path).expect("there");
    fs::write(path, before + text).expect("written");
}

#[test]
fn a_project_without_edits_does_not_differ() {
    let project = project();
    inside(&project, ["status", "--check"]).exits(0).prints("edited by you: nothing\n").writes_nothing();
    inside(&project, ["diff", "--check"]).exits(0).prints_nothing().writes_nothing();
    inside(&project, ["diff", "--new", "--check"]).exits(0).prints_nothing().writes_nothing();
    let status = inside(&project, ["status", "--format", "json"]).exits(0).json();
    assert_eq!(status["data"]["edits"], serde_json::json!([]));
    assert_eq!(status["data"]["update"], serde_json::json!([]));
    let new =
        project.then(["new", "b", "--yes", "--name", "shop-api", "--dry-run", "--format", "json"]).exits(0).json();
    assert_eq!(status["data"]["base"]["digest"], new["data"]["digest"]);
}

#[test]
fn the_project_is_found_from_a_directory_in_it_and_paths_are_relative() {
    let project = project();
    append(&project.path().join("shop-api/src/app.rs"), "// mine\n");
    let run = project.then(["diff", "--stat", "app.rs"]).inside("shop-api/src");
    assert_eq!(run.exits(0).stdout(), "src/app.rs  +1 −0\n");
    let run = project.then(["diff", "--stat", "../docs"]).inside("shop-api/src");
    run.exits(0).prints_nothing();
    project.then(["diff", "../../elsewhere"]).inside("shop-api/src").exits(2).says("error[RW0112]");
}

#[test]
fn line_ends_that_git_converted_are_no_edit() {
    let project = project();
    let path = project.path().join("shop-api/src/app.rs");
    let text = fs::read_to_string(&path).expect("there");
    fs::write(&path, text.replace('\n', "\r\n")).expect("written");
    inside(&project, ["status", "--check"]).exits(0);
}

#[test]
fn what_is_no_file_of_restwell_is_told_and_never_read_through_a_link() {
    let project = project();
    let path = project.path().join("shop-api");
    fs::rename(path.join("docs"), project.path().join("docs")).expect("moved");
    symlink(project.path().join("docs"), path.join("docs")).expect("linked");
    fs::remove_file(path.join("README.md")).expect("removed");
    fs::create_dir(path.join("README.md")).expect("made");
    fs::set_permissions(path.join("justfile"), fs::Permissions::from_mode(0o755)).expect("set");
    let ran = inside(&project, ["status", "--check"]).exits(6);
    let stdout = ran.stdout();
    for line in ["README.md", "docs/limits.md"] {
        assert!(stdout.lines().any(|told| told.trim().starts_with(line) && told.ends_with("not a file")), "{stdout}");
    }
    assert!(stdout.lines().any(|told| told.trim().starts_with("justfile") && told.ends_with("mode")), "{stdout}");
}

#[test]
fn conflict_markers_are_a_difference() {
    let project = project();
    append(&project.path().join("shop-api/README.md"), "<<<<<<< yours\na\n=======\nb\n>>>>>>> new\n");
    inside(&project, ["status", "--check"]).exits(6).says("`README.md` has conflict markers");
}

#[test]
fn a_choice_that_the_receipt_asks_for_is_a_difference() {
    let project = project();
    let path = project.path().join("shop-api/restwell.toml");
    let text = fs::read_to_string(&path).expect("there");
    fs::write(&path, text.replace("cache = \"memory\"", "cache = \"redis\"")).expect("written");
    inside(&project, ["status"]).exits(0).prints("`restwell.toml` asks for cache: memory → redis\n");
    fs::write(&path, text.replace("cache = ", "cahce = ")).expect("written");
    inside(&project, ["status"]).exits(2).says("error[RW0104]");
}

#[test]
fn a_resource_that_the_receipt_asks_for_is_a_difference() {
    let project = project();
    let path = project.path().join("shop-api/restwell.toml");
    let without = fs::read_to_string(&path).expect("there");
    let told = |told: &str| {
        let told = format!("`restwell.toml` asks for resource orders: {told}");
        inside(&project, ["status"]).exits(0).prints(&format!("{told}\n"));
        inside(&project, ["status", "--check"]).exits(6).says(&told);
    };
    fs::write(&path, without.clone() + "\n[[resource]]\nname = \"orders\"\nfields = [\"a:int\"]\n").expect("written");
    told("none → a:int");
    inside(&project, ["set", "--no-check"]).exits(0);
    inside(&project, ["status", "--check"]).exits(0);
    let with = fs::read_to_string(&path).expect("there");
    fs::write(&path, with.replace("\"a:int\"", "\"a:int\", \"b:int\"")).expect("written");
    told("a:int → a:int b:int");
    fs::write(&path, &without).expect("written");
    told("a:int → none");
    let object = inside(&project, ["status", "--format", "json"]).exits(0).json();
    let expected = serde_json::json!([{ "name": "orders", "from": ["a:int"], "to": null }]);
    assert_eq!(object["data"]["asked_resources"], expected);
}

#[test]
fn a_base_that_does_not_match_is_an_error_and_never_a_guess() {
    let project = project();
    let path = project.path().join("shop-api/.restwell/base");
    let base = fs::read_to_string(&path).expect("text");
    let broken = |from: &str, to: &str, says: &str| {
        fs::write(&path, base.replacen(from, to, 1)).expect("written");
        inside(&project, ["status"]).exits(1).says("error[RW0604]").says(says).writes_nothing();
        inside(&project, ["diff"]).exits(1).says("error[RW0604]").writes_nothing();
    };
    broken("restwell-base 1", "restwell-base 2", "does not start like a base");
    broken("stack sqlite-", "stack oracle-", "does not know the stack `oracle-");
    broken("stack ", "<<<<<<< HEAD\nstack ", "git merged two versions of it");
    broken("\ndigest ", "\ndigest 0", "its files do not give its digest");
    broken("//! ", "//? ", "the length or the hash of ");
    broken("\n", "\r\n", "does not start like a base");
    let half = &base.as_bytes()[..base.len() / 2];
    fs::write(&path, half).expect("written");
    inside(&project, ["status"]).exits(1).says("error[RW0604]");
    fs::remove_file(&path).expect("removed");
    inside(&project, ["status"]).exits(1).says("error[RW0603]");
}

/// The patch of the user's edits turns the project as it was generated into the project as it is.
#[test]
fn git_applies_the_patch() {
    let (edited, fresh) = (project(), project());
    let path = edited.path().join("shop-api");
    append(&path.join("src/app.rs"), "// mine");
    fs::remove_file(path.join("docs/limits.md")).expect("removed");
    fs::set_permissions(path.join("justfile"), fs::Permissions::from_mode(0o755)).expect("set");
    let patch = fresh.path().join("edits.patch");
    fs::write(&patch, inside(&edited, ["diff"]).exits(0).stdout()).expect("written");
    let applied = Command::new("git").arg("apply").arg(&patch).current_dir(fresh.path().join("shop-api")).output();
    let applied = applied.expect("git");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    fs::remove_file(patch).expect("removed");
    assert_eq!(fresh.listing(), edited.listing());
}

#[test]
fn what_a_value_would_change_is_what_it_renders() {
    let project = project();
    let other = restwell(["new", "shop-api", "--yes", "--no-git", "--cache", "redis"]).exits(0);
    let patch = project.path().join("set.patch");
    fs::write(&patch, inside(&project, ["diff", "--set", "cache=redis"]).exits(0).stdout()).expect("written");
    let applied = Command::new("git").arg("apply").arg(&patch).current_dir(project.path().join("shop-api")).output();
    let applied = applied.expect("git");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    fs::remove_file(patch).expect("removed");
    fs::copy(other.path().join("shop-api/.restwell/base"), project.path().join("shop-api/.restwell/base"))
        .expect("copied");
    assert_eq!(project.listing(), other.listing());
    inside(&project, ["diff", "--set", "database=none", "--set", "cache=redis"]).exits(3).says("error[RW0301]");
    let twice = ["diff", "--stat", "--set", "cache=redis", "--set", "cache=none"];
    inside(&project, twice).exits(2).says("error[RW0108]").says("restwell diff --stat --set cache=none\n");
}

#[test]
fn a_deleted_file_is_listed_after_a_change_too_and_adopt_takes_it_back() {
    let project = project();
    let fresh = fs::read(project.path().join("shop-api/README.md")).expect("there");
    fs::remove_file(project.path().join("shop-api/README.md")).expect("removed");
    for deploy in ["deploy=fly", "deploy=none"] {
        inside(&project, ["status"]).exits(0).prints("edited by you: 1 file\n  README.md  deleted\n");
        inside(&project, ["diff", "--stat"]).exits(0).prints("README.md  deleted +0 −");
        inside(&project, ["set", deploy, "--no-check"]).exits(0).says("stay away");
    }
    inside(&project, ["set", "deploy=compose", "--no-check"]).exits(0);
    // One that the user wrote again is compared with what restwell would write.
    fs::write(project.path().join("shop-api/README.md"), "# Ours\n").expect("written");
    inside(&project, ["status", "--check"]).exits(6).says("`README.md`: edited");
    inside(&project, ["adopt", "README.md"]).exits(0);
    assert_eq!(fs::read(project.path().join("shop-api/README.md")).expect("there"), fresh);
    inside(&project, ["status", "--check"]).exits(0);
    inside(&project, ["set", "deploy=fly", "--no-check"]).exits(0).never_says("stay away");
    assert_ne!(fs::read(project.path().join("shop-api/README.md")).expect("there"), fresh);
}
