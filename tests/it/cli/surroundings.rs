//! A project inside a git repository, and git itself.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::session::{Listing, listing, make_repository, restwell, shell};

#[test]
fn a_project_becomes_a_repository() {
    let ran = restwell(["new", "a", "--yes"]).exits(0).never_says("warning:");
    let status =
        Command::new("git").args(["status", "--porcelain"]).current_dir(ran.path().join("a")).output().expect("git");
    assert!(status.status.success());
    assert!(ran.path().join("a/.git").is_dir());
    let ran = restwell(["new", ".", "--yes"]).inside("b").exits(0);
    assert!(ran.path().join(".git").is_dir());
}

#[test]
fn no_git_is_no_git() {
    let ran = restwell(["new", "a", "--yes", "--no-git", "--format", "json"]).exits(0);
    assert!(!ran.path().join("a/.git").exists());
    assert_eq!(ran.json()["data"]["git"]["init"], false);
    assert!(ran.json()["data"]["replay"].as_str().is_some_and(|line| line.contains(" --no-git")));
}

#[test]
fn inside_a_repository_none_is_nested() {
    let ran = restwell(["new", "x/a", "--yes"]).prepare(make_repository).exits(0);
    assert!(!ran.path().join("x/a/.git").exists());
    ran.says("warning: inside the git repository `").never_says("cargo workspace");
    let ran = restwell(["new", "a", "--yes", "--format", "json"]).prepare(make_repository).exits(0);
    assert_eq!(ran.json()["data"]["git"]["init"], false);
    assert!(ran.json()["data"]["warnings"][0].as_str().is_some_and(|text| text.contains("git repository")));
}

#[test]
fn a_git_failure_is_a_warning() {
    let ran = restwell(["new", "a", "--yes"])
        .file("bin/git", "#!/bin/sh\n/bin/mkdir .git\necho 'fatal: no templates' >&2\nexit 128\n");
    let ran = with_git(ran).exits(0);
    assert!(!ran.path().join("a/.git").exists(), "what git left half-made is gone");
    ran.says("warning: no git repository was created: git failed: fatal: no templates").says("created `a`");
    let ran = restwell(["new", "a", "--yes", "--format", "json"]).directory("bin");
    let ran = with_git(ran).exits(0);
    assert!(
        ran.json()["data"]["warnings"][0].as_str().is_some_and(|text| text.contains("there is no `git` on the path"))
    );
    assert_eq!(ran.json()["data"]["git"]["init"], false);
}

/// Limits the path to `bin`, so that only its git, if any, is found.
fn with_git(session: super::session::Session) -> super::session::Session {
    let bin = session.path().join("bin");
    session
        .prepare(|path| {
            use std::os::unix::fs::PermissionsExt;
            let git = path.join("bin/git");
            if git.exists() {
                std::fs::set_permissions(git, std::fs::Permissions::from_mode(0o755)).expect("set");
            }
        })
        .env("PATH", std::env::join_paths([bin.as_path(), "/bin/nowhere".as_ref()]).expect("a path"))
}

#[test]
fn variables_of_a_git_hook_are_ignored() {
    let ran = restwell(["new", "a", "--yes"]).env("GIT_DIR", "/nowhere/else").env("GIT_WORK_TREE", "/nowhere").exits(0);
    assert!(ran.path().join("a/.git").is_dir());
}

#[test]
fn a_link_above_the_target_is_followed() {
    let ran = shell("mkdir real && ln -s real link && restwell new link/a --yes --no-git").exits(0);
    assert!(ran.path().join("real/a/Cargo.toml").exists());
}

const WORKSPACE: &str = "[workspace]\nmembers = []\n";

fn link(target: &'static str, at: &'static str) -> impl FnOnce(&Path) {
    move |path| symlink(target, path.join(at)).expect("linked")
}

#[test]
fn surroundings_are_those_of_the_real_path() {
    // The README's first command: beside a checkout that is a repository and a workspace.
    let beside = |path: &'static str| {
        restwell(["new", path, "--yes"])
            .file("checkout/Cargo.toml", WORKSPACE)
            .directory("checkout/deep")
            .prepare(|path| make_repository(&path.join("checkout")))
            .inside("checkout/deep")
    };
    let ran = beside("../../a").exits(0).never_says("warning:");
    assert!(ran.path().join("../../a/.git/HEAD").exists());
    let ran = beside("../a").exits(0).says("inside the git repository `").says("inside the cargo workspace `");
    assert!(!ran.path().join("../a/.git").exists());
}

#[test]
fn surroundings_are_found_through_a_link() {
    let into =
        restwell(["new", "link/a", "--yes"]).directory("real/x").prepare(|path| make_repository(&path.join("real")));
    let ran = into.prepare(link("real/x", "link")).exits(0).says("inside the git repository `");
    assert!(!ran.path().join("real/x/a/.git").exists());
    let out = restwell(["new", "link/a", "--yes"]).directory("real").inside("repository").prepare(make_repository);
    let ran = out.prepare(link("../real", "link")).exits(0).never_says("warning:");
    assert!(ran.path().join("../real/a/.git/HEAD").exists());
}

