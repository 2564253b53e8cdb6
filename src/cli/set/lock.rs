//! What changes in `Cargo.lock`, by package.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use toml_edit::Document;

/// The packages that a change adds to the lock and removes from it.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct LockData {
    /// How many packages are added.
    added: usize,
    /// How many are removed.
    removed: usize,
    /// Packages of the result that restwell's own lock does not have, as `name version`.
    yours: Vec<String>,
}

impl LockData {
    /// Compares the lock before, after, and as it is rendered; `None` if one is not TOML.
    pub(super) fn of(before: &[u8], after: &[u8], rendered: &[u8]) -> Option<Self> {
        let [before, after, rendered] = [before, after, rendered].map(packages);
        let (before, after, rendered) = (before?, after?, rendered?);
        Some(Self {
            added: after.difference(&before).count(),
            removed: before.difference(&after).count(),
            yours: after.difference(&rendered).cloned().collect(),
        })
    }

    pub(super) fn text(&self) -> String {
        let Self { added, removed, yours } = self;
        let yours = match yours.as_slice() {
            [] => "; all as in a new project".to_owned(),
            yours => format!("; yours: {}", yours.join(", ")),
        };
        format!("+{added} −{removed} packages{yours}")
    }
}

/// The packages of a lock as `name version`; `None` if it is not TOML.
pub(in crate::cli) fn packages(lock: &[u8]) -> Option<BTreeSet<String>> {
    let document = Document::parse(str::from_utf8(lock).ok()?).ok()?;
    let packages = document.get("package")?.as_array_of_tables()?.iter();
    let text = |table: &toml_edit::Table, key: &str| Some(table.get(key)?.as_str()?.to_owned());
    Some(packages.filter_map(|table| Some(format!("{} {}", text(table, "name")?, text(table, "version")?))).collect())
}
