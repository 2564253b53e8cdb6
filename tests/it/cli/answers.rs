//! Flags, variables, an answers file, presets and defaults: their precedence and their errors.

use super::session::{Session, restwell};

fn origin(session: Session, choice: &str) -> (String, String) {
    let object = session.exits(0).writes_nothing().json();
    let word = |table: &str| object["data"][table][choice].as_str().expect("a word").to_owned();
    (word("stack"), word("origins"))
}

#[test]
fn a_flag_overrides_a_variable_then_the_file_the_preset_and_the_default() {
    let file = "answers.toml";
    let text = "limiter = \"none\"\n";
    let told = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    let run = restwell(["new", "a", "--yes", "--dry-run", "--format", "json"]);
    assert_eq!(origin(run, "limiter"), told("memory", "default"));
    let run = restwell(["new", "a", "--yes", "--dry-run", "--format", "json", "--preset", "minimal"]);
    assert_eq!(origin(run, "limiter"), told("none", "preset"));
    let run =
        restwell(["new", "a", "--yes", "--dry-run", "--format", "json", "--preset", "standard", "--answers", file]);
    assert_eq!(origin(run.file(file, text), "limiter"), told("none", "answers file"));
    let run = restwell(["new", "a", "--yes", "--dry-run", "--format", "json", "--answers", file]);
    let run = run.file(file, text).env("RESTWELL_LIMITER", "memory");
    assert_eq!(origin(run, "limiter"), told("memory", "environment"));
    let run = restwell(["new", "a", "--yes", "--dry-run", "--format", "json", "--answers", file, "--limiter", "none"]);
    let run = run.file(file, text).env("RESTWELL_LIMITER", "memory");
    assert_eq!(origin(run, "limiter"), told("none", "flag"));
}

#[test]
fn a_dry_run_shows_the_origin_of_each_value() {
    restwell(["new", "a", "--yes", "--dry-run", "--cache", "none"])
        .env("RESTWELL_CI", "none")
        .exits(0)
        .says("  database    sqlite      default\n  cache       none        flag\n")
        .says("  ci          none        environment\n")
        .says("dry run: nothing was written")
        .writes_nothing();
}

#[test]
fn a_default_is_replaced_and_the_plan_reports_it() {
    let ran = restwell(["new", "a", "--yes", "--dry-run", "--database", "none"]).exits(0);
    ran.says("cache=memory was replaced by cache=none: without a database");
}

#[test]
fn values_that_the_user_asked_for_are_never_replaced() {
    let ran = restwell(["new", "a", "--yes", "--database", "none", "--cache", "memory"]).exits(3).writes_nothing();
    ran.says_only(
        "error[RW0301]: `--cache memory` cannot be used with `--database none`\n  \
         because: without a database `/greet` is the only business endpoint, so there is nothing to cache\n  \
         try: restwell new a --yes --database sqlite --cache memory\n       \
         restwell new a --yes --database none --cache none\n\
         help: `restwell explain RW0301`\n",
    );
}

#[test]
fn a_variable_and_a_file_can_conflict() {
    restwell(["new", "a", "--yes", "--answers", "-"])
        .env("RESTWELL_DATABASE", "none")
        .stdin("cache = \"memory\"\n")
        .exits(3)
        .writes_nothing();
}

#[test]
fn the_fixes_of_a_conflict_are_commands_that_work() {
    let ran = restwell(["new", "a", "--yes", "--database", "none", "--cache", "memory", "--format", "json"]).exits(3);
    let object = ran.json();
    let fixes = object["error"]["fixes"].as_array().expect("fixes");
    assert!(fixes.len() >= 2);
    for fix in fixes {
        super::session::shell(fix.as_str().expect("text")).exits(0);
    }
}

#[test]
fn missing_answers_are_all_named_at_once() {
    restwell(["new", "a", "--database", "none"])
        .exits(4)
        .says("error[RW0401]: answers are missing and restwell cannot prompt for them: cache, limiter, auth, upstream, monitoring, deploy, ci")
        .says("`--cache` or `RESTWELL_CACHE` is not set (default `memory`)")
        .says("try: restwell new a --database none --yes\n")
        .writes_nothing();
}

