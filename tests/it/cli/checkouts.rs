//! Projects that hold other checkouts.

use std::fs;
use std::path::Path;

use super::project::inside;
use super::session::{Ran, listing, restwell};

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
