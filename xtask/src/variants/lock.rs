//! One lock for all variants.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

/// The packages of all locks, by name and version.
#[derive(Default)]
pub(super) struct Packages(BTreeMap<(String, String), Table>);

impl Packages {
    /// Adds the packages of a lock, keeping of each the entry with the most dependencies: the one with most features.
    pub(super) fn collect(&mut self, lock: &str) -> Result<()> {
        let lock: DocumentMut = lock.parse()?;
        let entries = lock.get("package").and_then(Item::as_array_of_tables).context("a lock has packages")?;
        for entry in entries.iter().filter(|entry| entry.contains_key("source")) {
            let field = |name| entry.get(name).and_then(Item::as_str).unwrap_or_default().to_owned();
            let edges = |table: &Table| table.get("dependencies").and_then(Item::as_array).map_or(0, |a| a.len());
            let key = (field("name"), field("version"));
            if self.0.get(&key).is_none_or(|known| edges(known) < edges(entry)) {
                self.0.insert(key, entry.clone());
            }
        }
        Ok(())
    }

    /// A lock with every version that some project pins; cargo adds the members and keeps the versions.
    pub(super) fn lock(&self) -> String {
        let mut document = DocumentMut::new();
        document["version"] = toml_edit::value(4);
        let mut tables = ArrayOfTables::new();
        for table in self.0.values() {
            let mut table = table.clone();
            // Positions are those of the lock it came from; left in, the entries of all locks would be mixed.
            table.set_position(None);
            tables.push(table);
        }
        document["package"] = Item::ArrayOfTables(tables);
        document.to_string()
    }
}
