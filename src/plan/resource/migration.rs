//! The migrations that change the table of a resource: one for each list of fields that it had after the first.
//!
//! PostgreSQL changes every column in place. SQLite adds and drops plain columns in place; to change a constraint, the
//! migration rebuilds the table and copies its rows.

use super::table::{is_indexed, rules, table};
use crate::resource::{Change, Dialect, Field, Resource, changes, fill, named};

/// The greatest length of an identifier of PostgreSQL.
const LONGEST_NAME: usize = 63;

/// The name and the SQL of each migration, the first one first.
pub(super) fn of(resource: &Resource, dialect: Dialect) -> Vec<(String, String)> {
    let lists: Vec<&[Field]> = resource.history().collect();
    let steps = lists.windows(2).enumerate().filter_map(|(index, step)| {
        let sql = sql(resource.name(), step[0], step[1], dialect);
        // The second migration of orders is `orders_2`, which is no name of a resource.
        (!sql.is_empty()).then(|| (format!("{}_{}", resource.name(), index + 2), sql))
    });
    steps.collect()
}

/// The statements that change the table; nothing if only the order of the fields differs.
fn sql(name: &str, before: &[Field], after: &[Field], dialect: Dialect) -> String {
    // A history with a change that is refused is no resource.
    let changes = changes(before, after).unwrap_or_default();
    let statements = match dialect {
        _ if changes.is_empty() => return String::new(),
        Dialect::Postgres => changes.iter().flat_map(|change| in_place(name, change, dialect)).collect(),
        Dialect::Sqlite if changes.iter().any(needs_rebuild) => rebuilt(name, before, after),
        Dialect::Sqlite => changes.iter().flat_map(|change| in_place(name, change, dialect)).collect::<Vec<_>>(),
    };
    statements.join("\n\n") + "\n"
}

/// Whether SQLite has to rebuild the table to change its fields.
pub fn is_rebuilt(before: &Resource, after: &Resource) -> bool {
    changes(before.fields(), after.fields()).is_ok_and(|changes| changes.iter().any(needs_rebuild))
}

/// Whether SQLite cannot make the change in place: it adds and drops no constraint but `NOT NULL` and `CHECK` of a new
/// column, and changes none.
fn needs_rebuild(change: &Change) -> bool {
    match change {
        Change::Drop(field) => field.is_unique() || field.reference().is_some(),
        Change::Add(field) => field.is_unique(),
        Change::Alter(..) => true,
    }
}

fn in_place(name: &str, change: &Change, dialect: Dialect) -> Vec<String> {
    match change {
        Change::Drop(field) => {
            let column = field.name();
            let about = "-- Deletes its data. The previous version of the service needs the column.";
            vec![format!("{about}\nALTER TABLE {name} DROP COLUMN {column};")]
        }
        Change::Add(field) => {
            let default = fill(field, dialect);
            let about = match default {
                Some(_) => {
                    "-- The default is for rows that exist and for those of the previous version of the service.\n"
                }
                None => "",
            };
            let (column, kind) = (field.name(), field.kind().column_type(dialect));
            let rules = rules(field, dialect, default);
            let add = format!("{about}ALTER TABLE {name} ADD COLUMN {column} {kind} {rules}");
            let index = is_indexed(field).then(|| index(name, field));
            [format!("{};", add.trim_end())].into_iter().chain(index).collect()
        }
        Change::Alter(before, after) => altered(name, before, after),
    }
}

/// Changes the rules of a column in PostgreSQL. Its type in SQL is the same: a change that needs another is refused.
fn altered(name: &str, before: &Field, after: &Field) -> Vec<String> {
    let (column, dialect) = (after.name(), Dialect::Postgres);
    let alter = |what: String| format!("ALTER TABLE {name} {what};");
    let rule = |field: &Field| field.kind().constraint(column, dialect);
    let (old, new) = (rule(before), rule(after));
    let mut statements = Vec::new();
    if before.is_unique() && !after.is_unique() {
        statements.push(alter(format!("DROP CONSTRAINT {}", constraint(name, column, "key"))));
    }
    if is_indexed(before) && !is_indexed(after) {
        statements.push(format!("DROP INDEX {name}_by_{column};"));
    }
    if old != new {
        let label = |field: &Field| if field.reference().is_some() { "fkey" } else { "check" };
        let drop = old.map(|_| alter(format!("DROP CONSTRAINT {}", constraint(name, column, label(before)))));
        let added = constraint(name, column, "check");
        statements.extend(drop);
        statements.extend(new.map(|rule| alter(format!("ADD CONSTRAINT {added} {rule}"))));
    }
    if before.is_optional() && !after.is_optional() {
        let fill = fill(after, dialect);
        statements.extend(fill.map(|value| format!("UPDATE {name} SET {column} = {value} WHERE {column} IS NULL;")));
        statements.push(alter(format!("ALTER COLUMN {column} SET NOT NULL")));
    }
    if !before.is_optional() && after.is_optional() {
        statements.push(alter(format!("ALTER COLUMN {column} DROP NOT NULL")));
    }
    if !before.is_unique() && after.is_unique() {
        let key = constraint(name, column, "key");
        statements.push(alter(format!("ADD CONSTRAINT {key} UNIQUE ({column})")));
    }
    statements.extend((!is_indexed(before) && is_indexed(after)).then(|| index(name, after)));
    statements
}

