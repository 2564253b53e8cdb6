//! `set` and `update`: choices and templates of a project that its user edits.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::project::{files, inside};
use super::session::{Listing, Ran, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0)
}

/// The files of the user: without the base, in which a deleted file becomes a file that stays away.
fn own(project: &Ran) -> Listing {
    let mut files = files(project);
    files.retain(|path, _| !path.starts_with(".restwell"));
    files
}

fn replace(project: &Ran, path: &str, old: &str, new: &str) {
    let path = project.path().join("shop-api").join(path);
    let text = fs::read_to_string(&path).expect("there");
    assert!(text.contains(old), "{} has no {old}", path.display());
    fs::write(path, text.replacen(old, new, 1)).expect("written");
}

/// What a team does: a title, a recipe, a module, a file with CRLF, a script, two deleted files, an own migration.
fn edit(project: &Ran) {
    let root = project.path().join("shop-api");
    replace(project, "README.md", "# shop-api\n", "# The tea shop\n");
    replace(project, "Cargo.toml", "[dependencies]\n", "# Ask before you add a crate.\n[dependencies]\n");
    for path in ["justfile", "src/platform/cache.rs", "deploy/compose.yml"] {
        let text = fs::read_to_string(root.join(path)).expect("there");
        let comment = if path.ends_with(".rs") { "// mine\n" } else { "# mine\n" };
        fs::write(root.join(path), text + comment).expect("written");
    }
    let crlf = fs::read_to_string(root.join("docs/settings.md")).expect("there").replace('\n', "\r\n");
    fs::write(root.join("docs/settings.md"), crlf).expect("written");
    fs::write(root.join("src/orders.rs"), "//! Orders.\n").expect("written");
    fs::write(root.join("migrations/0009_orders.sql"), "CREATE TABLE orders (id INTEGER PRIMARY KEY) STRICT;\n")
        .expect("written");
    fs::set_permissions(root.join("justfile"), fs::Permissions::from_mode(0o755)).expect("set");
    for path in ["docs/limits.md", "rust-toolchain.toml"] {
        fs::remove_file(root.join(path)).expect("removed");
    }
}

#[test]
fn without_edits_the_project_is_as_new() {
    let switches: [&[&str]; 6] = [
        &["cache=redis"],
        &["database=postgres", "cache=memcached", "limiter=none"],
        &["auth=jwt"],
        &["auth=api-key", "upstream=http"],
        &["monitoring=none", "ci=none", "deploy=none"],
        &["cache=none", "database=none"],
    ];
    for values in switches {
        let project = project();
        let mut run = inside(&project, ["set", "--no-check"]);
        run.command().args(values);
        run.exits(0).says("undo           restwell undo").prints_nothing();
        let mut new = restwell(["new", "shop-api", "--preset", "standard", "--no-git"]);
        for value in values {
            let (choice, value) = value.split_once('=').expect("a value");
            new.command().args([&format!("--{choice}"), value]);
        }
        assert_eq!(files(&project), files(&new.exits(0)), "{values:?}");
        inside(&project, ["status", "--check"]).exits(0);
    }
}

#[test]
fn there_and_back_is_the_identity() {
    for (there, back) in [
        ("cache=redis", "cache=memory"),
        ("auth=jwt", "auth=none"),
        ("upstream=http", "upstream=none"),
        ("limiter=none", "limiter=memory"),
        ("ci=none", "ci=github"),
    ] {
        let project = project();
        edit(&project);
        let before = own(&project);
        inside(&project, ["set", there, "--no-check"]).exits(0);
        let after = own(&project);
        assert_ne!(after, before, "{there}");
        inside(&project, ["set", there, "--no-check"]).exits(0).says("nothing to change");
        inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
        inside(&project, ["update", "--no-check"]).exits(0).says("nothing to change");
        assert_eq!(own(&project), after, "{there} again");
        inside(&project, ["set", back, "--no-check"]).exits(0);
        assert_eq!(own(&project), before, "{back}");
    }
}

#[test]
fn a_dry_run_is_the_run_and_undo_gives_everything_back() {
    let project = project();
    edit(&project);
    let before = files(&project);
    let words = ["set", "database=postgres", "cache=redis", "--no-check", "--format", "json"];
    let dry =
        inside(&project, ["set", "database=postgres", "cache=redis", "--no-check", "--format", "json", "--dry-run"]);
    let dry = dry.exits(0).writes_nothing().json();
    let real = inside(&project, words).exits(0).json();
    assert_eq!(dry, real);
    let data = &real["data"];
    assert_eq!(data["services"], serde_json::json!(["postgres", "redis"]));
    assert_eq!(data["to_port"], serde_json::json!(["migrations/0009_orders.sql"]));
    let away: Vec<&str> =
        data["stay_away"].as_array().expect("a list").iter().filter_map(|away| away["path"].as_str()).collect();
    assert_eq!(away, ["docs/limits.md", "rust-toolchain.toml"]);
    let after = files(&project);
    assert!(!after.contains_key(Path::new("docs/limits.md")));
    let readme = String::from_utf8(after[Path::new("README.md")].clone().expect("a file")).expect("text");
    assert!(readme.starts_with("# The tea shop\n") && readme.contains("PostgreSQL"));
    inside(&project, ["undo"]).exits(0).says("undo: set database=postgres cache=redis");
    assert_eq!(files(&project), before);
    inside(&project, ["redo"]).exits(0);
    assert_eq!(files(&project), after);
}

