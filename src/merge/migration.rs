//! Migrations: a database may have run them, so they are append-only, and a new one gets the next free number.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Files;

/// The folder of the migrations.
const FOLDER: &str = "migrations";

/// Whether the file is a migration.
pub fn is_migration(path: &Utf8Path) -> bool {
    number(path).is_some()
}

/// The paths of new migrations whose number is taken, or lower than that of one in the project.
pub(super) fn numbers(
    known: &Files,
    yours: &Files,
    new: &Files,
    moved: &BTreeMap<Utf8PathBuf, Utf8PathBuf>,
) -> BTreeMap<Utf8PathBuf, Utf8PathBuf> {
    let mut last = yours.keys().chain(moved.values()).filter_map(|path| number(path)).max().unwrap_or(0);
    let mut given = BTreeMap::new();
    for path in new.keys() {
        let Some(wanted) = number(path) else { continue };
        let is_same = yours.get(path) == new.get(path);
        if known.contains_key(path) || moved.contains_key(path) || is_same {
            continue;
        }
        if wanted > last {
            last = wanted;
            continue;
        }
        last += 1;
        let (_, name) = path.file_name().and_then(|name| name.split_once('_')).unwrap_or_default();
        given.insert(path.clone(), Utf8Path::new(FOLDER).join(format!("{last:04}_{name}")));
    }
    given
}

/// `2` for `migrations/0002_orders.sql`.
fn number(path: &Utf8Path) -> Option<u64> {
    let name = path.strip_prefix(FOLDER).ok()?;
    if name.extension() != Some("sql") {
        return None;
    }
    name.as_str().split_once('_')?.0.parse().ok()
}