#[test]
fn a_preset_answers_every_choice() {
    restwell(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
}

#[test]
fn standard_input_is_an_answers_file() {
    let ran = restwell(["new", "a", "--answers", "-", "--no-git"])
        .stdin("preset = \"minimal\"\nci = \"github\"\nname = \"other\"\n")
        .exits(0);
    assert!(ran.text("a/restwell.toml").contains("ci = \"github\"\n"));
    assert!(ran.text("a/Cargo.toml").contains("name = \"other\"\n"));
}

#[test]
fn the_receipt_of_a_project_is_an_answers_file() {
    let ran = restwell(["new", "a", "--yes", "--no-git", "--limiter", "none"]).exits(0);
    ran.then(["new", "b", "--answers", "a/restwell.toml", "--no-git"]).exits(0).never_says("warning:");
    let read = |path: &str| ran.text(path);
    assert_eq!(read("a/restwell.toml"), read("b/restwell.toml"));
    assert_eq!(read("a/Cargo.toml"), read("b/Cargo.toml"));
}

#[test]
fn answers_of_another_version_are_accepted_with_a_warning() {
    restwell(["new", "a", "--answers", "-", "--yes", "--dry-run"])
        .stdin("restwell = \"0.0.1\"\n")
        .exits(0)
        .says("warning: restwell 0.0.1 wrote the answers file");
}

#[test]
fn a_misspelt_key_names_the_nearest() {
    restwell(["new", "a", "--yes", "--answers", "-"])
        .stdin("cahce = \"none\"\n")
        .exits(2)
        .says("error[RW0104]: unknown key `cahce` in `standard input`\n  because: line 1\n")
        .says("help: did you mean `cache`?\n")
        .writes_nothing();
}

#[test]
fn a_misspelt_value_in_a_file_is_reported_with_its_line() {
    restwell(["new", "a", "--yes", "--answers", "x.toml"])
        .file("x.toml", "cache = \"nnoe\"\n")
        .exits(2)
        .says("error[RW0102]: invalid value `nnoe` for `cache` in `x.toml`\n  because: line 1\n")
        .says("help: did you mean `cache = \"none\"`?\n")
        .writes_nothing();
}

#[test]
fn a_misspelt_variable_names_the_nearest() {
    restwell(["new", "a", "--yes"])
        .env("RESTWELL_DATABSE", "none")
        .exits(2)
        .says("error[RW0103]")
        .says("try: env -u RESTWELL_DATABSE RESTWELL_DATABASE=none restwell new a --yes\n")
        .writes_nothing();
    restwell(["new", "a", "--yes"]).env("RESTWELL_CACHE", "nnoe").exits(2).says("try: RESTWELL_CACHE=none restwell");
    restwell(["new", "a", "--yes"]).env("RESTWELL_NON_INTERACTIVE", "maybe").exits(2).says("error[RW0102]");
    for words in [["list", "-q"], ["explain", "cache"]] {
        restwell(words).env("RESTWELL_DATABSE", "none").exits(2).says("error[RW0103]");
        restwell(words).env("RESTWELL_CACHE", "nnoe").exits(2).says("error[RW0102]");
    }
}

#[test]
fn invalid_toml_is_reported_with_its_line() {
    let line = |text: &str, told: &str| {
        restwell(["new", "a", "--yes", "--answers", "-"])
            .stdin(text)
            .exits(2)
            .says("error[RW0105]")
            .says(told)
            .writes_nothing();
    };
    line("cache = \"none\"\ndatabase = \n", "line 2: ");
    line("cache = 3\n", "line 1: `cache` is an integer, not a string");
    line("[database]\nurl = \"x\"\n", "line 1: `database` is a table, not a string");
    line("cache = \"none\"\ncache = \"none\"\n", "line 2: ");
}

#[test]
fn a_file_that_cannot_be_read_is_a_usage_error() {
    let run = |file: &str| restwell(["new", "a", "--yes", "--answers", file]);
    run("nowhere.toml").exits(2).says("error[RW0106]").says("there is no such file").writes_nothing();
    run("folder").directory("folder").exits(2).says("it is a directory").writes_nothing();
    run("/dev/zero").exits(2).says("error[RW0106]").writes_nothing();
    let huge = "# ".repeat(1 << 20);
    run("huge.toml").file("huge.toml", &huge).exits(2).says("larger than a megabyte").writes_nothing();
}

#[test]
fn nothing_in_an_answers_file_is_run() {
    let text = "name = \"$(touch pwned)\"\n";
    restwell(["new", "a", "--yes", "--answers", "-"]).stdin(text).exits(2).says("error[RW0201]").writes_nothing();
}
