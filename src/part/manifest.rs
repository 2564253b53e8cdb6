//! `Cargo.toml`: a fixed frame and the dependencies that features add.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::versions::Dependency;
use crate::tree::hex;

/// Every manifest without its dependencies.
const FRAME: &str = include_str!("manifest.toml");

/// The dependencies of a project.
#[derive(Debug, Default)]
pub struct Manifest {
    normal: BTreeMap<&'static str, Dependency>,
    dev: BTreeMap<&'static str, Dependency>,
}

impl Manifest {
    /// Adds a dependency; features of the same crate are merged.
    pub fn add(&mut self, dependency: Dependency) {
        merge(&mut self.normal, dependency);
    }

    /// Adds a dependency of tests and benchmarks.
    pub fn add_dev(&mut self, dependency: Dependency) {
        merge(&mut self.dev, dependency);
    }

    /// The names of the crates that the project's own code may use.
    pub fn normal(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.normal.keys().copied()
    }

    /// The names of the crates that only tests and benchmarks may use.
    pub fn dev(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.dev.keys().copied()
    }

    /// Identifies this set of dependencies: two projects with the same key have the same lock.
    pub fn key(&self) -> String {
        let text = format!("{}\n{}", table(&self.normal), table(&self.dev));
        hex(&Sha256::digest(text))[..12].to_owned()
    }

    /// Adds everything that `other` has.
    pub fn merge(&mut self, other: &Self) {
        let Self { normal, dev } = other;
        normal.values().for_each(|dependency| merge(&mut self.normal, dependency.clone()));
        dev.values().for_each(|dependency| merge(&mut self.dev, dependency.clone()));
    }

    /// The text of `Cargo.toml` for a project called `name`.
    pub fn render(&self, name: &str) -> String {
        let mut document: DocumentMut = FRAME.parse().expect("the frame is TOML; a test renders it");
        document["package"]["name"] = name.into();
        document["package"]["description"] = format!("The {name} service").into();
        if let Some(binary) = document["bin"].as_array_of_tables_mut().and_then(|binaries| binaries.get_mut(0)) {
            binary["name"] = name.into();
        }
        for (section, dependencies) in [("dependencies", &self.normal), ("dev-dependencies", &self.dev)] {
            // The table exists in the frame, so the sections keep their order.
            if let Some(found) = document[section].as_table_mut() {
                found.extend(table(dependencies));
            }
        }
        document.to_string()
    }
}

fn merge(dependencies: &mut BTreeMap<&'static str, Dependency>, dependency: Dependency) {
    let known =
        dependencies.entry(dependency.name).or_insert_with(|| Dependency { features: Vec::new(), ..dependency });
    known.features.extend(dependency.features);
    known.features.sort_unstable();
    known.features.dedup();
}

fn table(dependencies: &BTreeMap<&'static str, Dependency>) -> Table {
    let mut table = Table::new();
    for (name, Dependency { version, default_features, features, .. }) in dependencies {
        let value = if *default_features && features.is_empty() {
            Value::from(*version)
        } else {
            let mut inline = InlineTable::new();
            inline.insert("version", (*version).into());
            if !default_features {
                inline.insert("default-features", false.into());
            }
            if !features.is_empty() {
                inline.insert("features", Value::Array(features.iter().copied().collect::<Array>()));
            }
            Value::InlineTable(inline)
        };
        table.insert(name, Item::Value(value));
    }
    table
}
