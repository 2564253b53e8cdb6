//! `verify`, `explain --receipt` and the end of `new`: what was compiled and tested.

use std::fs;

use restwell::proof::PROOFS;

use super::project::inside;
use super::session::{Ran, restwell};

fn project() -> Ran {
    restwell(["new", "shop-api", "--preset", "standard", "--no-git"]).exits(0)
}

fn is_proved(line: &str) -> bool {
    line.starts_with("proved: compiled with clippy -D warnings; ") || line == "not proved by this build"
}

#[test]
fn a_project_without_edits_is_what_was_rendered() {
    let project = project();
    let ran = inside(&project, ["verify"]).exits(0).writes_nothing();
    let lines: Vec<&str> = ran.stdout().lines().collect();
    assert!(lines.len() == 3 && is_proved(lines[0]), "{lines:?}");
    for line in &lines[1..] {
        let (_, counts) = line.split_once(": ").expect("a count");
        let words: Vec<&str> = counts.split(' ').collect();
        assert_eq!(words[0], words[2], "{line}");
    }
    let object = inside(&project, ["verify", "--format", "json"]).exits(0).json();
    for list in ["edited", "missing", "yours"] {
        assert_eq!(object["data"][list], serde_json::json!([]));
    }
    let code = if object["data"]["proof"].is_null() { 6 } else { 0 };
    inside(&project, ["verify", "--check"]).exits(code);
}

#[test]
fn each_file_and_package_that_differs_is_named() {
    let project = project();
    let root = project.path().join("shop-api");
    let append = |path: &str, text: &str| {
        let before = fs::read_to_string(root.join(path)).unwrap_or_default();
        fs::write(root.join(path), before + text).expect("written");
    };
    append("src/app.rs", "// ours\n");
    append("src/orders.rs", "//! Orders.\n");
    append("README.md", "Ours.\n");
    fs::remove_file(root.join("benches/hot_path.rs")).expect("removed");
    let lock = fs::read_to_string(root.join("Cargo.lock")).expect("there");
    let (head, rest) = lock.split_once("name = \"axum\"\nversion = \"").expect("it has axum");
    let (version, tail) = rest.split_once('"').expect("a version");
    fs::write(root.join("Cargo.lock"), format!("{head}name = \"axum\"\nversion = \"99.0.0\"{tail}")).expect("written");
    let ran = inside(&project, ["verify"]).exits(0).writes_nothing();
    let ran = ran.prints("  src/app.rs  edited\n").prints("  src/orders.rs  yours\n");
    let ran = ran.prints("  benches/hot_path.rs  missing\n").prints("  axum 99.0.0  yours\n");
    let ran = ran.prints(&format!("  axum {version}  missing\n"));
    assert!(!ran.stdout().contains("README"), "the compiler does not read it");
    let ran = inside(&project, ["verify", "--check"]).exits(6).says("error[RW0901]").says("`src/app.rs`: edited");
    ran.says("`Cargo.lock`: axum 99.0.0 is yours");
    inside(&project, ["verify", "--check", "--format", "json"]).exits(6).json();
    fs::write(root.join("Cargo.lock"), "[").expect("written");
    inside(&project, ["verify"]).exits(0).prints("Cargo.lock cannot be read\n");
    project.then(["verify"]).exits(1).says("error[RW0603]");
}

#[test]
fn the_number_of_a_migration_and_line_ends_are_no_difference() {
    let project = project();
    let migrations = project.path().join("shop-api/migrations");
    fs::write(migrations.join("0002_own.sql"), "CREATE TABLE x (id INTEGER) STRICT;\n").expect("written");
    inside(&project, ["generate", "resource", "orders", "a:int", "--no-check"]).exits(0);
    for path in ["src/app.rs", "migrations/0003_orders.sql"] {
        let path = project.path().join("shop-api").join(path);
        let text = fs::read_to_string(&path).expect("there");
        fs::write(&path, text.replace('\n', "\r\n")).expect("written");
    }
    let object = inside(&project, ["verify", "--format", "json"]).exits(0).json();
    let lists = ["edited", "missing", "yours"].map(|list| object["data"][list].clone());
    let none = serde_json::json!([]);
    assert_eq!(lists, [none.clone(), none, serde_json::json!(["migrations/0002_own.sql"])]);
    inside(&project, ["status"]).exits(0).prints("edited by you: nothing\n");
    fs::write(migrations.join("0003_orders.sql"), "CREATE TABLE orders (id INTEGER) STRICT;\n").expect("written");
    inside(&project, ["verify"]).exits(0).prints("  migrations/0003_orders.sql  edited\n");
    inside(&project, ["status"]).exits(0).prints("  migrations/0003_orders.sql  ");
    fs::remove_file(migrations.join("0003_orders.sql")).expect("removed");
    inside(&project, ["verify"]).exits(0).prints("  migrations/0002_orders.sql  missing\n");
}

#[test]
fn new_ends_with_what_is_proved() {
    let ran = project();
    assert!(ran.stderr().lines().last().is_some_and(is_proved), "{}", ran.stderr());
    let object = restwell(["new", "b", "--yes", "--no-git", "--format", "json"]).exits(0).json();
    assert!(object["data"]["proof"].is_null() || object["data"]["proof"]["rust"].is_string());
}

#[test]
fn a_receipt_is_that_of_the_values_or_of_the_project() {
    let receipt = |words: &[&str]| {
        let mut run = restwell(["explain", "--receipt", "--format", "json"]);
        run.command().args(words);
        run.exits(0).writes_nothing().json()
    };
    assert_eq!(receipt(&[])["data"]["stack"]["cache"], "memory");
    assert_eq!(receipt(&["scale", "auth=jwt"])["data"]["stack"]["auth"], "jwt");
    let object = receipt(&["standard"]);
    assert_eq!(
        object["data"]["proof"].is_null(),
        PROOFS.rows().all(|row| !row.stack.starts_with("sqlite-memory-memory-none-none-prometheus"))
    );
    restwell(["explain", "--receipt", "cahce=redis"]).exits(2).says("restwell explain");
    restwell(["explain", "--receipt", "database=none", "cache=redis"]).exits(3).says("error[RW0301]");
    let project = restwell(["new", "a", "--preset", "minimal", "--no-git"]).exits(0);
    let ran = project.then(["explain", "--receipt"]).inside("a").exits(0);
    assert!(ran.stdout().starts_with("database=none cache=none "), "{}", ran.stdout());
    assert!(ran.stdout().lines().nth(1).is_some_and(is_proved), "{}", ran.stdout());
}
