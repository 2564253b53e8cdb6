//! Paths and patterns of files: relative to the working directory, each matches a file, and `*` stays in its directory.

use std::fs;

use super::project::{files, inside};
use super::session::{Ran, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0)
}

/// A project in which `README.md` is in conflict when the database becomes PostgreSQL.
fn in_conflict() -> Ran {
    let project = project();
    let path = project.path().join("shop-api/README.md");
    let text = fs::read_to_string(&path).expect("there");
    fs::write(&path, text.replace("It stores products in SQLite.", "It stores tea in SQLite.")).expect("written");
    project
}

#[test]
fn an_exception_is_relative_to_the_working_directory_and_matches_a_file() {
    let project = project();
    let before = project.text("shop-api/README.md");
    for (directory, except) in
        [("shop-api", "./README.md"), ("shop-api/docs", "../README.md"), ("shop-api/docs", "../*.md")]
    {
        let run = project.then(["set", "cache=redis", "--no-check", "--except", except]).inside(directory);
        run.exits(0).says(" excepted ");
        assert_eq!(project.text("shop-api/README.md"), before, "{except}");
        inside(&project, ["undo"]).exits(0);
    }
    let run = inside(&project, ["set", "cache=redis", "--no-check", "--except", "docs"]).exits(0);
    run.says(" excepted ");
    inside(&project, ["undo"]).exits(0);
    for except in ["nope.md", "docs/*.rs", "../*"] {
        let run = inside(&project, ["set", "cache=redis", "--no-check", "--except", except]).exits(2);
        run.says(&format!("error[RW0112]: restwell has no file at `{except}`\n")).writes_nothing();
    }
    let run = project.then(["update", "--except", "README.md"]).inside("shop-api/src").exits(2).writes_nothing();
    run.says("  try: restwell update --except ../README.md\n");
}

#[test]
fn the_fixes_of_a_conflict_work_in_the_directory_where_they_are_printed() {
    let project = in_conflict();
    // It has a file of that name, too.
    let run = project.then(["set", "database=postgres", "--no-check"]).inside("shop-api/ops/runbook").exits(7);
    run.says("`../../README.md:4`: you and restwell both changed this\n")
        .says("  try: restwell set database=postgres --no-check --ours ../../README.md\n")
        .writes_nothing();
    let words = ["set", "database=postgres", "--no-check", "--ours", "../../README.md"];
    project.then(words).inside("shop-api/ops/runbook").exits(0);
    assert!(project.text("shop-api/README.md").contains("It stores tea in SQLite."));
}

#[test]
fn the_files_with_markers_are_named_from_the_working_directory() {
    let words = ["set", "database=postgres", "--conflict", "markers"];
    in_conflict().then(words).inside("shop-api/ops").exits(7).says("because: `../README.md`\n");
}

#[test]
fn a_star_stays_in_its_directory() {
    let project = project();
    let fresh = files(&project);
    inside(&project, ["release", "ops/*.yml"]).exits(2).says("error[RW0112]").writes_nothing();
    inside(&project, ["adopt", "ops/*.yml"]).exits(2).says("error[RW0112]").writes_nothing();
    inside(&project, ["release", "ops/*.md"]).exits(0);
    fs::write(project.path().join("shop-api/ops/runbook/README.md"), "# Ours\n").expect("written");
    inside(&project, ["status", "--check"]).exits(6).says("ops/runbook/README.md");
    inside(&project, ["adopt", "ops/runbook/*.md"]).exits(0);
    inside(&project, ["adopt", "ops/*.md"]).exits(0);
    assert!(files(&project) == fresh);
    let policy =
        |pattern: &str| fs::write(project.path().join("policy.toml"), format!("unchanged = [\"{pattern}\"]\n"));
    fs::write(project.path().join("shop-api/ops/runbook/README.md"), "# Ours\n").expect("written");
    for (pattern, exit) in [("ops/*", 0), ("*", 0), ("ops/**", 6), ("**", 6), ("ops/*/README.md", 6)] {
        policy(pattern).expect("written");
        inside(&project, ["policy", "check", "../policy.toml"]).exits(exit);
    }
}
