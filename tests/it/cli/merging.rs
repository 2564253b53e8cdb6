//! What a merge needs from outside: another base, rustfmt, cargo.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use super::project::{files, inside};
use super::session::{Ran, Session, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0)
}

fn replace(project: &Ran, path: &str, old: &str, new: &str) {
    let path = project.path().join("shop-api").join(path);
    let text = fs::read_to_string(&path).expect("there");
    assert!(text.contains(old), "{} has no {old}", path.display());
    fs::write(path, text.replacen(old, new, 1)).expect("written");
}

/// With the Rust of the machine, which a test does not have by default.
fn with_rust(run: Session) -> Session {
    homes().into_iter().fold(run, |run, (name, path)| run.env(name, path))
}

fn homes() -> [(&'static str, PathBuf); 2] {
    [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")].map(|(name, folder)| {
        let usual = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(folder);
        (name, std::env::var_os(name).map_or_else(usual, PathBuf::from))
    })
}

#[test]
fn a_lost_base_is_replaced_by_a_rendered_project() {
    for is_old in [false, true] {
        let project = project();
        replace(&project, "README.md", "# shop-api\n", "# The tea shop\n");
        inside(&project, ["new", "../base", "--answers", "restwell.toml", "--no-git"]).exits(0);
        fs::remove_dir_all(project.path().join("shop-api/.restwell")).expect("removed");
        let ran = inside(&project, ["set", "cache=redis"]).exits(1).writes_nothing();
        ran.says("error[RW0603]").says("`restwell update --base ../base`");
        if is_old {
            // A version that wrote no base.
            fs::remove_dir_all(project.path().join("base/.restwell")).expect("removed");
            let receipt = project.path().join("base/restwell.toml");
            let text = fs::read_to_string(&receipt).expect("there");
            fs::write(&receipt, text.replace("cache = ", "cahce = ")).expect("written");
            inside(&project, ["set", "cache=redis", "--base", "../base"]).exits(2).says("../base/restwell.toml");
            fs::write(&receipt, text).expect("written");
        }
        inside(&project, ["set", "cache=redis", "--base", "../bsae"]).exits(1).says("could not look into `../bsae`");
        inside(&project, ["set", "cache=redis", "--base", "src"]).exits(2).says("`src` is no project");
        if !is_old {
            let base = project.path().join("base/.restwell/base");
            let text = fs::read_to_string(&base).expect("there");
            fs::write(&base, text.clone() + "\n").expect("written");
            let ran = inside(&project, ["set", "cache=redis", "--base", "../base"]).exits(1).says("error[RW0604]");
            let ran = ran.says("`../base/.restwell/base` cannot be used");
            assert!(!ran.stderr().contains("git checkout"), "the project itself has no base");
            fs::write(&base, text).expect("written");
        }
        let dry = inside(&project, ["set", "cache=redis", "--no-check", "--base", "../base", "--dry-run"]);
        dry.exits(0).writes_nothing();
        inside(&project, ["set", "cache=redis", "--no-check", "--base", "../base"]).exits(0).says("README.md");
        let fresh = restwell(["new", "shop-api", "--preset", "standard", "--cache", "redis", "--no-git"]).exits(0);
        replace(&fresh, "README.md", "# shop-api\n", "# The tea shop\n");
        assert_eq!(files(&project), files(&fresh), "{is_old}");
    }
}

/// Every file is formatted with an own width: there is no conflict, and what is written has this width.
#[test]
fn own_formatting_is_followed() {
    let project = project();
    let root = project.path().join("shop-api");
    fs::write(root.join("rustfmt.toml"), "max_width = 70\n").expect("written");
    let format = |check: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(["fmt", "--"]).args(check).current_dir(&root).envs(homes());
        cargo.env_remove("RUSTUP_TOOLCHAIN").output().expect("cargo").status.success()
    };
    assert!(format(&[]) && format(&["--check"]));
    replace(&project, "src/app.rs", "//! ", "//! Ours: ");
    let before = files(&project);
    with_rust(inside(&project, ["set", "cache=redis", "auth=jwt", "--no-check"])).exits(0).says(" replaced ");
    assert!(root.join("src/platform/redis.rs").is_file());
    assert!(format(&["--check"]), "every file has the width of the project");
    with_rust(inside(&project, ["set", "cache=memory", "auth=none", "--no-check"])).exits(0);
    let own = |mut files: super::session::Listing| {
        files.retain(|path, _| !path.starts_with(".restwell"));
        files
    };
    let (before, after) = (own(before), own(files(&project)));
    let paths = before.keys().chain(after.keys());
    let differ: Vec<_> = paths.filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

fn edited(project: &Ran) -> Vec<String> {
    let status = with_rust(inside(project, ["status", "--format", "json"])).exits(0).json();
    let edits = status["data"]["edits"].as_array().expect("a list");
    edits.iter().map(|edit| edit["path"].as_str().expect("a path").to_owned()).collect()
}

