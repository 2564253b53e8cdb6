//! What is in the way of a change of a project is found before anything is written.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use super::project::inside;
use super::session::{Ran, restwell};
use super::writing::{is_root, unprivileged};

const SET: [&str; 3] = ["set", "deploy=systemd", "--no-check"];

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "minimal", "--no-git"]).exits(0)
}

#[test]
fn what_is_in_the_way_of_a_new_file_is_named_and_the_next_command_runs() {
    type Prepare = fn(&Path);
    let cases: [(Prepare, i32, &str); 4] = [
        (
            |deploy| fs::write(deploy.join("systemd"), "mine").expect("written"),
            5,
            "error[RW0503]: `deploy/systemd` is a file, and a directory is needed there\n",
        ),
        (
            |deploy| symlink("../docs", deploy.join("systemd")).expect("linked"),
            5,
            "error[RW0502]: `deploy/systemd` is a symbolic link\n",
        ),
        (
            |deploy| fs::create_dir_all(deploy.join("systemd/app@.service")).expect("made"),
            5,
            "error[RW0503]: `deploy/systemd/app@.service` is a directory, and a file is needed there\n",
        ),
        (
            |deploy| symlink("nowhere", deploy.join("systemd")).expect("linked"),
            5,
            "error[RW0502]: `deploy/systemd` is a symbolic link\n",
        ),
    ];
    for (prepare, code, says) in cases {
        let project = project();
        let deploy = project.path().join("shop-api/deploy");
        fs::create_dir_all(&deploy).expect("made");
        prepare(&deploy);
        inside(&project, SET).exits(code).says(says).writes_nothing();
        inside(&project, ["set", "deploy=systemd", "--dry-run"]).exits(code).says(says).writes_nothing();
        inside(&project, ["release", "README.md"]).exits(0);
    }
}

#[test]
fn adopting_names_what_is_in_the_way() {
    let project = project();
    let root = project.path().join("shop-api");
    fs::rename(root.join("src"), root.join("ours")).expect("moved");
    symlink("ours", root.join("src")).expect("linked");
    inside(&project, ["adopt", "."]).exits(5).says("error[RW0502]: `src` is a symbolic link\n").writes_nothing();
    fs::remove_file(root.join("src")).expect("removed");
    fs::write(root.join("src"), "mine").expect("written");
    inside(&project, ["adopt", "."]).exits(5).says("error[RW0503]: `src` is a file, and").writes_nothing();
    inside(&project, ["status", "--check"]).exits(6).says("`src/main.rs`: not a file");
}

/// Gives a directory with all that is in it to the user without privileges.
fn give_away(path: &Path) {
    for entry in fs::read_dir(path).expect("readable") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("known").is_dir() {
            give_away(&entry.path());
        } else {
            chown(entry.path(), Some(65_534), Some(65_534)).expect("given");
        }
    }
    chown(path, Some(65_534), Some(65_534)).expect("given");
}

#[test]
fn a_directory_that_cannot_be_written_is_named_and_the_next_command_runs() {
    let project = project();
    let root = project.path().join("shop-api");
    if is_root() {
        give_away(project.path());
    }
    for folder in ["docs", "src", ""] {
        let path = root.join(folder);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).expect("set");
        let shown = if folder.is_empty() { "." } else { folder };
        let says = format!("error[RW0601]: could not write into `{shown}`\n  because: permission denied");
        unprivileged(inside(&project, ["set", "deploy=systemd", "cache=redis", "--no-check"])).exits(1).says(&says);
        unprivileged(inside(&project, ["status", "--check"])).exits(0);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
    }
    unprivileged(inside(&project, SET)).exits(0);
}