/// A file that the user deleted stays away until they take it back.
#[test]
fn what_stays_away_is_adopted_again() {
    let project = project();
    fs::remove_file(project.path().join("shop-api/docs/limits.md")).expect("removed");
    inside(&project, ["set", "cache=redis", "--no-check"]).exits(0).says("stay away docs/limits.md");
    let before = files(&project);
    inside(&project, ["adopt", "docs"]).exits(0).says("docs/limits.md");
    let fresh = restwell(["new", "shop-api", "--preset", "standard", "--cache", "redis", "--no-git"]).exits(0);
    assert_eq!(files(&project), files(&fresh));
    inside(&project, ["undo"]).exits(0);
    assert_eq!(files(&project), before);
}

#[test]
fn without_values_it_applies_what_the_receipt_asks_for() {
    let project = project();
    replace(&project, "restwell.toml", "cache = \"memory\"", "cache = \"redis\"");
    inside(&project, ["update", "--no-check"]).exits(0).says("nothing to change").writes_nothing();
    inside(&project, ["set", "--no-check"]).exits(0).says("cache: memory → redis");
    let fresh = restwell(["new", "shop-api", "--preset", "standard", "--cache", "redis", "--no-git"]).exits(0);
    assert_eq!(files(&project), files(&fresh));
    replace(&project, "restwell.toml", "cache = \"redis\"", "cache = \"none\"");
    inside(&project, ["set", "cache=memory", "--no-check"]).exits(0).says("cache: redis → memory");
    inside(&project, ["status", "--check"]).exits(0);
}

#[test]
fn a_conflict_writes_nothing_and_says_how_to_go_on() {
    let project = project();
    replace(&project, "README.md", "It stores products in SQLite.", "It stores tea in SQLite.");
    let before = files(&project);
    let ran = inside(&project, ["set", "database=postgres", "--no-check"]).exits(7).writes_nothing();
    let ran = ran.says("error[RW0803]: 1 place needs your decision; nothing was written\n");
    let ran = ran.says("because: `README.md:4`: you and restwell both changed this\n");
    let ran = ran.says("             base   It stores products in SQLite.\n");
    let ran = ran.says("             yours  It stores tea in SQLite.\n");
    let ran = ran.says("             new    It stores products in PostgreSQL.\n");
    let fix = "restwell set database=postgres --no-check --ours README.md\n";
    ran.says(fix).says("restwell set database=postgres --no-check --conflict markers\n");
    let dry = ["set", "database=postgres", "--no-check", "--dry-run", "--theirs", "README.md"];
    inside(&project, dry).exits(0).says("dry run: nothing was written").writes_nothing();
    let above = ["set", "database=postgres", "--no-check", "--dry-run", "--theirs", "../README.md"];
    project.then(above).inside("shop-api/src").exits(0).writes_nothing();
    inside(&project, ["set", "database=postgres", "--no-check", "--ours", "README.md"]).exits(0);
    let readme = fs::read_to_string(project.path().join("shop-api/README.md")).expect("there");
    assert!(readme.contains("It stores tea in SQLite.") && readme.contains("compose.dev.yml"));
    inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
    inside(&project, ["undo"]).exits(0);
    assert_eq!(files(&project), before);
    inside(&project, ["set", "database=postgres", "--no-check", "--theirs", "README.md"]).exits(0);
    let readme = fs::read_to_string(project.path().join("shop-api/README.md")).expect("there");
    assert!(readme.contains("It stores products in PostgreSQL."));
    inside(&project, ["undo"]).exits(0);
    let both = ["set", "database=postgres", "--no-check", "--ours", "README.md", "--theirs", "./README.md"];
    let ran = inside(&project, both).exits(2).says("error[RW0108]").writes_nothing();
    ran.says("restwell set database=postgres --no-check --ours README.md\n");
    for [ours, theirs] in [["README.md", "."], [".", "README.md"]] {
        let words = ["set", "database=postgres", "--no-check", "--ours", ours, "--theirs", theirs];
        inside(&project, words).exits(0);
        let readme = fs::read_to_string(project.path().join("shop-api/README.md")).expect("there");
        assert_eq!(readme.contains("It stores tea in SQLite."), ours == "README.md", "the file wins over its folder");
        inside(&project, ["undo"]).exits(0);
    }
    inside(&project, ["set", "--ours", "REDME.md"]).exits(2).says("error[RW0112]").writes_nothing();
}

