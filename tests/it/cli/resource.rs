//! `generate resource` and `remove resource`: what a project stores.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::project::{files, inside};
use super::session::{Listing, Ran, restwell};

const ORDERS: [&str; 4] = ["orders", "number:string!", "ref:products", "note:text?"];

fn project(flags: &[&str]) -> Ran {
    let mut new = restwell(["new", "shop-api", "--yes", "--no-git"]);
    new.command().args(flags);
    new.exits(0)
}

fn generate(project: &Ran, resource: &[&str]) -> Ran {
    let mut run = inside(project, ["generate", "resource"]);
    run.command().args(resource).arg("--no-check");
    run.exits(0)
}

/// Without the base, and without migrations, which stay.
fn own(project: &Ran) -> Listing {
    let mut files = files(project);
    files.retain(|path, _| !path.starts_with(".restwell") && !path.starts_with("migrations"));
    files
}

fn migrations(project: &Ran) -> Vec<String> {
    let of = |path: &Path| Some(path.strip_prefix("migrations").ok()?.to_str()?.to_owned());
    let mut names: Vec<String> = files(project).keys().filter_map(|path| of(path)).collect();
    // The folder itself is listed, too.
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names
}

#[test]
fn a_generated_resource_is_that_of_a_new_project() {
    for flags in [&[][..], &["--database", "postgres", "--cache", "redis", "--auth", "api-key"], &["--cache", "none"]] {
        let project = project(flags);
        generate(&project, &ORDERS).says("resource: orders number:string! ref:products note:text?");
        generate(&project, &["lines", "ref:orders"]);
        let mut new = restwell(["new", "shop-api", "--yes", "--no-git"]);
        new.command().args(flags).args(["--resource", &ORDERS.join(" "), "--resource", "lines ref:orders"]);
        assert_eq!(files(&project), files(&new.exits(0)), "{flags:?}");
        inside(&project, ["status", "--check"]).exits(0);
        generate(&project, &ORDERS).says("nothing to change");
    }
}

#[test]
fn the_receipt_gives_the_same_project() {
    let project = project(&[]);
    generate(&project, &ORDERS);
    let receipt = project.path().join("shop-api/restwell.toml");
    let mut new = restwell(["new", "shop-api", "--yes", "--no-git", "--answers"]);
    new.command().arg(&receipt);
    let again = new.exits(0);
    assert_eq!(files(&project), files(&again));
    again.says("--resource 'orders number:string! ref:products note:text?'");
}

#[test]
fn a_removed_resource_leaves_the_project_as_it_was() {
    let project = project(&["--auth", "api-key"]);
    fs::write(project.path().join("shop-api/src/mine.rs"), "//! Mine.\n").expect("written");
    let readme = project.path().join("shop-api/README.md");
    let text = fs::read_to_string(&readme).expect("there");
    fs::write(&readme, text.replace("# shop-api\n", "# The tea shop\n")).expect("written");
    let (before, all) = (own(&project), files(&project));
    generate(&project, &ORDERS);
    assert_ne!(own(&project), before);
    assert_eq!(migrations(&project), ["0001_products.sql", "0002_api_keys.sql", "0003_orders.sql"]);
    inside(&project, ["remove", "resource", "orders", "--no-check"]).exits(0);
    assert_eq!(own(&project), before);
    assert_eq!(migrations(&project).len(), 3, "a database may have run it");
    // Another one could not make the table.
    let other = ["generate", "resource", "orders", "total:int", "--no-check"];
    inside(&project, other).exits(2).says("`migrations/0003_orders.sql` is a migration of the table `orders`");
    // The migration is there still, so that it is not written a second time.
    generate(&project, &ORDERS);
    assert_eq!(migrations(&project), ["0001_products.sql", "0002_api_keys.sql", "0003_orders.sql"]);
    inside(&project, ["undo"]).exits(0);
    inside(&project, ["undo"]).exits(0);
    inside(&project, ["undo"]).exits(0);
    assert_eq!(files(&project), all);
}

