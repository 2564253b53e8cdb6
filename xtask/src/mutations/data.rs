//! The mutations of each feature: `mutations.toml` in its template folder, a file that is never rendered.
//!
//! ```toml
//! [[mutation]]
//! what = "copies that were stored together expire together"
//! file = "src/platform/cache.rs"
//! from = "ttl.mul_f64(1.0 - fastrand::f64() / 5.0)"
//! to = "ttl"
//! test = "cache::of_10_000_copies_stored_together_under_15_percent_expire_in_one_second"
//! ```
//!
//! `from` occurs exactly once in the rendered file. With `to` in its place the project still compiles, and the test,
//! named by its full path in the test binary, fails.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use restwell::feature::{FEATURES, Feature};
use toml_edit::{DocumentMut, Table};

use crate::dirs;

/// One fault to plant in a generated project, and the test that must detect it.
#[derive(Debug, Clone)]
pub(crate) struct Mutation {
    pub(super) what: String,
    /// The path inside the project.
    pub(super) file: String,
    pub(super) from: String,
    pub(super) to: String,
    /// The test, by its full name.
    pub(super) test: String,
}

/// The mutations of every feature that has any, in the order of the features.
pub(super) fn all() -> Result<Vec<(&'static Feature, Vec<Mutation>)>> {
    let mut all = Vec::new();
    for feature in FEATURES {
        let path = dirs::root().join("templates").join(feature.id).join("mutations.toml");
        if path.exists() {
            all.push((*feature, read(&path).with_context(|| path.display().to_string())?));
        }
    }
    Ok(all)
}

fn read(path: &Path) -> Result<Vec<Mutation>> {
    let document: DocumentMut = fs::read_to_string(path)?.parse()?;
    if let Some((key, _)) = document.iter().find(|(key, _)| *key != "mutation") {
        bail!("unknown key `{key}`");
    }
    let tables = document.get("mutation").and_then(|item| item.as_array_of_tables());
    tables.context("it holds `[[mutation]]` tables")?.iter().map(mutation).collect()
}

fn mutation(table: &Table) -> Result<Mutation> {
    let text = |key: &str| {
        let value = table.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        value.with_context(|| format!("a mutation has no `{key}`:\n{table}"))
    };
    ensure!(table.len() == 5, "a mutation has the keys what, file, from, to, test and no other:\n{table}");
    Ok(Mutation { what: text("what")?, file: text("file")?, from: text("from")?, to: text("to")?, test: text("test")? })
}

impl Mutation {
    /// Whether its title in the report, with the name of its stack, contains `filter`.
    pub(super) fn has(&self, stack: &str, filter: &str) -> bool {
        format!("{stack}: {}", self.what).contains(filter)
    }

    /// The text of the file with the fault.
    pub(super) fn apply(&self, healthy: &str) -> Result<String> {
        self.position(healthy)?;
        Ok(healthy.replacen(&self.from, &self.to, 1))
    }

    /// The position of `from`.
    pub(super) fn position(&self, healthy: &str) -> Result<usize> {
        match healthy.matches(&self.from).count() {
            1 => Ok(healthy.find(&self.from).unwrap_or_default()),
            count => bail!("{}: `{}` occurs {count} times in {}, not once", self.what, self.from, self.file),
        }
    }
}