/// The name that PostgreSQL gives a constraint of a column: if it is too long, the longer one of both names is cut.
fn constraint(table: &str, column: &str, label: &str) -> String {
    let room = LONGEST_NAME - label.len() - "__".len();
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > room {
        *(if first > second { &mut first } else { &mut second }) -= 1;
    }
    format!("{}_{}_{label}", &table[..first], &column[..second])
}

fn index(name: &str, field: &Field) -> String {
    let column = field.name();
    format!(
        "-- To find them when what they refer to is deleted.\nCREATE INDEX {name}_by_{column} ON {name} ({column});"
    )
}

/// Rebuilds the table in SQLite, inside the transaction of the migration.
fn rebuilt(name: &str, before: &[Field], after: &[Field]) -> Vec<String> {
    let old = format!("{name}__old");
    let (targets, values) = copied(before, after);
    let default = |field: &Field| if named(before, field).is_none() { fill(field, Dialect::Sqlite) } else { None };
    let columns: String = table(after, Dialect::Sqlite, default).iter().map(|line| format!("    {line}\n")).collect();
    let indexes = after.iter().filter(|field| is_indexed(field)).map(|field| index(name, field));
    let statements = [
        "-- SQLite cannot change the constraints of a column, so this rebuilds the table and copies its rows. Columns, indexes\n\
         -- and triggers that other migrations added are not kept. Foreign keys are checked at the end.\n\
         PRAGMA defer_foreign_keys = ON;"
            .to_owned(),
        format!(
            "-- Without the old table, an action such as ON DELETE CASCADE would change other tables. Fails if one has any.\n\
             CREATE TABLE {name}__actions (count INTEGER CONSTRAINT {name}__no_action_on_delete CHECK (count = 0)) STRICT;"
        ),
        format!(
            "INSERT INTO {name}__actions\n\
             SELECT count(*) FROM sqlite_schema AS other JOIN pragma_foreign_key_list(other.name) AS key\n\
             WHERE lower(key.\"table\") = '{name}' AND key.on_delete NOT IN ('NO ACTION', 'RESTRICT');"
        ),
        format!("DROP TABLE {name}__actions;"),
        format!("CREATE TABLE {old} AS SELECT * FROM {name};"),
        format!(
            "-- The greatest id so far: the id of a deleted row is never reused.\n\
             UPDATE sqlite_sequence SET name = '{old}' WHERE name = '{name}';"
        ),
        format!("DROP TABLE {name};"),
        format!("CREATE TABLE {name} (\n{columns}) STRICT;"),
        format!("INSERT INTO {name} ({targets})\nSELECT {values} FROM {old};"),
        format!("DELETE FROM sqlite_sequence WHERE name = '{name}';"),
        format!("UPDATE sqlite_sequence SET name = '{name}' WHERE name = '{old}';"),
        format!("DROP TABLE {old};"),
    ];
    statements.into_iter().chain(indexes).collect()
}

/// The columns that rows keep, and their values in the old table.
fn copied(before: &[Field], after: &[Field]) -> (String, String) {
    let kept = after.iter().filter_map(|field| Some((field.name(), named(before, field)?, field)));
    let value = |(column, before, after): (&str, &Field, &Field)| {
        let filled = if before.is_optional() { fill(after, Dialect::Sqlite) } else { None };
        filled.map_or_else(|| column.to_owned(), |value| format!("coalesce({column}, {value})"))
    };
    let kept = kept.map(|kept| (kept.0.to_owned(), value(kept)));
    let own = |column: &str| (column.to_owned(), column.to_owned());
    let all = [own("id")].into_iter().chain(kept).chain([own("created_at"), own("updated_at")]);
    let (targets, values): (Vec<String>, Vec<String>) = all.unzip();
    (targets.join(", "), values.join(", "))
}

#[cfg(test)]
mod tests;