/// The migration that changed its table stays, and none would change it back.
#[test]
fn a_removed_resource_whose_table_was_changed_is_not_added_again() {
    let project = project(&[]);
    generate(&project, &["orders", "a:string", "note:text?"]);
    generate(&project, &["orders", "a:string"]);
    assert_eq!(migrations(&project), ["0001_products.sql", "0002_orders.sql", "0003_orders_2.sql"]);
    inside(&project, ["remove", "resource", "orders", "--no-check"]).exits(0);
    let again = ["generate", "resource", "orders", "a:string", "note:text?", "--no-check"];
    inside(&project, again).exits(2).says("`migrations/0003_orders_2.sql` is a migration of the table `orders`");
}

#[test]
fn migrations_keep_their_numbers_when_others_are_added() {
    let project = project(&[]);
    generate(&project, &ORDERS);
    fs::write(project.path().join("shop-api/migrations/0003_mine.sql"), "SELECT 1;\n").expect("written");
    inside(&project, ["set", "auth=api-key", "--no-check"]).exits(0);
    let names = migrations(&project);
    assert_eq!(names, ["0001_products.sql", "0002_orders.sql", "0003_mine.sql", "0004_api_keys.sql"]);
    generate(&project, &["lines", "ref:orders"]);
    let names = migrations(&project);
    assert_eq!(names.last().map(String::as_str), Some("0005_lines.sql"), "{names:?}");
    let numbers: BTreeSet<&str> = names.iter().filter_map(|name| name.get(..4)).collect();
    assert_eq!(numbers.len(), names.len(), "{names:?}");
    inside(&project, ["set", "--no-check"]).exits(0).says("nothing to change");
    inside(&project, ["update", "--no-check"]).exits(0).says("nothing to change");
    assert_eq!(migrations(&project), names);
}

#[test]
fn a_migration_is_deleted_only_by_the_user_whatever_its_number() {
    let project = project(&[]);
    let base = || fs::read_to_string(project.path().join("shop-api/.restwell/base")).expect("there");
    generate(&project, &["orders", "a:int"]);
    generate(&project, &["lines", "b:int"]);
    generate(&project, &["lines", "b:int", "c:int"]);
    generate(&project, &["orders", "a:int", "d:int"]);
    generate(&project, &["bills", "a:int"]);
    assert!(!base().contains("\ngone "));
    // Restwell renders 0006_lines_2.sql.
    fs::remove_file(project.path().join("shop-api/migrations/0004_lines_2.sql")).expect("removed");
    generate(&project, &["tags", "a:int"]).says("stay away");
    generate(&project, &["notes", "a:int"]);
    assert_eq!(base().matches("\ngone ").count(), 1, "one file was deleted");
    inside(&project, ["set", "database=none", "--no-check"]).exits(0);
    inside(&project, ["set", "database=sqlite", "--no-check"]).exits(0);
    let names = migrations(&project);
    assert!(names.iter().any(|name| name.ends_with("_orders_2.sql")), "{names:?}");
    assert!(!names.iter().any(|name| name.ends_with("_lines_2.sql")), "{names:?}");
}

#[test]
fn another_database_gets_the_resource_in_its_dialect() {
    let project = project(&[]);
    generate(&project, &ORDERS);
    inside(&project, ["set", "database=postgres", "--no-check"]).exits(0);
    let migration = fs::read_to_string(project.path().join("shop-api/migrations/0002_orders.sql")).expect("there");
    assert!(migration.contains("GENERATED ALWAYS AS IDENTITY"), "{migration}");
    inside(&project, ["set", "database=none", "cache=none", "--no-check"]).exits(0);
    assert!(!project.path().join("shop-api/src/orders").exists());
    inside(&project, ["set", "database=sqlite", "--no-check"]).exits(0);
    assert!(project.path().join("shop-api/src/orders/mod.rs").exists(), "the receipt remembers it");
}

