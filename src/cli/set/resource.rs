//! What a change of the fields of a resource does to its table.

use schemars::JsonSchema;
use serde::Serialize;

use crate::choice::Database;
use crate::merge::{Step, is_migration};
use crate::plan::is_rebuilt;
use crate::project::{Merging, Project, Wanted};
use crate::resource::{Change, Dialect, Field, Resource, changes, fill};

/// A resource that gets other fields.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ResourceChange {
    name: String,
    /// The fields that it has.
    from: Vec<String>,
    /// The fields that it gets.
    to: Vec<String>,
    /// Columns that are dropped, with their data.
    dropped: Vec<String>,
    /// Columns that get a value in the rows that exist.
    filled: Vec<Filled>,
    /// Columns that must not be null in any row: otherwise the migration fails and changes nothing.
    not_null: Vec<String>,
    /// Columns in which no two rows may have the same value, likewise.
    unique: Vec<String>,
    /// Your migrations that mention the table, if it is rebuilt: what they add to it is not kept.
    not_kept: Vec<String>,
}

/// A column that gets a value in the rows that exist.
#[derive(Debug, Serialize, JsonSchema)]
struct Filled {
    column: String,
    /// The value in SQL.
    value: &'static str,
}

/// The resources that the project has and that get other fields.
pub(super) fn changes_of(project: &Project, wanted: &Wanted, merging: &Merging) -> Vec<ResourceChange> {
    let before = |after: &Resource| {
        let known = project.base.resource(after.name());
        known.filter(|known| known.fields() != after.fields())
    };
    let changed = wanted.resources.iter().filter_map(|after| Some((before(after)?, after)));
    let database = wanted.resolution.stack.database;
    changed.map(|(before, after)| ResourceChange::of(before, after, database, merging)).collect()
}

impl ResourceChange {
    fn of(before: &Resource, after: &Resource, database: Database, merging: &Merging) -> Self {
        let dialect = Dialect::of(database);
        let list = |resource: &Resource| resource.fields().iter().map(ToString::to_string).collect();
        let mut change = Self {
            name: after.name().to_owned(),
            from: list(before),
            to: list(after),
            dropped: Vec::new(),
            filled: Vec::new(),
            not_null: Vec::new(),
            unique: Vec::new(),
            not_kept: Vec::new(),
        };
        if database == Database::None {
            return change;
        }
        // A change that is refused is none.
        for column in changes(before.fields(), after.fields()).unwrap_or_default() {
            change.add(column, dialect);
        }
        if dialect == Dialect::Sqlite && is_rebuilt(before, after) {
            change.not_kept = mentions(merging, after.name());
        }
        change
    }

    fn add(&mut self, change: Change, dialect: Dialect) {
        let filled =
            |field: &Field| fill(field, dialect).map(|value| Filled { column: field.name().to_owned(), value });
        match change {
            Change::Drop(field) => self.dropped.push(field.name().to_owned()),
            Change::Add(field) => self.filled.extend(filled(field)),
            Change::Alter(before, after) => {
                let name = || after.name().to_owned();
                if before.is_optional() && !after.is_optional() {
                    match filled(after) {
                        Some(filled) => self.filled.push(filled),
                        None => self.not_null.push(name()),
                    }
                }
                if !before.is_unique() && after.is_unique() {
                    self.unique.push(name());
                }
            }
        }
    }

    pub(super) fn text(&self) -> String {
        let Self { name, from, to, .. } = self;
        format!("resource: {name} {} → {}", from.join(" "), to.join(" "))
    }

    /// What the migration does to rows that exist.
    pub(super) fn notes(&self) -> Vec<String> {
        let Self { name, dropped, filled, not_null, unique, not_kept, .. } = self;
        let fails = "otherwise the migration fails and changes nothing";
        let dropped = dropped.iter().map(|column| {
            format!(
                "data is lost   the migration drops {name}.{column}, which the previous version of the service needs"
            )
        });
        let filled = filled
            .iter()
            .map(|Filled { column, value }| format!("rows           {name}.{column} is {value} where it has no value"));
        let not_null =
            not_null.iter().map(|column| format!("rows           {name}.{column} must not be null: {fails}"));
        let unique =
            unique.iter().map(|column| format!("rows           no two may have the same {name}.{column}: {fails}"));
        let not_kept = not_kept
            .iter()
            .map(|path| format!("not kept       what {path} adds to {name}: the migration rebuilds the table"));
        dropped.chain(filled).chain(not_null).chain(unique).chain(not_kept).collect()
    }
}

/// The migrations of the user that mention a table.
fn mentions(merging: &Merging, table: &str) -> Vec<String> {
    let is_theirs = |step: &Step| matches!(step, Step::Yours | Step::Keep);
    let is_named =
        |text: &str| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == table);
    let steps = merging.merge.steps.iter().filter(|(path, step)| is_migration(path) && is_theirs(step));
    let named = steps.filter(|(path, _)| {
        merging.yours.get(*path).is_some_and(|file| is_named(&String::from_utf8_lossy(&file.bytes)))
    });
    named.map(|(path, _)| path.to_string()).collect()
}
