//! Names of projects, compared with cargo itself.

use std::process::Command;

use super::session::restwell;

/// Names of every kind; cargo determines the expected result.
const NAMES: &[&str] = &[
    "shop-api",
    "shop_api",
    "a",
    "A",
    "ShopApi",
    "v2",
    "_x",
    "x-",
    "x_",
    "tests",
    "app",
    "selfish",
    "union",
    "auto",
    "raw",
    "dyn",
    "Self",
    "self",
    "fn",
    "async",
    "yield",
    "abstract",
    "priv",
    "true",
    "crate",
    "super",
    "try",
    "gen",
    "macro",
    "macro_rules",
    "test",
    "core",
    "std",
    "alloc",
    "proc_macro",
    "proc-macro",
    "build",
    "deps",
    "examples",
    "incremental",
    "debug",
    "con",
    "CON",
    "Prn",
    "aux",
    "nul",
    "com1",
    "com0",
    "lpt9",
    "lpt10",
    "9lives",
    "1",
    "-x",
    "--",
    "my shop",
    "a.b",
    "a/b",
    "a\\b",
    "a:b",
    "caffè",
    "ünder",
    "日本",
    "x!",
    "x$y",
    "x;y",
    "x'y",
    "x\"y",
    "",
    " ",
    " x",
    "x ",
    "\t",
    "a\nb",
];

/// Whether cargo rejects a name, or warns about more than capitals.
fn cargo_is_content(name: &str) -> bool {
    let place = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO"))
        .args(["new", "--vcs", "none", "--offline"])
        .arg(format!("--name={name}"))
        .arg(place.path().join("p"))
        .output()
        .expect("cargo starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let warns = said.lines().any(|line| line.starts_with("warning") && !line.contains("snake_case"));
    output.status.success() && !warns
}

#[test]
fn cargo_and_restwell_accept_the_same_names() {
    let ask = |name: &'static str| {
        let flag = format!("--name={name}");
        let ran = std::process::Command::new(super::session::PROGRAM)
            .args(["new", "p", "--yes", "--dry-run", &flag])
            .output()
            .expect("it starts");
        (name, cargo_is_content(name), ran.status.code())
    };
    let wrong: Vec<_> = NAMES
        .iter()
        .map(|&name| ask(name))
        .filter(|(_, content, code)| *code != Some(if *content { 0 } else { 2 }))
        .collect();
    assert!(wrong.is_empty(), "(name, cargo is content, our exit code): {wrong:?}");
}

#[test]
fn a_name_is_refused_in_three_parts() {
    restwell(["new", "fn", "--yes"])
        .exits(2)
        .says_only(
            "error[RW0202]: invalid project name `fn`\n  \
             because: it is a keyword of Rust\n  \
             try: restwell new fn --yes --name fn-api\n\
             help: `--name NAME` sets the name of the package only, not of the directory\n      \
             `restwell explain RW0202`\n",
        )
        .writes_nothing();
}

#[test]
fn each_kind_of_name_has_its_reason() {
    let refuse = |name: &str, told: &str| {
        restwell(["new", "p", "--yes", &format!("--name={name}")]).exits(2).says(told).writes_nothing();
    };
    refuse("", "a name cannot be empty");
    refuse("9lives", "a name cannot start with a digit");
    refuse("my shop", "` ` is not allowed");
    refuse("caffè", "`è` is not allowed");
    refuse("test", "Rust's built-in test library");
    refuse("std", "Rust's standard library");
    refuse("deps", "cargo's build directories");
    refuse("nul", "a device on Windows");
}

#[test]
fn a_dependency_cannot_be_the_name() {
    for name in ["axum", "tokio", "serde_json", "serde-json", "tower-http"] {
        restwell(["new", name, "--yes"]).exits(2).says("error[RW0203]").writes_nothing();
    }
}

#[test]
fn the_nearest_name_works() {
    let ran = restwell(["new", "my shop", "--yes", "--format", "json"]).exits(2);
    let fix = ran.json()["error"]["fixes"][0].as_str().expect("a fix").to_owned();
    assert_eq!(fix, "restwell new 'my shop' --yes --format json --name my-shop");
    let ran = super::session::shell(&format!("{fix} --no-git")).exits(0);
    assert!(ran.text("my shop/Cargo.toml").contains("name = \"my-shop\""));
}

#[test]
fn a_path_without_a_name_needs_one() {
    restwell(["new", "/", "--yes", "--force"])
        .exits(2)
        .says("error[RW0204]")
        .says("try: restwell new / --yes --force --name shop-api\n");
}

#[test]
fn a_dot_takes_the_name_of_the_directory() {
    let ran = restwell(["new", ".", "--yes", "--no-git"]).inside("shop-api").exits(0);
    assert!(ran.text("Cargo.toml").contains("name = \"shop-api\""));
    restwell(["new", "./", "--yes", "--no-git"]).inside("other").exits(0);
    let ran = restwell(["new", "..", "--yes", "--no-git", "--force"]).inside("above/x").exits(0);
    assert!(ran.text("../Cargo.toml").contains("name = \"above\""));
}
