//! Tables that migrations of a project make and that a new resource would make again.

use std::iter::Peekable;

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::{Error, Unsuitable};
use crate::merge::{Files, is_migration};
use crate::project::{Project, Wanted};

/// Refuses a new resource whose table a migration makes that is not one of the wanted project: one of the user, or one
/// that was left by a resource that was removed. With the same fields it is: then the table is as it should be.
pub(super) fn check(project: &Project, wanted: &Wanted) -> Result<(), Error> {
    let is_new = |name: &str| project.base.resource(name).is_none();
    let names: Vec<&str> =
        wanted.resources.iter().map(|resource| resource.name()).filter(|name| is_new(name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let rendered = project.render(&wanted.resolution.stack, &wanted.resources)?;
    let mut files = project.root.files()?;
    files.retain(|path, file| is_migration(path) && !rendered.files().any(|(_, other)| other.bytes == file.bytes));
    for name in names {
        let left = files.keys().find(|path| is_left(path, name));
        if let Some(migration) = left.or_else(|| maker(&files, name)) {
            let (name, migration, is_left) = (name.to_owned(), migration.to_string(), left.is_some());
            return Err(Error::Resource(Unsuitable::Left { name, migration, is_left }));
        }
    }
    Ok(())
}

/// Whether a migration has the name of the one that makes the table of a resource, or of one that changes it:
/// `0002_orders.sql` and `0003_orders_2.sql`.
fn is_left(path: &Utf8Path, name: &str) -> bool {
    let file = path.file_name().unwrap_or_default();
    let rest = file.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let own = rest.strip_prefix('_').and_then(|rest| rest.strip_suffix(".sql"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    own.and_then(|own| own.strip_prefix(name))
        .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('_').is_some_and(is_number))
}

/// The migration that makes the table, if it is there after all of them.
fn maker<'a>(files: &'a Files, table: &str) -> Option<&'a Utf8PathBuf> {
    files.iter().fold(None, |maker, (path, file)| match makes(&String::from_utf8_lossy(&file.bytes), table) {
        Some(true) => Some(path),
        Some(false) => None,
        None => maker,
    })
}

/// Whether the table is there after the statements; `None` if they neither make nor remove it.
fn makes(sql: &str, table: &str) -> Option<bool> {
    let plain: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    plain.join("\n").to_lowercase().split(';').rev().find_map(|statement| leaves(statement, table))
}

/// Whether one statement, in lower case, makes the table or removes it.
fn leaves(statement: &str, table: &str) -> Option<bool> {
    let mut words = words(statement).peekable();
    let is_table = |word: &str| ["table", "view"].contains(&word);
    let names = |words: &mut _| relation(words).as_deref() == Some(table);
    match words.next()? {
        "create" => {
            let is_temporary = words.next_if(|word| word.starts_with("temp")).is_some();
            (!is_temporary && words.any(is_table) && names(&mut words)).then_some(true)
        }
        "drop" => (words.next().is_some_and(is_table) && names(&mut words)).then_some(false),
        "alter" if words.next() == Some("table") => {
            let was_it = names(&mut words);
            if words.next() != Some("rename") || words.next() != Some("to") {
                return None;
            }
            let is_it = names(&mut words);
            (was_it || is_it).then_some(is_it)
        }
        _ => None,
    }
}

/// The words of a statement, and the points between them.
fn words(statement: &str) -> impl Iterator<Item = &str> {
    let is_end = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let pieces = statement.split_inclusive(is_end).flat_map(move |piece| {
        let word = piece.trim_end_matches(is_end);
        [word, if piece.ends_with('.') { "." } else { "" }]
    });
    pieces.filter(|word| !word.is_empty())
}

/// The name of a table or a view, without its schema.
fn relation<'a>(words: &mut Peekable<impl Iterator<Item = &'a str>>) -> Option<String> {
    while words.next_if(|word| ["if", "not", "exists", "only"].contains(word)).is_some() {}
    let mut name = words.next()?;
    while words.next_if_eq(&".").is_some() {
        name = words.next()?;
    }
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_however_it_is_made() {
        for sql in [
            "create table orders(id INTEGER) STRICT;",
            "SELECT 1;\nCREATE TABLE IF NOT EXISTS \"Orders\" (id BIGINT);",
            "CREATE TABLE public.orders (id BIGINT);",
            "CREATE TABLE [orders] (id);",
            "CREATE VIEW orders AS SELECT 1;",
            "-- Was called sales.\nALTER TABLE \"public\".\"sales\" RENAME TO orders;",
        ] {
            assert_eq!(makes(sql, "orders"), Some(true), "{sql}");
        }
    }

    #[test]
    fn other_statements_make_no_table() {
        for sql in [
            "-- CREATE TABLE orders (id);",
            "CREATE TABLE orders_2 (id); CREATE INDEX by_a ON orders (a);",
            "CREATE TEMP TABLE orders (id);",
            "CREATE TABLE lines (orders INTEGER REFERENCES orders (id));",
            "ALTER TABLE orders ADD COLUMN a; ALTER TABLE lines RENAME COLUMN a TO orders;",
        ] {
            assert_eq!(makes(sql, "orders"), None, "{sql}");
        }
        assert_eq!(makes("CREATE TABLE orders (id); DROP TABLE IF EXISTS orders;", "orders"), Some(false));
        assert_eq!(makes("ALTER TABLE orders RENAME TO sales;", "orders"), Some(false));
    }
}