#[test]
fn inside_a_hook_a_project_beside_the_repository_has_its_own() {
    let ran = shell(
        "git init -q work && cd work && printf '#!/bin/sh\nrestwell new ../a --yes\n' > .git/hooks/pre-commit
         chmod +x .git/hooks/pre-commit
         git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m x",
    );
    let ran = ran.exits(0).never_says("warning:");
    assert!(ran.path().join("a/.git/HEAD").exists());
    assert!(ran.path().join("a/Cargo.toml").exists());
}

#[test]
fn an_invalid_git_directory_is_no_repository() {
    for text in ["", "gitdir: /nowhere/at/all\n", "nonsense"] {
        let ran = restwell(["new", "a", "--yes"]).file(".git", text).exits(0).never_says("warning:");
        assert!(ran.path().join("a/.git/HEAD").exists(), "{text}");
    }
    let ran = restwell(["new", "a", "--yes"]).directory(".git").exits(0).never_says("warning:");
    assert!(ran.path().join("a/.git/HEAD").exists());
    restwell(["new", "a", "--yes"]).prepare(link("nowhere", ".git")).exits(0).never_says("warning:");
    // A second work tree and a submodule have a file in its place.
    let ran = shell(
        "git init -q one && cd one
         git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m x
         git worktree add -q ../two && cd ../two && restwell new a --yes",
    );
    ran.exits(0).says("inside the git repository `");
}

#[test]
fn an_empty_git_folder_in_the_target_becomes_a_repository_and_anything_else_stays() {
    let ran = restwell(["new", ".", "--yes"]).inside("a").directory(".git").exits(0).never_says("warning:");
    assert!(ran.path().join(".git/HEAD").exists());
    let ran = restwell(["new", ".", "--yes", "--format", "json"]).inside("a").file(".git", "mine").exits(0);
    assert_eq!(ran.text(".git"), "mine");
    assert_eq!(ran.json()["data"]["git"]["init"], false);
    assert!(ran.json()["data"]["warnings"][0].as_str().is_some_and(|text| text.contains("is not a repository")));
}

#[test]
fn a_path_that_the_repository_ignores_gets_its_own() {
    for (rule, path) in [("scratch/", "scratch/a"), ("/a", "a"), ("a/", "a"), ("*-tmp", "x/a-tmp")] {
        let run = restwell(["new", path, "--yes"]).prepare(make_repository).file(".gitignore", &format!("{rule}\n"));
        let ran = run.exits(0).never_says("warning:");
        assert!(ran.path().join(path).join(".git/HEAD").exists(), "{rule}");
    }
    let run = restwell(["new", "a", "--yes"]).prepare(make_repository).file(".gitignore", "b\n");
    run.exits(0).says("inside the git repository `");
}

#[test]
fn a_directory_above_need_not_be_text() {
    let ran = restwell(["new", "a", "--yes"]);
    let odd = ran.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&odd).expect("made");
    let output = Command::new(super::session::PROGRAM)
        .args(["new", "a", "--yes"])
        .current_dir(&odd)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(odd.join("a/.git/HEAD").exists());
    let output = Command::new(super::session::PROGRAM)
        .args(["new", ".", "--yes", "--name", "b"])
        .current_dir(&odd)
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(5), "it holds a project by now");
}

#[test]
fn a_dangling_link_above_the_target_is_reported() {
    for extra in ["--dry-run", "--no-git"] {
        restwell(["new", "link/x/a", "--yes", extra])
            .prepare(link("nowhere", "link"))
            .exits(5)
            .says("error[RW0502]: `link` is a dangling symbolic link")
            .writes_nothing();
    }
}

#[test]
fn workflows_run_on_the_initial_branch() {
    let ran = restwell(["new", "a", "--yes"]).env("GIT_CONFIG_GLOBAL", "/dev/null").exits(0);
    let head = ran.text("a/.git/HEAD");
    let branch = head.trim().strip_prefix("ref: refs/heads/").expect("a branch");
    let mut filters = 0;
    for entry in fs::read_dir(ran.path().join("a/.github/workflows")).expect("workflows") {
        let text = fs::read_to_string(entry.expect("one").path()).expect("text");
        let workflow: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).expect("YAML");
        if let Some(branches) = workflow["on"]["push"]["branches"].as_sequence() {
            assert!(branches.iter().any(|watched| watched.as_str() == Some(branch)), "{text}");
            filters += 1;
        }
    }
    assert!(filters > 0);
}

/// The files of a project, and of its clone by a git that converts line feeds to CRLF.
fn cloned(change: &str) -> (Listing, Listing) {
    let script = format!(
        "restwell new a --yes --no-git && cd a && {change} && git init -q && git add --all
         git -c user.name=x -c user.email=x@example.org commit -q -m x
         git -c core.autocrlf=true clone -q . ../clone && rm -rf .git ../clone/.git"
    );
    let ran = shell(&script).exits(0);
    (listing(&ran.path().join("a")), listing(&ran.path().join("clone")))
}

/// The checksum of a migration covers its bytes.
#[test]
fn a_clone_has_the_same_bytes_whatever_the_line_endings_of_git() {
    let (project, clone) = cloned("true");
    assert!(project.keys().any(|path| path.starts_with("migrations")), "{:?}", project.keys());
    assert_eq!(project, clone);
    let (project, clone) = cloned("rm .gitattributes");
    assert_ne!(project, clone, "without the attributes git changes them, so this test can fail");
}