#[test]
fn with_markers_everything_is_written_and_status_fails_until_they_are_gone() {
    let project = project();
    replace(&project, "README.md", "It stores products in SQLite.", "It stores tea in SQLite.");
    let before = files(&project);
    let words = ["set", "database=postgres", "--conflict", "markers"];
    inside(&project, ["set", "database=postgres", "--conflict", "markers", "--dry-run"]).exits(7).writes_nothing();
    inside(&project, words).exits(7).says("error[RW0805]").says("  try: restwell undo\n");
    let readme = fs::read_to_string(project.path().join("shop-api/README.md")).expect("there");
    let version = env!("CARGO_PKG_VERSION");
    assert!(readme.contains(&format!(
        "<<<<<<< yours\nIt stores tea in SQLite.\n||||||| restwell {version}\nIt stores products in SQLite.\n=======\n\
         It stores products in PostgreSQL.\n>>>>>>> restwell {version}\n"
    )));
    inside(&project, ["status", "--check"]).exits(6).says("`README.md` has conflict markers");
    inside(&project, ["undo"]).exits(0);
    assert_eq!(files(&project), before);
}

#[test]
fn excepted_files_are_offered_again() {
    let project = project();
    inside(&project, ["set", "cache=redis", "--no-check", "--except", "ops/**", "--except", "README.md"])
        .exits(0)
        .says(" excepted ");
    assert!(!project.path().join("shop-api/ops/alerts/redis.yml").exists());
    inside(&project, ["status", "--check"]).exits(6).says("renders");
    inside(&project, ["update", "--no-check"]).exits(0);
    let fresh = restwell(["new", "shop-api", "--preset", "standard", "--cache", "redis", "--no-git"]).exits(0);
    assert_eq!(files(&project), files(&fresh));
    inside(&project, ["set", "--except", "ops/***"]).exits(2).writes_nothing();
}

#[test]
fn values_that_exclude_each_other_are_told_in_the_words_of_set() {
    let project = project();
    let ran = inside(&project, ["set", "database=none", "cache=redis"]).exits(3).writes_nothing();
    ran.says("error[RW0301]: `cache=redis` cannot be used with `database=none`")
        .says("restwell set database=none cache=none\n");
    inside(&project, ["set", "cache=redis", "cache=none"])
        .exits(2)
        .says("`cache=redis` and `cache=none` are values of the same choice");
    inside(&project, ["diff", "--set", "database=none", "--set", "cache=redis"])
        .exits(3)
        .says("restwell diff --set database=none --set cache=none\n");
}

#[test]
fn values_in_the_receipt_that_exclude_each_other_have_a_fix_by_set() {
    let project = restwell(["new", "shop-api", "--yes", "--database", "postgres", "--no-git"]).exits(0);
    let applied = fs::read_to_string(project.path().join("shop-api/restwell.toml")).expect("there");
    let set = |key: &str, value: &str, text: &str| {
        let lines = text.lines().map(|line| match line.starts_with(&format!("{key} = ")) {
            true => format!("{key} = \"{value}\"\n"),
            false => format!("{line}\n"),
        });
        lines.collect::<String>()
    };
    let text = set("deploy", "kubernetes", &set("database", "sqlite", &applied));
    fs::write(project.path().join("shop-api/restwell.toml"), text).expect("written");
    let run = inside(&project, ["status", "--check"]).exits(3).writes_nothing();
    run.says("  try: restwell set deploy=compose\n").never_says("--deploy");
    inside(&project, ["set", "deploy=compose", "--no-check"]).exits(0).says("database: postgres → sqlite");
    inside(&project, ["status"]).exits(0);
}

#[test]
fn an_older_version_does_not_update_unless_asked_to() {
    let project = project();
    replace(&project, ".restwell/base", &format!("restwell {}", env!("CARGO_PKG_VERSION")), "restwell 99.0.0");
    inside(&project, ["update"])
        .exits(2)
        .says("error[RW0114]")
        .says("try: restwell update --downgrade")
        .writes_nothing();
    inside(&project, ["update", "--downgrade", "--no-check"]).exits(0).says("restwell: 99.0.0 → ");
}

/// A directory where a file would be written.
#[test]
fn what_is_in_the_way_is_told() {
    let project = project();
    fs::create_dir_all(project.path().join("shop-api/src/platform/redis.rs")).expect("made");
    inside(&project, ["set", "cache=redis", "--no-check"]).exits(5).says("src/platform/redis.rs").writes_nothing();
}

/// The manifest that the user broke is found by cargo, in a copy.
#[test]
fn a_result_that_cargo_refuses_is_not_written() {
    let project = project();
    replace(&project, "Cargo.toml", "edition = \"2024\"", "edition = \"1999\"");
    let home = |variable: &str, folder: &str| {
        let usual = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(folder).into_os_string();
        std::env::var_os(variable).unwrap_or_else(usual)
    };
    let run = inside(&project, ["set", "cache=redis"]);
    let run = run.env("CARGO_HOME", home("CARGO_HOME", ".cargo")).env("RUSTUP_HOME", home("RUSTUP_HOME", ".rustup"));
    let before = files(&project);
    run.exits(7).says("error[RW0804]").says("1999").says("try: restwell set cache=redis --no-check");
    assert_eq!(files(&project), before);
    assert!(!project.path().join("shop-api/.restwell/undo/check").exists());
    inside(&project, ["set", "cache=redis", "--no-check"]).exits(0);
}
