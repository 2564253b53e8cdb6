//! The table of a resource in SQL.

use crate::resource::{Dialect, Field, Kind};

/// The columns of the table, aligned, with the id and the times that every table has. `default` has the default of a
/// field, if it has one.
pub(super) fn table(
    fields: &[Field],
    dialect: Dialect,
    default: impl Fn(&Field) -> Option<&'static str>,
) -> Vec<String> {
    let width = fields.iter().map(|field| field.name().len()).max().unwrap_or(0).max("created_at".len());
    let own = match dialect {
        Dialect::Sqlite => [
            ("id", "INTEGER", "PRIMARY KEY AUTOINCREMENT"),
            ("created_at", "TEXT", "NOT NULL"),
            ("updated_at", "TEXT", "NOT NULL"),
        ],
        Dialect::Postgres => [
            ("id", "BIGINT", "GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
            ("created_at", "TIMESTAMPTZ", "NOT NULL"),
            ("updated_at", "TIMESTAMPTZ", "NOT NULL"),
        ],
    };
    let columns = fields
        .iter()
        .map(|field| (field.name(), field.kind().column_type(dialect), rules(field, dialect, default(field))));
    let [id, created, updated] = own.map(|(name, kind, rule)| (name, kind, rule.to_owned()));
    let rows: Vec<_> = [id].into_iter().chain(columns).chain([created, updated]).collect();
    let type_width = match dialect {
        // `INTEGER PRIMARY KEY` reads as one word.
        Dialect::Sqlite => "INTEGER".len(),
        Dialect::Postgres => rows.iter().map(|(_, kind, _)| kind.len()).max().unwrap_or(0),
    };
    let last = rows.len() - 1;
    let row = |(index, (name, kind, rule)): (usize, (&str, &str, String))| {
        let line = format!("{name:width$} {kind:type_width$} {rule}");
        let comma = if index == last { "" } else { "," };
        format!("{}{comma}", line.trim_end())
    };
    rows.into_iter().enumerate().map(row).collect()
}

/// The rules of the column of a field.
pub(super) fn rules(field: &Field, dialect: Dialect, default: Option<&str>) -> String {
    let rules = [
        (!field.is_optional()).then(|| "NOT NULL".to_owned()),
        default.map(|value| format!("DEFAULT {value}")),
        field.is_unique().then(|| "UNIQUE".to_owned()),
        field.kind().constraint(field.name(), dialect),
    ];
    rules.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A field by which rows are looked up, when a resource that they refer to is deleted.
pub(super) fn is_indexed(field: &Field) -> bool {
    matches!(field.kind(), Kind::Ref(_)) && !field.is_unique()
}
