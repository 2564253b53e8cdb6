//! `release`: files that are the user's, and what becomes of them.

use std::fs;

use super::project::{files, inside};
use super::session::{Ran, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0)
}

#[test]
fn a_released_file_is_neither_compared_nor_changed() {
    let project = project();
    let fresh = files(&project);
    let root = project.path().join("shop-api");
    let dry = inside(&project, ["release", "README.md", "ops", "--dry-run", "--format", "json"]).exits(0);
    let dry = dry.writes_nothing().json();
    let real = inside(&project, ["release", "README.md", "ops", "--format", "json"]).exits(0).json();
    assert_eq!(dry, real);
    let receipt = fs::read_to_string(root.join("restwell.toml")).expect("there");
    assert!(receipt.ends_with("\n\n[files]\nmine = [\"README.md\", \"ops/**\"]\n"), "{receipt}");
    inside(&project, ["release", "ops/alerts"]).exits(0);
    inside(&project, ["undo"]).exits(0);
    fs::write(root.join("README.md"), "# Ours\n").expect("written");
    inside(&project, ["status", "--check"]).exits(0).prints("yours by `restwell.toml`: README.md ops/**\n");
    inside(&project, ["diff", "--check"]).exits(0).prints_nothing();
    inside(&project, ["diff", "--stat", "README.md"]).exits(0).prints("README.md");
    inside(&project, ["set", "cache=redis", "--no-check"]).exits(0).says(" mine ");
    assert_eq!(fs::read_to_string(root.join("README.md")).expect("there"), "# Ours\n");
    assert!(!root.join("ops/alerts/redis.yml").exists());
    inside(&project, ["status", "--check"]).exits(0);
    inside(&project, ["set", "cache=memory", "--no-check"]).exits(0);
    inside(&project, ["adopt", "README.md", "ops"]).exits(0).says("restwell.toml");
    assert!(files(&project) == fresh);
    inside(&project, ["release", "README.md", "ops"]).exits(0);
    inside(&project, ["adopt", "."]).exits(0).says("restwell.toml");
    assert!(files(&project) == fresh);
}

#[test]
fn what_is_taken_back_is_offered_again() {
    let project = project();
    inside(&project, ["release", "ops"]).exits(0);
    inside(&project, ["set", "cache=redis", "--no-check"]).exits(0);
    inside(&project, ["adopt", "ops"]).exits(0);
    inside(&project, ["status", "--check"]).exits(6).says("renders");
    inside(&project, ["update", "--no-check"]).exits(0);
    let fresh = restwell(["new", "shop-api", "--preset", "standard", "--cache", "redis", "--no-git"]).exits(0);
    assert_eq!(files(&project), files(&fresh));
}

#[test]
fn the_receipt_with_files_is_an_answers_file_and_mistakes_in_it_are_told() {
    let project = project();
    inside(&project, ["release", "src/*.rs"]).exits(0);
    project.then(["new", "b", "--answers", "shop-api/restwell.toml", "--no-git"]).exits(0);
    let path = project.path().join("shop-api/restwell.toml");
    let text = fs::read_to_string(&path).expect("there");
    for (mistake, says) in [
        ("[files]\nmien = []\n", "unknown key `files.mien`"),
        ("[files]\nmine = \"a\"\n", "`files.mine` is a string, not a list of paths"),
        ("[files]\nmine = [1]\n", "has an entry that is no string"),
        ("[files]\nmine = [\"a***\"]\n", "`a***` is not a pattern"),
    ] {
        let (head, _) = text.split_once("[files]").expect("it has the table");
        fs::write(&path, format!("{head}{mistake}")).expect("written");
        inside(&project, ["set", "cache=redis"]).exits(2).says(says).writes_nothing();
    }
}

#[test]
fn a_path_without_a_file_of_restwell_is_an_error() {
    let project = project();
    inside(&project, ["release", "REDME.md"]).exits(2).says("restwell release README.md").writes_nothing();
    for (typed, meant) in [("README.md", "../README.md"), ("ap.rs", "app.rs"), ("src/app.rs", "app.rs")] {
        for command in ["release", "adopt", "diff"] {
            let run = project.then([command, typed]).inside("shop-api/src").exits(2).writes_nothing();
            run.says(&format!("error[RW0112]: restwell has no file at `{typed}`\n  try: restwell {command} {meant}\n"));
        }
    }
    let run = project.then(["set", "auth=jwt", "--ours", "REDME.md"]).inside("shop-api/src");
    run.exits(2).says("  try: restwell set auth=jwt --ours ../README.md\n").writes_nothing();
    inside(&project, ["release", "../elsewhere"]).exits(2).says("error[RW0112]").writes_nothing();
}