/// What restwell or the user formatted with an own configuration is no edit, nor after another change of that.
#[test]
fn a_format_is_no_edit() {
    let project = project();
    let root = project.path().join("shop-api");
    let width = |width: u8| fs::write(root.join("rustfmt.toml"), format!("max_width = {width}\n")).expect("written");
    width(70);
    with_rust(inside(&project, ["set", "cache=redis", "--no-check"])).exits(0);
    assert_eq!(edited(&project), ["rustfmt.toml"], "new files are formatted, the others are as they were");
    let format = || Command::new("cargo").arg("fmt").current_dir(&root).envs(homes()).status().expect("cargo");
    assert!(format().success());
    assert_eq!(edited(&project), ["rustfmt.toml"]);
    replace(&project, "src/app.rs", "//! ", "//! Ours: ");
    assert_eq!(edited(&project), ["rustfmt.toml", "src/app.rs"]);
    let diff = with_rust(inside(&project, ["diff", "--stat", "src"])).exits(0);
    assert_eq!(diff.stdout(), "src/app.rs  +1 −1\n");
    with_rust(inside(&project, ["adopt", "src"])).exits(0);
    assert!(format().success());
    assert_eq!(edited(&project), ["rustfmt.toml"]);
    width(80);
    // Not of every file: rustfmt keeps some of the blocks that a narrow width needs.
    let has_edit = |path: &str| edited(&project).iter().any(|edited| edited == path);
    assert!(!has_edit("src/app.rs") && !has_edit("src/platform/redis.rs"), "{:?}", edited(&project));
    with_rust(inside(&project, ["set", "auth=jwt", "--no-check"])).exits(0);
    assert!(!has_edit("src/app.rs") && !has_edit("src/platform/jwt.rs"), "{:?}", edited(&project));
    replace(&project, "src/app.rs", "pub ", "pub  ");
    replace(&project, "src/lib.rs", "pub mod", "pub mod orders;\npub mod");
    assert!(!has_edit("src/app.rs") && has_edit("src/lib.rs"), "{:?}", edited(&project));
}

/// Lines of both sides that meet in one statement are formatted.
#[test]
fn merged_rust_is_formatted() {
    let project = project();
    let root = project.path().join("shop-api");
    replace(&project, "src/lib.rs", "pub mod", "pub mod  orders;\npub mod");
    fs::write(root.join("src/orders.rs"), "//! Orders.\n").expect("written");
    with_rust(inside(&project, ["set", "auth=jwt", "--no-check"])).exits(0);
    let text = fs::read_to_string(root.join("src/lib.rs")).expect("there");
    assert!(text.contains("pub mod  orders;"), "what was not formatted before stays as it is");
    replace(&project, "src/lib.rs", "pub mod  orders;", "pub mod orders;");
    let format = Command::new("cargo").arg("fmt").current_dir(&root).envs(homes()).status().expect("cargo");
    assert!(format.success());
    with_rust(inside(&project, ["set", "auth=none", "upstream=http", "--no-check"])).exits(0).says("src/lib.rs");
    let check = Command::new("cargo").args(["fmt", "--check"]).current_dir(&root).envs(homes()).status();
    assert!(check.expect("cargo").success());
}

fn is_locked(project: &Ran) -> bool {
    let mut cargo = Command::new("cargo");
    // Not offline: a new machine has none of the crates of a project.
    cargo.args(["metadata", "--locked", "--format-version=1", "--quiet"]);
    let root = project.path().join("shop-api");
    cargo.current_dir(root).envs(homes()).output().expect("cargo").status.success()
}

/// A crate that only the manifest has. `strsim` is a crate of restwell itself, so it is on the machine.
#[test]
fn the_lock_fits_after_every_set() {
    for added in ["strsim = \"0.11.1\"\n", "itoa = \"1\"\n"] {
        let project = project();
        replace(&project, "Cargo.toml", "[dependencies]\n", &format!("[dependencies]\n{added}"));
        assert!(!is_locked(&project));
        let words = ["set", "limiter=none", "--no-check"];
        let dry = inside(&project, ["set", "limiter=none", "--no-check", "--dry-run"]);
        with_rust(dry).exits(0).writes_nothing();
        with_rust(inside(&project, words)).exits(0);
        assert!(is_locked(&project), "{added}");
        with_rust(inside(&project, ["undo"])).exits(0);
        assert!(!is_locked(&project), "what was before is back");
    }
}

#[test]
fn a_crate_that_cargo_does_not_find_stops_the_change() {
    let project = project();
    replace(&project, "Cargo.toml", "[dependencies]\n", "[dependencies]\nstrsim = \"99\"\n");
    let run = with_rust(inside(&project, ["set", "cache=none", "--no-check"])).env("CARGO_NET_OFFLINE", "true");
    let before = files(&project);
    run.exits(7).says("error[RW0806]").says("strsim").says("cargo update --workspace");
    assert_eq!(files(&project), before);
    let run = inside(&project, ["set", "cache=none", "--no-check"]).env("PATH", project.path());
    run.exits(7).says("there is no `cargo` on the path");
    assert_eq!(files(&project), before);
}

/// A cargo that logs its arguments and fails where the test says so.
fn cargo(project: &Ran, fails: &str) -> String {
    let bin = project.path().join("bin");
    let log = project.path().join("log");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nif [ \"$1\" = \"{fails}\" ]; then echo 'error: test failed' >&2; exit 101; fi\n",
        log.display()
    );
    fs::create_dir_all(&bin).expect("made");
    fs::write(bin.join("cargo"), script).expect("written");
    fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).expect("set");
    format!("{}:/usr/bin:/bin", bin.display())
}

#[test]
fn the_tests_of_the_result_are_run_if_that_is_asked_for() {
    let project = project();
    let words = ["set", "cache=redis", "--test"];
    let path = cargo(&project, "test");
    let before = files(&project);
    let run = inside(&project, words).env("PATH", path);
    run.exits(7).says("error[RW0804]").says("error: test failed").says("try: restwell set cache=redis\n");
    assert_eq!(files(&project), before);
    let path = cargo(&project, "none");
    inside(&project, words).env("PATH", path).exits(0).says("checked        cargo check and cargo test passed in ");
    let log = fs::read_to_string(project.path().join("log")).expect("there");
    let commands: Vec<&str> = log.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(commands, ["fetch", "check", "test", "fetch", "check", "test"]);
    inside(&project, ["set", "--test", "--no-check"]).exits(2).writes_nothing();
}