#[test]
fn the_receipt_is_the_place_to_ask_for_resources() {
    let project = project(&[]);
    let receipt = project.path().join("shop-api/restwell.toml");
    let text = fs::read_to_string(&receipt).expect("there");
    let asked = "\n[[resource]]\nname = \"orders\"\nfields = [\"number:string!\", \"ref:products\", \"note:text?\"]\n";
    fs::write(&receipt, text.clone() + asked).expect("written");
    inside(&project, ["set", "--no-check"]).exits(0);
    assert!(project.path().join("shop-api/src/orders/mod.rs").exists());
    fs::write(&receipt, text.clone() + "\n[[resource]]\nname = \"orders\"\nfields = [\"number:strin\"]\n")
        .expect("written");
    inside(&project, ["set", "--no-check"]).exits(2).says("`strin` in `number:strin` is not a type");
    for (name, told) in
        [("series", "projects have a module or a table `series` of their own"), ("states", "one of the `states`")]
    {
        let asked = format!("\n[[resource]]\nname = \"{name}\"\nfields = [\"number:string\"]\n");
        fs::write(&receipt, text.clone() + &asked).expect("written");
        inside(&project, ["set", "--no-check"]).exits(2).says(told);
    }
    fs::write(&receipt, text).expect("written");
    inside(&project, ["set", "--no-check"]).exits(0);
    assert!(!project.path().join("shop-api/src/orders").exists());
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_written() {
    let project = project(&[]);
    generate(&project, &ORDERS);
    generate(&project, &["lines", "ref:orders"]);
    let before = files(&project);
    let refused: [(&[&str], &str); 26] = [
        (&["generate", "resource", "carts", "a:strin"], "restwell generate resource carts a:string"),
        (&["generate", "resource", "carts", "a:quaternion"], "types: string, text"),
        (&["generate", "resource", "carts", "a"], "`a` is not a field"),
        (&["generate", "resource", "cart", "a:int"], "is not a noun in the plural"),
        (&["generate", "resource", "Carts", "a:int"], "`Carts` is not a name"),
        (&["generate", "resource", "groups", "select:int"], "`select` is reserved"),
        (&["generate", "resource", "carts", "xmin:int"], "`xmin` is reserved"),
        (&["generate", "resource", "docs", "a:int"], "`docs` is reserved"),
        (&["generate", "resource", "metrics", "a:int"], "`metrics` is reserved"),
        (&["generate", "resource", "sqlite_things", "a:int"], "`sqlite_things` is reserved"),
        (&["generate", "resource", "carts", "id:int"], "every table has a column `id`"),
        (&["generate", "resource", "carts", "a:int", "a:text"], "`a` is given twice"),
        (&["generate", "resource", "carts", "a:bool!"], "a unique bool allows only two rows"),
        (&["generate", "resource", "carts", "ref:users"], "there is no resource `users`"),
        (&["generate", "resource", "series", "a:int"], "projects have a module or a table `series` of their own"),
        (&["generate", "resource", "products", "a:int"], "projects have a module or a table `products` of their own"),
        (&["generate", "resource", "carts", "current_date:date"], "resource carts current_date_value:date\n"),
        (&["generate", "resource", "new_products", "a:int"], "would both have a schema `NewProduct`"),
        (&["generate", "resource", "line_replacements", "a:int"], "would both have a schema `LineReplacement`"),
        (&["generate", "resource", "order", "a:int"], "try: restwell generate resource orders a:int\n"),
        (&["generate", "resource", "Carts", "a:int"], "try: restwell generate resource carts a:int\n"),
        (&["generate", "resource", "docs", "a:int"], "try: restwell generate resource doc_records a:int\n"),
        (&["generate", "resource", "carts", "ref:product?"], "restwell generate resource carts 'ref:products?'\n"),
        (&["generate", "resource", "carts", "a:int", "ref:carts"], "a resource cannot refer to itself"),
        (&["generate", "resource", "options", "a:int"], "would be an `Option`"),
        (&["generate", "resource", "carts", "a:bool!"], "try: restwell generate resource carts a:bool\n"),
    ];
    for (words, told) in refused {
        let mut run = inside(&project, []);
        run.command().args(words);
        run.exits(2).says(told);
    }
    inside(&project, ["remove", "resource", "orders"]).exits(2).says("restwell remove resource lines\n");
    let without_check = inside(&project, ["remove", "resource", "orders", "--no-check"]).exits(2);
    without_check.says("restwell remove resource lines --no-check\n");
    inside(&project, ["remove", "resource", "line"]).exits(2).says("restwell remove resource lines");
    inside(&project, ["remove", "resource", "products"]).exits(2).says("no resource `products` that restwell added");
    assert_eq!(files(&project), before);
}

#[test]
fn a_module_of_ones_own_is_in_the_way_of_a_resource() {
    let generate = ["generate", "resource", "orders", "a:int", "--no-check"];
    for own in ["src/orders.rs", "src/orders/mod.rs"] {
        let project = project(&[]);
        let path = project.path().join("shop-api").join(own);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, "//! Ours.\n").expect("written");
        inside(&project, generate).exits(7).says("error[RW0803]").says(&format!("`{own}`: ")).writes_nothing();
    }
}