/// Otherwise a change of a choice would not be written there, and the next `set` would take it back.
#[test]
fn the_file_with_the_choices_is_never_the_users() {
    for is_pattern in [true, false] {
        let project = restwell(["new", "shop-api", "--preset", "minimal", "--no-git"]).exits(0);
        let receipt = || project.text("shop-api/restwell.toml");
        if is_pattern {
            inside(&project, ["release", "**"]).exits(0);
        } else {
            for typed in ["restwell.toml", "restwell.*", "./restwell.toml"] {
                let run = inside(&project, ["release", typed]).exits(2).writes_nothing();
                run.says("error[RW0108]: `restwell.toml` cannot be yours alone");
            }
            fs::write(
                project.path().join("shop-api/restwell.toml"),
                receipt() + "\n[files]\nmine = [\"restwell.toml\"]\n",
            )
            .expect("written");
        }
        inside(&project, ["set", "deploy=systemd", "--no-check"]).exits(0).says("deploy: none → systemd");
        assert!(receipt().contains("deploy = \"systemd\"") && receipt().contains("mine = ["), "{}", receipt());
        inside(&project, ["status"]).exits(0).prints("yours by `restwell.toml`: ");
        inside(&project, ["set", "deploy=none", "--no-check", "--except", "**"]).exits(0);
        assert!(receipt().contains("deploy = \"none\""), "{}", receipt());
    }
}

#[test]
fn one_version_is_not_several_although_a_file_is_older() {
    let project = project();
    inside(&project, ["release", "README.md"]).exits(0);
    inside(&project, ["set", "cache=redis", "--no-check"]).exits(0);
    let version = env!("CARGO_PKG_VERSION");
    inside(&project, ["status"]).exits(0).prints(&format!("\nbase: restwell {version}\n"));
    let path = project.path().join("shop-api/.restwell/base");
    let base = fs::read_to_string(&path).expect("text");
    let (head, entry) = base.split_once("\nfile README.md ").expect("it has the file");
    fs::write(&path, format!("{head}\nfile README.md {}", entry.replacen(version, "0.0.9", 1))).expect("written");
    inside(&project, ["status"]).exits(0).prints(&format!("\nbase: restwell {version}, some files of 0.0.9\n"));
}

#[test]
fn adopting_the_file_with_the_choices_keeps_the_list_of_files() {
    let project = project();
    let path = project.path().join("shop-api/restwell.toml");
    inside(&project, ["release", "ops", "README.md"]).exits(0);
    let released = fs::read_to_string(&path).expect("there");
    fs::write(&path, released.replace("cache = \"memory\"", "cache = \"redis\"")).expect("written");
    inside(&project, ["adopt", "restwell.toml"]).exits(0);
    assert_eq!(fs::read_to_string(&path).expect("there"), released);
    fs::write(&path, released.replace("cache = \"memory\"", "cache = \"redis\"")).expect("written");
    inside(&project, ["adopt", "restwell.toml", "ops"]).exits(0);
    let text = fs::read_to_string(&path).expect("there");
    assert_eq!(text, released.replace("\"ops/**\", ", ""));
}

/// Otherwise the next `set` would remove all resources.
#[test]
fn a_receipt_that_is_missing_is_written_whole() {
    let project = project();
    inside(&project, ["generate", "resource", "orders", "number:string", "--no-check"]).exits(0);
    let path = project.path().join("shop-api/restwell.toml");
    let text = fs::read_to_string(&path).expect("there");
    fs::remove_file(&path).expect("removed");
    inside(&project, ["release", "README.md"]).exits(0).says("restwell.toml");
    assert_eq!(fs::read_to_string(&path).expect("there"), text + "\n[files]\nmine = [\"README.md\"]\n");
    inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
}

#[test]
fn the_line_ends_of_the_receipt_stay() {
    let project = project();
    let path = project.path().join("shop-api/restwell.toml");
    let text = fs::read_to_string(&path).expect("there").replace('\n', "\r\n");
    fs::write(&path, &text).expect("written");
    inside(&project, ["release", "README.md"]).exits(0);
    let added = "\r\n[files]\r\nmine = [\"README.md\"]\r\n";
    assert_eq!(fs::read_to_string(&path).expect("there"), text.clone() + added);
    inside(&project, ["adopt", "README.md"]).exits(0);
    assert_eq!(fs::read_to_string(&path).expect("there"), text);
}

