//! A project inside a cargo workspace.

use std::fs;
use std::path::Path;
use std::process::Command;

use restwell::command_line::quote;

use super::session::restwell;

#[test]
fn inside_a_workspace_the_report_says_that_it_is_separate() {
    let ran = restwell(["new", "a", "--yes", "--no-git"]).file("Cargo.toml", "[workspace]\nmembers = []\n").exits(0);
    assert_eq!(ran.text("Cargo.toml"), "[workspace]\nmembers = []\n");
    ran.says("warning: inside the cargo workspace `");
}

/// Whether cargo can work in a directory.
fn cargo_works(path: &Path) -> Result<(), String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(path)
        .output()
        .expect("cargo starts");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Outer manifests, each with a target.
const OUTER: &[(&str, &str)] = &[
    ("[workspace]\nmembers = [\"in/*\"]\n", "in/api"),
    ("[workspace]\nmembers = [\"in/*\"]\n", "in/deep/api"),
    ("[workspace]\nmembers = [\"in/*\"]\n", "out/api"),
    ("[workspace]\nmembers = [\"in/**\"]\n", "in/deep/api"),
    ("[workspace]\nmembers = [\"./in/../in/a*\"]\n", "in/api"),
    ("[workspace]\nmembers = [\"in/b*\"]\n", "in/api"),
    ("[workspace]\nmembers = [\"in/[a-c]pi\"]\n", "in/api"),
    ("[workspace]\nmembers = [\"*\"]\n", "api"),
    ("[workspace]\nmembers = [\"*/src\"]\n", "api"),
    ("[workspace]\nmembers = [\"in/*\"]\nexclude = [\"in/api\"]\n", "in/api"),
    ("[workspace]\nmembers = [\"in/*\"]\nexclude = [\"in\"]\n", "in/api"),
    ("[workspace]\nmembers = [\"in/*\"]\nexclude = [\"in/other\"]\n", "in/api"),
    ("workspace = { members = [\"in/*\"] }\n", "in/api"),
    ("workspace.members = [\"in/*\"]\n", "in/api"),
    ("[ workspace ]\nmembers = [\n  \"in/*\",\n]\n", "in/api"),
    ("[workspace.dependencies]\n", "in/api"),
    (
        "[package]\nname = \"x\"\nversion = \"0.1.0\"\ndescription = \"\"\"\n[workspace]\nmembers = ['in/*']\n\"\"\"\n[lib]\npath = \"x.rs\"\n",
        "in/api",
    ),
];

#[test]
fn no_project_breaks_the_workspace_around_it() {
    let (mut refused, mut worked) = (0, 0);
    for &(manifest, target) in OUTER {
        let run = restwell(["new", target, "--yes", "--no-git", "--format", "json"])
            .file("Cargo.toml", manifest)
            .file("x.rs", "")
            .file("in/first/Cargo.toml", "[package]\nname = \"first\"\nversion = \"0.1.0\"\n")
            .file("in/first/src/lib.rs", "");
        let mut run = run;
        let before = cargo_works(run.path());
        let output = run.command().output().expect("it starts");
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
        if output.status.code() == Some(5) {
            refused += 1;
            assert_eq!(object["error"]["code"], "RW0504", "{manifest}");
            assert!(!run.path().join(target).exists(), "{manifest}");
            let help = object["error"]["help"][0].as_str().expect("help");
            let (_, line) = help.rsplit_once(": ").expect("a line to add");
            fs::write(run.path().join("Cargo.toml"), with_line(manifest, line)).expect("written");
            let again = run.command().output().expect("it starts");
            assert_eq!(again.status.code(), Some(0), "{manifest} with {line}");
        }
        cargo_works(&run.path().join(target)).unwrap_or_else(|error| panic!("{manifest}\n{error}"));
        if before.is_ok() {
            worked += 1;
            cargo_works(run.path()).unwrap_or_else(|error| panic!("{manifest}\n{error}"));
        }
    }
    assert_eq!((refused, worked), (11, 11));
}

/// Follows the help: adds the line to the workspace, replacing an existing one.
fn with_line(manifest: &str, line: &str) -> String {
    let kept: Vec<&str> = manifest.lines().filter(|line| !line.starts_with("exclude")).collect();
    let manifest = kept.join("\n");
    match manifest.strip_suffix(" }") {
        Some(open) => format!("{open}, {line} }}\n"),
        None => format!("{manifest}\n{line}\n"),
    }
}

#[test]
fn a_member_by_name_cannot_be_excluded_and_the_help_says_so() {
    let run = restwell(["new", "in/api", "--yes"])
        .file("Cargo.toml", "[workspace]\nmembers = [\"in/api\"]\nexclude = [\"in/api\"]\n");
    run.exits(5).says("error[RW0504]").says("remove `in/api` from `members`").writes_nothing();
    let run =
        restwell(["new", "in/api", "--yes", "--dry-run"]).file("Cargo.toml", "[workspace]\nmembers = [\"in/*\"]\n");
    run.exits(5).says("exclude = [\"in/api\"]").writes_nothing();
}

#[test]
fn a_project_can_be_written_beside_the_workspace() {
    const MEMBERS: &str = "[workspace]\nmembers = [\"*\"]\n";
    // A workspace below another, the directory of the run, the path as typed, and the suggested path.
    for (inner, here, typed, beside) in [
        ("w", "w", "api", "../api"),
        ("w", "w/deep", "../api", "../../api"),
        ("w", "w", "my api", "../my api"),
        ("w/inner", "w/inner", "api", "../../api"),
    ] {
        let ran = restwell(["new", typed, "--name", "api", "--yes", "--no-git"])
            .file("w/Cargo.toml", MEMBERS)
            .file(&format!("{inner}/Cargo.toml"), MEMBERS)
            .inside(here)
            .exits(5)
            .writes_nothing();
        let ran = ran.says(&format!("try: restwell new --name api --yes --no-git {}\n", quote(beside)));
        ran.then(["new", "--name", "api", "--yes", "--no-git", beside]).exits(0);
        cargo_works(&ran.path().join(beside)).unwrap_or_else(|error| panic!("{beside}: {error}"));
    }
    let run = restwell(["new", "api", "--yes"]).file("api/notes.txt", "mine").file("w/Cargo.toml", MEMBERS);
    run.inside("w").exits(5).says("error[RW0504]").never_says("try:").writes_nothing();
}
