//! A table that migrations changed is the table that a new project creates, and has the rows that it had.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::super::{Resources, is_repeated};
use super::*;
use crate::resource::Kind;
use crate::stack::{Answers, Stack};
use crate::template::{self, Context};

/// Every list of fields has at most one of each row.
const FIELDS: [&[&str]; 4] = [
    &["", "a:int", "a:int?", "a:bigint", "a:bigint?!", "a:int!"],
    &["", "b:string", "b:text?", "b:text!", "b:uuid?", "b:decimal"],
    &["", "ref:products", "ref:products?", "ref:products!", "product_id:bigint", "product_id:bigint?!"],
    &["", "c:bool", "c:decimal?", "c:date", "c:datetime?", "other:ref:products?!"],
];

/// How many changes of two steps are made.
const CHANGES: usize = 300;

fn lists() -> Vec<Resource> {
    let mut lists = vec![Vec::new()];
    for row in FIELDS {
        let with =
            |list: &Vec<&'static str>| row.iter().map(|field| [&list[..], &[*field]].concat()).collect::<Vec<_>>();
        lists = lists.iter().flat_map(with).collect();
    }
    let fields =
        |list: &Vec<&'static str>| Resource::parse("orders", list.iter().copied().filter(|field| !field.is_empty()));
    lists.iter().filter_map(|list| fields(list).ok()).collect()
}

/// Orders that were changed twice, or once.
fn changed() -> Vec<Resource> {
    let lists = lists();
    let pair = |before: &Resource, after| before.changed_to(after).ok().filter(|pair| pair.history().count() == 2);
    let before = lists.iter().step_by(7);
    let pairs: Vec<Resource> =
        before.flat_map(|before| lists.iter().step_by(3).filter_map(|after| pair(before, after))).collect();
    let twice = |(index, pair): (usize, &Resource)| {
        let others = lists.iter().cycle().skip(index * 37 % lists.len()).take(lists.len());
        let mut chains = others.filter_map(|next| pair.changed_to(next).ok());
        chains.find(|chain| chain.history().count() == 3 && is_possible(chain)).unwrap_or_else(|| pair.clone())
    };
    pairs.iter().step_by(pairs.len() / CHANGES).enumerate().map(twice).collect()
}

/// Whether the rows can follow: a column that was added has null or zero in each, so it gets no more rules.
fn is_possible(chain: &Resource) -> bool {
    let lists: Vec<&[Field]> = chain.history().collect();
    chain
        .fields()
        .iter()
        .all(|field| named(lists[0], field).is_some() || lists[1].contains(field) || named(lists[1], field).is_none())
}

/// The migrations that create products and the resource.
fn created(resource: &Resource) -> String {
    let stack = Stack::resolve(&Answers::default()).expect("the defaults are valid").stack;
    let resources = Resources::new(vec![Resource::products(), resource.clone()], &stack);
    let templates = template::folder("database-sqlite").into_iter();
    let mut migrations = templates.filter(|(path, _)| is_repeated(path) && path.starts_with("migrations"));
    let (path, source) = migrations.next().expect("a table is created");
    let context = |fields| Context::from([("resource".to_owned(), fields)]);
    let sql = |fields| template::render(&path, source, &context(fields)).expect("it renders");
    resources.each(&path).map(|(_, fields)| sql(fields)).collect()
}

fn database(resource: &Resource) -> Connection {
    let database = Connection::open_in_memory().expect("opened");
    database.pragma_update(None, "foreign_keys", true).expect("set");
    let lines = "CREATE TABLE lines (order_id INTEGER NOT NULL REFERENCES orders (id)) STRICT;";
    database.execute_batch(&(created(resource) + lines)).expect("created");
    database
}

/// A value of a field in SQL; that of the last row is null if it may be at any time.
fn value(field: &Field, row: usize, resource: &Resource) -> String {
    let of = |list: &[Field]| list.iter().find(|other| other.name() == field.name()).cloned();
    let is_nullable = |field: &Field| field.is_optional() || fill(field, Dialect::Sqlite).is_some();
    if row == 3 && field.is_optional() && resource.history().filter_map(of).all(|field| is_nullable(&field)) {
        return "NULL".to_owned();
    }
    match field.kind() {
        Kind::Integer(_) | Kind::Ref(_) => row.to_string(),
        Kind::Bool => (row % 2).to_string(),
        Kind::Decimal => format!("'{row}.5'"),
        Kind::Uuid => format!("'f81d4fae-7dec-11d0-a765-{row:012x}'"),
        Kind::String | Kind::Text | Kind::Date | Kind::Datetime => format!("'2000-01-0{row}'"),
    }
}