/// The list of files that are the user's.
fn mine(project: &Ran) -> String {
    let text = project.text("shop-api/restwell.toml");
    text.split_once("\nmine = ").map(|(_, list)| list.trim_end().to_owned()).unwrap_or_default()
}

#[test]
fn what_was_released_is_adopted_by_the_same_words() {
    let project = project();
    let fresh = files(&project);
    for words in
        [&["docs"][..], &["docs/"], &["docs/**"], &["ops/alerts/*.yml"], &["."], &["**"], &["docs/**", "README.md"]]
    {
        let run = |command: &str| {
            let mut run = inside(&project, [command]);
            run.command().args(words);
            run.exits(0)
        };
        run("release");
        assert_ne!(mine(&project), "", "{words:?}");
        fs::write(project.path().join("shop-api/docs/limits.md"), "# Ours\n").expect("written");
        fs::write(project.path().join("shop-api/ops/alerts/service.yml"), "# Ours\n").expect("written");
        run("adopt");
        assert_eq!(mine(&project), "", "{words:?}");
        inside(&project, ["adopt", "docs", "ops"]).exits(0);
        assert!(files(&project) == fresh, "{words:?}");
    }
    project.then(["release", "*.yml"]).inside("shop-api/ops/alerts").exits(0);
    project.then(["adopt", "*.yml"]).inside("shop-api/ops/alerts").exits(0);
    assert!(files(&project) == fresh);
    inside(&project, ["adopt", "docs/*.rs"]).exits(2).says("restwell has no file at `docs/*.rs`").writes_nothing();
}

/// Otherwise the file would be as it was applied, and no later change would reach it.
#[test]
fn one_file_of_a_released_directory_is_taken_back_and_the_others_stay() {
    let project = project();
    let limits = || project.text("shop-api/docs/limits.md");
    let applied = limits();
    inside(&project, ["release", "docs/**"]).exits(0);
    for path in ["docs/limits.md", "docs/settings.md"] {
        fs::write(project.path().join("shop-api").join(path), "# Ours\n").expect("written");
    }
    inside(&project, ["adopt", "docs/limits.md"]).exits(0).says("restwell.toml");
    assert_eq!(limits(), applied);
    let left = mine(&project);
    assert!(left.contains("\"docs/decisions/**\"") && left.contains("\"docs/settings.md\""), "{left}");
    assert!(!left.contains("limits.md") && !left.contains("\"docs/**\""), "{left}");
    inside(&project, ["status", "--check"]).exits(0);
    fs::write(project.path().join("shop-api/docs/limits.md"), "# Ours\n").expect("written");
    inside(&project, ["status", "--check"]).exits(6);
    inside(&project, ["adopt", "docs"]).exits(0);
    assert_eq!(mine(&project), "");
    inside(&project, ["status", "--check"]).exits(0);
}

#[test]
fn a_file_that_was_never_applied_since_it_was_released_stays_released_or_is_offered() {
    let project = project();
    inside(&project, ["release", "ops"]).exits(0);
    inside(&project, ["set", "cache=redis", "--no-check"]).exits(0);
    inside(&project, ["adopt", "ops/ONCALL.md"]).exits(0);
    let left = mine(&project);
    assert!(left.contains("\"ops/alerts/**\""), "{left}");
    inside(&project, ["update", "--no-check", "--except", "ops/ONCALL.md"]).exits(0);
    assert!(!project.path().join("shop-api/ops/alerts/redis.yml").exists());
    inside(&project, ["adopt", "ops/alerts/redis.yml"]).exits(0);
    inside(&project, ["update", "--no-check"]).exits(0);
    assert!(project.path().join("shop-api/ops/alerts/redis.yml").exists());
    // The entry is there still, although no file of this stack matches it.
    inside(&project, ["adopt", "ops"]).exits(0);
    inside(&project, ["release", "ops/alerts/redis*"]).exits(0);
    inside(&project, ["set", "cache=memory", "--no-check"]).exits(0);
    inside(&project, ["adopt", "ops/alerts/redis*"]).exits(0);
    assert_eq!(mine(&project), "");
}
