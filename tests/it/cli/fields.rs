//! `generate resource` for a resource that exists: other fields make a new migration.

use std::fs;

use super::project::{files, inside};
use super::session::{Ran, restwell};

fn project(database: &str) -> Ran {
    let orders = "orders number:string! note:text? total:int";
    let mut new = restwell(["new", "shop-api", "--yes", "--no-git", "--database", database]);
    new.command().args(["--resource", orders, "--resource", "lines ref:orders"]);
    new.exits(0)
}

fn change(project: &Ran, fields: &str, more: &[&str]) -> super::session::Session {
    let mut run = inside(project, ["generate", "resource", "orders", "--no-check"]);
    run.command().args(fields.split(' ')).args(more);
    run
}

fn text(project: &Ran, path: &str) -> String {
    fs::read_to_string(project.path().join("shop-api").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const SAME: &str = "number:string! note:text? total:int";
/// A column is dropped, one has another type, two are added; the order differs.
const OTHER: &str = "total:bigint number:string! paid:bool ref:products?";

#[test]
fn the_same_fields_change_nothing() {
    let project = project("sqlite");
    change(&project, SAME, &[]).exits(0).says("nothing to change").writes_nothing();
    let json = change(&project, SAME, &["--format", "json"]).exits(0).writes_nothing().json();
    assert_eq!(json["data"]["changed_resources"], serde_json::json!([]));
}

#[test]
fn other_fields_make_one_new_migration_and_the_code_of_a_new_project() {
    for database in ["sqlite", "postgres"] {
        let project = project(database);
        let before = files(&project);
        change(&project, OTHER, &[])
            .exits(0)
            .says("resource: orders number:string! note:text? total:int → total:bigint number:string! paid:bool")
            .says("data is lost   the migration drops orders.note");
        let after = files(&project);
        let is_migration = |path: &&std::path::PathBuf| path.starts_with("migrations");
        let added: Vec<_> = after.keys().filter(is_migration).filter(|path| !before.contains_key(*path)).collect();
        assert_eq!(added, [std::path::Path::new("migrations/0004_orders_2.sql")]);
        assert!(before.iter().filter(|(path, _)| is_migration(path)).all(|(path, file)| after[path] == *file));
        inside(&project, ["status", "--check"]).exits(0);
        change(&project, OTHER, &[]).exits(0).says("nothing to change");
        inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
        // But for migrations, and for what remembers them, the project is as new.
        let mut new = restwell(["new", "shop-api", "--yes", "--no-git", "--database", database]);
        new.command().args(["--resource", &format!("orders {OTHER}"), "--resource", "lines ref:orders"]);
        let own = |mut files: super::session::Listing| {
            files.retain(|path, _| {
                !path.starts_with(".restwell") && !path.starts_with("migrations") && *path != *"restwell.toml"
            });
            files
        };
        assert_eq!(own(after), own(files(&new.exits(0))), "{database}");
    }
}

#[test]
fn the_receipt_and_the_replay_give_the_same_project() {
    let project = project("sqlite");
    change(&project, OTHER, &[]).exits(0);
    assert!(
        text(&project, "restwell.toml").contains("\nwas = [[\"number:string!\", \"note:text?\", \"total:int\"]]\n")
    );
    let mut new = restwell(["new", "shop-api", "--yes", "--no-git", "--answers"]);
    new.command().arg(project.path().join("shop-api/restwell.toml"));
    let again = new.exits(0);
    assert_eq!(files(&project), files(&again));
    let resource = format!("orders {OTHER} was {SAME}");
    again.says(&format!("--resource '{resource}'"));
    let mut new = restwell(["new", "shop-api", "--yes", "--no-git", "--resource", &resource]);
    new.command().args(["--resource", "lines ref:orders"]);
    assert_eq!(files(&new.exits(0)), files(&project));
}

#[test]
fn a_dry_run_is_the_run_and_undo_gives_everything_back() {
    let project = project("sqlite");
    let path = project.path().join("shop-api/src/orders/mod.rs");
    fs::write(&path, text(&project, "src/orders/mod.rs") + "\n// Mine.\n").expect("written");
    let before = files(&project);
    let dry = change(&project, OTHER, &["--format", "json", "--dry-run"]).exits(0).writes_nothing().json();
    let real = change(&project, OTHER, &["--format", "json"]).exits(0).json();
    assert_eq!(dry, real);
    let changed = &real["data"]["changed_resources"][0];
    assert_eq!(changed["dropped"], serde_json::json!(["note"]));
    assert_eq!(changed["filled"], serde_json::json!([{"column": "paid", "value": "0"}]));
    assert_eq!(real["data"]["merged"][0]["path"], "src/orders/mod.rs");
    assert!(text(&project, "src/orders/mod.rs").ends_with("\n// Mine.\n"));
    let after = files(&project);
    inside(&project, ["undo"]).exits(0);
    assert_eq!(files(&project), before);
    inside(&project, ["redo"]).exits(0);
    assert_eq!(files(&project), after);
}

#[test]
fn an_edit_of_a_line_that_changes_is_a_conflict() {
    let project = project("sqlite");
    let path = project.path().join("shop-api/src/orders/mod.rs");
    let edited = text(&project, "src/orders/mod.rs").replace("pub note: Option<String>", "pub note: Option<Box<str>>");
    fs::write(&path, edited).expect("written");
    change(&project, OTHER, &[]).exits(7).says("src/orders/mod.rs").writes_nothing();
}

#[test]
fn another_database_gets_every_migration_in_its_dialect() {
    let project = project("sqlite");
    change(&project, OTHER, &[]).exits(0);
    change(&project, "number:string! paid:bool?", &[]).exits(0);
    inside(&project, ["set", "database=postgres", "--no-check"]).exits(0);
    let resource = format!("orders number:string! paid:bool? was {OTHER} was {SAME}");
    let mut new = restwell(["new", "shop-api", "--yes", "--no-git", "--database", "postgres"]);
    new.command().args(["--resource", &resource, "--resource", "lines ref:orders"]);
    assert_eq!(files(&project), files(&new.exits(0)));
    assert!(text(&project, "migrations/0005_orders_3.sql").contains("ALTER COLUMN paid DROP NOT NULL"));
}

/// A short migration that got another number is found again.
#[test]
fn migrations_keep_their_numbers() {
    let project = project("sqlite");
    change(&project, "number:string! note:text? total:int paid:bool?", &[]).exits(0);
    let short = text(&project, "migrations/0004_orders_2.sql");
    assert_eq!(short.lines().count(), 1, "{short}");
    inside(&project, ["generate", "resource", "tags", "label:string", "--no-check"]).exits(0);
    inside(&project, ["set", "auth=api-key", "--no-check"]).exits(0);
    change(&project, "number:string! note:text? total:int", &[]).exits(0);
    let migrations = || {
        let mut names: Vec<String> = files(&project).keys().map(|path| path.display().to_string()).collect();
        names.retain(|name| name.starts_with("migrations/"));
        names.sort_unstable();
        names
    };
    let names =
        ["0001_products", "0002_orders", "0003_lines", "0004_orders_2", "0005_tags", "0006_api_keys", "0007_orders_3"];
    assert_eq!(migrations(), names.map(|name| format!("migrations/{name}.sql")));
    assert_eq!(text(&project, "migrations/0004_orders_2.sql"), short);
    inside(&project, ["status", "--check"]).exits(0);
    inside(&project, ["update", "--no-check"]).exits(0).says("nothing to change");
    inside(&project, ["set", "database=postgres", "--no-check"]).exits(0);
    assert_eq!(migrations(), names.map(|name| format!("migrations/{name}.sql")));
    assert!(text(&project, "migrations/0004_orders_2.sql").contains("BOOLEAN"));
}

#[test]
fn fields_that_are_changed_in_the_receipt_are_applied() {
    let project = project("sqlite");
    let path = project.path().join("shop-api/restwell.toml");
    let changed = text(&project, "restwell.toml").replace("\"total:int\"]", "\"total:int\", \"paid:bool\"]");
    fs::write(&path, &changed).expect("written");
    inside(&project, ["set", "--no-check"]).exits(0).says("rows           orders.paid is 0 where it has no value");
    assert!(text(&project, "migrations/0004_orders_2.sql").contains("ADD COLUMN paid"));
    assert!(text(&project, "restwell.toml").contains("\nwas = [["));
    // The migrations of a project exist, whatever the file says of them.
    fs::write(&path, changed).expect("written");
    let before = files(&project);
    inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
    assert_eq!(files(&project), before);
}

#[test]
fn what_would_break_rows_that_exist_is_refused() {
    let project = project("sqlite");
    let before = files(&project);
    for (fields, told) in [
        (
            "number:string! status:string",
            "restwell generate resource orders --no-check 'number:string!' 'status:string?'",
        ),
        ("number:string! key:uuid!", "'key:uuid?!'"),
        ("number:string! ref:products", "rows that exist would have no value for the new field `ref:products`"),
        ("number:int! total:int", "not every value of `number:string!` is one of `number:int!`"),
        ("number:string! total:string", "restwell generate resource orders --no-check 'number:string!' total:int"),
        ("number:string! ref:lines?", "`orders` would refer to itself"),
    ] {
        change(&project, fields, &[]).exits(2).says("error[RW0120]").says(told);
    }
    assert_eq!(files(&project), before);
}

#[test]
fn a_resource_that_a_migration_needs_is_not_removed() {
    let project = project("sqlite");
    inside(&project, ["generate", "resource", "tags", "label:string", "--no-check"]).exits(0);
    change(&project, &format!("{SAME} ref:tags?"), &[]).exits(0);
    change(&project, SAME, &[]).exits(0);
    let remove = inside(&project, ["remove", "resource", "tags"]).exits(2);
    remove.says("a migration of `orders` refers to it");
}

#[test]
fn a_removed_resource_leaves_all_its_migrations() {
    let project = project("sqlite");
    inside(&project, ["remove", "resource", "lines", "--no-check"]).exits(0);
    change(&project, OTHER, &[]).exits(0);
    inside(&project, ["remove", "resource", "orders", "--no-check"]).exits(0);
    assert!(!text(&project, "restwell.toml").contains("orders"));
    for name in ["0002_orders", "0003_lines", "0004_orders_2"] {
        assert!(text(&project, &format!("migrations/{name}.sql")).contains("CREATE TABLE "), "{name}");
    }
    inside(&project, ["undo"]).exits(0);
    assert!(text(&project, "restwell.toml").contains("\nwas = [["));
    inside(&project, ["status", "--check"]).exits(0);
}

#[test]
fn what_a_rebuilt_table_loses_is_told() {
    let project = project("sqlite");
    fs::write(project.path().join("shop-api/migrations/0009_mine.sql"), "CREATE INDEX by_total ON orders (total);\n")
        .expect("written");
    let told = "what migrations/0009_mine.sql adds to orders";
    change(&project, "number:string! note:text? total:int!", &["--dry-run"]).exits(0).says(told);
    let added = change(&project, "number:string! note:text? total:int paid:bool", &[]).exits(0);
    assert!(!added.stderr().contains(told), "a column is added in place");
}
