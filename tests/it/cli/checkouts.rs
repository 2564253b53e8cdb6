//! Projects that hold other checkouts, or are checked out with other line ends.

use std::fs;
use std::path::Path;

use super::project::{files, inside};
use super::session::{Listing, Ran, listing, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0)
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in listing(from).into_iter().filter_map(|(path, bytes)| Some((path, bytes?))) {
        let place = to.join(path);
        fs::create_dir_all(place.parent().expect("a parent")).expect("made");
        fs::write(place, bytes).expect("written");
    }
}

/// A deleted file did not move to a similar one in a worktree or in another project.
#[test]
fn files_of_other_checkouts_are_never_changed() {
    for (other, mark) in [(".worktrees/feature", Some(".git")), ("services/other", None)] {
        let project = project();
        let root = project.path().join("shop-api");
        let outside = project.path().join("copy");
        copy(&root, &outside);
        copy(&outside, &root.join(other));
        if let Some(mark) = mark {
            fs::remove_dir_all(root.join(other).join(".restwell")).expect("removed");
            fs::write(root.join(other).join(mark), "gitdir: elsewhere\n").expect("written");
        }
        let before = listing(&root.join(other));
        for path in ["docs/limits.md", "docs/decisions/cache-memory.md"] {
            fs::remove_file(root.join(path)).expect("removed");
        }
        inside(&project, ["set", "cache=redis", "--no-check", "--verbose"]).exits(0).never_says(other);
        assert!(listing(&root.join(other)) == before, "{other}");
        inside(&project, ["status"]).exits(0).prints("docs/limits.md");
    }
}

/// A checkout of a project in which every file has CRLF, also the scripts.
fn with_crlf(project: &Ran) -> Listing {
    let root = project.path().join("shop-api");
    for (path, bytes) in files(project) {
        let Some(bytes) = bytes.filter(|_| !path.starts_with(".restwell")) else { continue };
        let text = String::from_utf8(bytes).expect("text");
        fs::write(root.join(path), text.replace('\n', "\r\n")).expect("written");
    }
    files(project)
}

#[test]
fn line_ends_of_a_checkout_are_no_edit_of_a_lock_and_none_in_a_plan() {
    let project = project();
    let before = with_crlf(&project);
    let run = inside(&project, ["set", "cache=redis", "--no-check", "--dry-run", "--format", "json"]);
    let plan = run.env("PATH", project.path()).exits(0).json();
    for list in ["kept", "merged", "released"] {
        assert_eq!(plan["data"][list], serde_json::json!([]), "{list}");
    }
    inside(&project, ["set", "cache=redis", "--no-check"]).env("PATH", project.path()).exits(0);
    for (path, bytes) in files(&project) {
        let is_old = before.contains_key(&path) && !path.starts_with(".restwell");
        let Some(bytes) = bytes.filter(|_| is_old) else { continue };
        let text = String::from_utf8(bytes).expect("text");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{}", path.display());
    }
}

#[test]
fn a_lock_with_other_line_ends_needs_no_cargo() {
    let project = project();
    let lock = project.path().join("shop-api/Cargo.lock");
    let text = fs::read_to_string(&lock).expect("there");
    fs::write(&lock, text.replace('\n', "\r\n")).expect("written");
    inside(&project, ["set", "cache=redis", "--no-check"]).env("PATH", project.path()).exits(0);
    let text = fs::read_to_string(&lock).expect("there");
    assert!(text.contains("name = \"redis\"\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}