#[test]
fn a_table_of_ones_own_is_not_made_again() {
    let project = project(&[]);
    let path = project.path().join("shop-api/migrations/0002_own.sql");
    let generate = ["generate", "resource", "orders", "a:int", "--no-check"];
    let told = "`migrations/0002_own.sql` makes the table `orders`";
    let receipt = project.path().join("shop-api/restwell.toml");
    let text = fs::read_to_string(&receipt).expect("there");
    for sql in ["create table orders(id INTEGER) STRICT;\n", "ALTER TABLE products RENAME TO \"Orders\";\n"] {
        fs::write(&path, sql).expect("written");
        inside(&project, generate).exits(2).says(told).writes_nothing();
        let asked = "\n[[resource]]\nname = \"orders\"\nfields = [\"a:int\"]\n";
        fs::write(&receipt, text.clone() + asked).expect("written");
        inside(&project, ["set", "--no-check"]).exits(2).says(told);
        fs::write(&receipt, &text).expect("written");
    }
    fs::write(&path, "CREATE TABLE orders_old (id INTEGER) STRICT; -- for orders\n").expect("written");
    inside(&project, generate).exits(0);
}

#[test]
fn a_resource_needs_a_database() {
    let project = project(&["--database", "none", "--cache", "none"]);
    let mut run = inside(&project, ["generate", "resource"]);
    run.command().args(ORDERS).arg("--no-check");
    run.exits(2).says("restwell set database=sqlite --no-check\n");
}

#[test]
fn a_new_project_without_a_database_remembers_its_resources() {
    let warning = "warning: there is no code for `orders` without a database";
    let new = ["new", "shop-api", "--yes", "--no-git", "--database", "none", "--resource", "orders a:int"];
    let by_flag = restwell(new).exits(0).says(warning).says("--resource 'orders a:int' --yes");
    let answers = "database = \"none\"\n[[resource]]\nname = \"orders\"\nfields = [\"a:int\"]\n";
    let by_file = restwell(["new", "shop-api", "--yes", "--no-git", "--answers", "-"]).stdin(answers);
    let by_file = by_file.exits(0).says(warning).says("--resource 'orders a:int' --yes");
    assert_eq!(files(&by_flag), files(&by_file));
    assert!(!by_flag.path().join("shop-api/src/orders").exists());
    inside(&by_flag, ["set", "database=sqlite", "--no-check"]).exits(0);
    assert!(by_flag.path().join("shop-api/src/orders/mod.rs").exists());
}

#[test]
fn the_resources_of_a_new_project_are_checked_together() {
    let new = |resources: [&str; 2]| {
        let mut new = restwell(["new", "t", "--yes", "--no-git"]);
        new.command().args(resources.iter().flat_map(|resource| ["--resource", resource]));
        new
    };
    let ran = new(["orders ref:lines", "lines b:int"]).exits(2).says("the resource `orders ref:lines` is not valid");
    ran.says("the order matters: add `lines` before `orders`");
    let fix = "--resource 'orders a:string ref:products' --resource 'lines b:int'\n";
    new(["orders a:strin ref:products", "lines b:int"]).exits(2).says(fix);
    new(["orders a:int", "line ref:order"]).exits(2).says("--resource 'orders a:int' --resource 'lines ref:order'\n");
    new(["orders a:int ref:lines? was a:int", "lines b:int"]).exits(0);
}