/// Three rows with an order each, a fourth that was deleted, and rows that refer to them.
fn fill_in(database: &Connection, resource: &Resource) {
    let names: Vec<&str> = resource.created().iter().map(Field::name).collect();
    for row in 1..=4 {
        let values: Vec<String> = resource.created().iter().map(|field| value(field, row, resource)).collect();
        let product =
            format!("INSERT INTO products (name, price_cents, created_at, updated_at) VALUES ('{row}', 1, '', '');");
        let (names, values) = (names.join(", "), values.join(", "));
        let order = format!("INSERT INTO orders ({names}, created_at, updated_at) VALUES ({values}, 'then', 'now');");
        database.execute_batch(&(product + &order)).unwrap_or_else(|error| panic!("{resource}: {error}"));
    }
    database
        .execute_batch("DELETE FROM orders WHERE id = 4; INSERT INTO lines VALUES (1), (2), (3), (3);")
        .expect("done");
}

/// The definitions of the columns, without their defaults, and the indexes.
fn schema(database: &Connection) -> BTreeSet<String> {
    let mut query =
        database.prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = 'orders' AND sql IS NOT NULL").expect("SQL");
    let all = query.query_map([], |row| row.get::<_, String>(0)).expect("it runs").map(|sql| sql.expect("text"));
    let mut found = BTreeSet::new();
    for sql in all {
        let (head, rest) = sql.split_once('(').expect("it has columns");
        let (body, tail) = rest.rsplit_once(')').expect("it has columns");
        let mut depth = 0;
        let is_end = |letter: char| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            letter == ',' && depth == 0
        };
        for column in body.split(is_end) {
            let words: Vec<&str> = column.split_whitespace().collect();
            let column = match words.iter().position(|word| *word == "DEFAULT") {
                Some(at) => [&words[..at], &words[at + 2..]].concat(),
                None => words,
            };
            found.insert(format!("{head}({}){tail}", column.join(" ")));
        }
    }
    found
}

/// The values of a column by id; what is not null.
fn values(database: &Connection, column: &str) -> Vec<String> {
    let sql = format!("SELECT id || '=' || {column} FROM orders WHERE {column} IS NOT NULL AND id < 3 ORDER BY id");
    let mut query = database.prepare(&sql).expect("SQL");
    query.query_map([], |row| row.get(0)).expect("it runs").map(|text| text.expect("text")).collect()
}

#[test]
fn a_changed_table_is_that_of_a_new_project_and_keeps_its_rows() {
    let all = changed();
    assert!(all.len() >= CHANGES);
    for resource in all {
        let database = database(&resource);
        fill_in(&database, &resource);
        let is_kept =
            |field: &&Field| resource.history().all(|list| list.iter().any(|other| other.name() == field.name()));
        let kept = resource.fields().iter().filter(is_kept).map(Field::name).chain(["created_at", "updated_at"]);
        let before: Vec<_> = kept.map(|column| (column, values(&database, column))).collect();
        for (name, sql) in of(&resource, Dialect::Sqlite) {
            let made = database.execute_batch(&format!("BEGIN; {sql} COMMIT;"));
            assert_eq!(made, Ok(()), "{resource}: {name}\n{sql}");
        }
        assert_eq!(schema(&database), schema(&self::database(&fresh_of(&resource))), "{resource}");
        for (column, values) in before {
            assert_eq!(self::values(&database, column), values, "{resource}: {column}");
        }
        let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("it runs");
        assert_eq!(count("SELECT count(*) FROM orders"), 3, "{resource}");
        assert_eq!(count("SELECT count(*) FROM lines JOIN orders ON orders.id = order_id"), 4, "{resource}");
        assert_eq!(count("SELECT seq FROM sqlite_sequence WHERE name = 'orders'"), 4, "{resource}: ids are not reused");
        assert_eq!(count("SELECT count(*) FROM sqlite_sequence"), 2, "{resource}");
        assert!(database.execute_batch("DELETE FROM orders WHERE id = 1").is_err(), "{resource}: a line refers to it");
    }
}

