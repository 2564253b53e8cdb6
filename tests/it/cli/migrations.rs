//! Migrations that were edited or deleted, over changes that take them away and bring them back.

use std::fs;
use std::path::Path;

use super::project::{files, inside};
use super::session::{Ran, restwell};

fn project(flags: &[&str]) -> Ran {
    let mut new = restwell(["new", "shop-api", "--yes", "--no-git", "--resource", "orders a:int ref:products"]);
    new.command().args(flags);
    new.exits(0)
}

fn names(project: &Ran) -> Vec<String> {
    let of = |path: &Path| Some(path.strip_prefix("migrations").ok()?.to_str()?.to_owned());
    files(project).keys().filter_map(|path| of(path)).filter(|name| !name.is_empty()).collect()
}

fn set(project: &Ran, values: &[&str]) {
    let mut run = inside(project, ["set", "--no-check"]);
    run.command().args(values);
    run.exits(0);
}

fn append(project: &Ran, name: &str, text: &str) -> String {
    let path = project.path().join("shop-api/migrations").join(name);
    let edited = fs::read_to_string(&path).unwrap_or_default() + text;
    fs::write(path, &edited).expect("written");
    edited
}

fn read(project: &Ran, name: &str) -> String {
    fs::read_to_string(project.path().join("shop-api/migrations").join(name)).expect("there")
}

/// Otherwise two migrations would make one table, and the service would not start.
#[test]
fn an_edited_migration_that_comes_back_is_not_written_a_second_time() {
    for name in ["0001_products.sql", "0002_orders.sql"] {
        let project = project(&[]);
        let rendered = read(&project, name);
        let edited = append(&project, name, "-- Ours.\n");
        set(&project, &["database=none", "cache=none"]);
        assert_eq!(names(&project), [name], "it is the user's");
        let path = format!("migrations/{name}");
        let back = inside(&project, ["set", "database=sqlite", "--no-check"]).exits(7).writes_nothing();
        back.says(&format!("because: `{path}`: you and restwell both created this file"));
        let ours = ["set", "database=sqlite", "--no-check", "--ours", &path];
        inside(&project, ours).exits(0).says(&format!("yours to port  {path}"));
        assert_eq!(names(&project), ["0001_products.sql", "0002_orders.sql"]);
        assert_eq!(read(&project, name), edited);
        inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
        inside(&project, ["undo"]).exits(0);
        inside(&project, ["set", "database=sqlite", "--no-check", "--theirs", &path]).exits(0);
        assert_eq!(names(&project), ["0001_products.sql", "0002_orders.sql"]);
        assert_eq!(read(&project, name), rendered);
    }
}

#[test]
fn an_edited_migration_under_another_number_comes_back_there() {
    let project = project(&[]);
    append(&project, "0003_mine.sql", "SELECT 1;\n");
    set(&project, &["auth=api-key"]);
    let edited = append(&project, "0004_api_keys.sql", "-- Ours.\n");
    set(&project, &["auth=none"]);
    let path = "migrations/0004_api_keys.sql";
    let back = inside(&project, ["set", "auth=api-key", "--no-check"]).exits(7).writes_nothing();
    back.says(&format!("because: `{path}`: you and restwell both created this file"));
    let before = names(&project);
    inside(&project, ["set", "auth=api-key", "--no-check", "--ours", path]).exits(0);
    assert_eq!((names(&project), read(&project, "0004_api_keys.sql")), (before, edited));
    inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
}

/// A migration of the user may need the tables of restwell: those are made before, as they were.
#[test]
fn migrations_that_come_back_have_the_numbers_that_they_had() {
    let project = project(&[]);
    append(&project, "0003_mine.sql", "SELECT 1;\n");
    let before = names(&project);
    set(&project, &["database=none", "cache=none"]);
    assert_eq!(names(&project), ["0003_mine.sql"]);
    set(&project, &["database=sqlite"]);
    assert_eq!(names(&project), before);
    set(&project, &["auth=api-key"]);
    assert_eq!(names(&project).last().map(String::as_str), Some("0004_api_keys.sql"));
}

#[test]
fn a_deleted_migration_stays_away_in_every_later_change() {
    let project = project(&["--resource", "lines a:int"]);
    fs::remove_file(project.path().join("shop-api/migrations/0002_orders.sql")).expect("removed");
    for value in ["limiter=none", "limiter=memory", "limiter=none"] {
        set(&project, &[value]);
        assert_eq!(names(&project), ["0001_products.sql", "0003_lines.sql"], "{value}");
    }
    set(&project, &["database=none", "cache=none"]);
    set(&project, &["database=sqlite"]);
    assert_eq!(names(&project), ["0001_products.sql", "0003_lines.sql"]);
}