#[test]
fn rows_of_another_table_are_not_deleted_with_the_old_table() {
    let resource: Resource = "orders a:int! was a:int".parse().expect("valid");
    for (action, is_kept) in [("CASCADE", false), ("SET NULL", false), ("SET DEFAULT", false), ("RESTRICT", true)] {
        let database = database(&resource);
        fill_in(&database, &resource);
        let notes = format!("CREATE TABLE notes (order_id INTEGER REFERENCES Orders (id) ON DELETE {action}) STRICT;");
        database.execute_batch(&(notes + "INSERT INTO notes VALUES (1);")).expect("created");
        let (_, sql) = of(&resource, Dialect::Sqlite).remove(0);
        let made = database.execute_batch(&format!("BEGIN; {sql} COMMIT;"));
        assert_eq!(made.is_ok(), is_kept, "{action}: {made:?}");
        if !is_kept {
            database.execute_batch("ROLLBACK").expect("nothing is changed");
        }
        let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("it runs");
        assert_eq!(count("SELECT count(*) FROM notes WHERE order_id = 1"), 1, "{action}");
        assert_eq!(count("SELECT count(*) FROM orders"), 3, "{action}");
    }
}

/// The resource as a new project has it.
fn fresh_of(resource: &Resource) -> Resource {
    let fields: Vec<String> = resource.fields().iter().map(ToString::to_string).collect();
    Resource::parse("orders", fields.iter().map(String::as_str)).expect("valid")
}

fn last(text: &str, dialect: Dialect) -> String {
    let resource: Resource = text.parse().expect("valid");
    of(&resource, dialect).pop().map(|(_, sql)| sql).unwrap_or_default()
}

#[test]
fn postgres_changes_each_column_in_place() {
    let sql = |text: &str| last(text, Dialect::Postgres);
    assert_eq!(
        sql("orders a:int b:text? was a:int"),
        "ALTER TABLE orders ADD COLUMN b TEXT CHECK (char_length(b) BETWEEN 1 AND 10000);\n"
    );
    assert_eq!(
        sql("orders a:text! was a:string"),
        "ALTER TABLE orders DROP CONSTRAINT orders_a_check;\n\n\
         ALTER TABLE orders ADD CONSTRAINT orders_a_check CHECK (char_length(a) BETWEEN 1 AND 10000);\n\n\
         ALTER TABLE orders ADD CONSTRAINT orders_a_key UNIQUE (a);\n"
    );
    assert_eq!(
        sql("orders ref:products? was ref:products!"),
        "ALTER TABLE orders DROP CONSTRAINT orders_product_id_key;\n\n\
         ALTER TABLE orders ALTER COLUMN product_id DROP NOT NULL;\n\n\
         -- To find them when what they refer to is deleted.\n\
         CREATE INDEX orders_by_product_id ON orders (product_id);\n"
    );
    assert_eq!(
        sql("orders a:int was a:int? b:bool"),
        "-- Deletes its data. The previous version of the service needs the column.\n\
         ALTER TABLE orders DROP COLUMN b;\n\n\
         UPDATE orders SET a = 0 WHERE a IS NULL;\n\n\
         ALTER TABLE orders ALTER COLUMN a SET NOT NULL;\n"
    );
    assert!(sql("orders a:int b:bool was a:int").contains("ADD COLUMN b BOOLEAN NOT NULL DEFAULT false;"));
    assert_eq!(sql("orders b:bool a:int was a:int b:bool"), "", "their order alone is no change of the table");
}

#[test]
fn names_of_constraints_are_cut_as_postgres_does() {
    assert_eq!(constraint("orders", "product_id", "fkey"), "orders_product_id_fkey");
    let long = "a".repeat(33);
    let name = constraint(&"b".repeat(30), &long, "check");
    assert_eq!(name, format!("{}_{}_check", "b".repeat(28), "a".repeat(28)));
}
