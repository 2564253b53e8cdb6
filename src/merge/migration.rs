//! Migrations: a database may have run them, so they are append-only, and a new one gets the next free number.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{File, Files};

/// The folder of the migrations.
const FOLDER: &str = "migrations";

/// Whether the file is a migration.
pub fn is_migration(path: &Utf8Path) -> bool {
    number(path).is_some()
}

/// The paths of new migrations whose number is taken, or lower than that of one in the project. One that the project has
/// under another number keeps that one.
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
        if let Some(placed) = find(path, &new[path], yours) {
            given.insert(path.clone(), placed.clone());
            continue;
        }
        if wanted > last {
            last = wanted;
            continue;
        }
        last += 1;
        given.insert(path.clone(), Utf8Path::new(FOLDER).join(format!("{last:04}_{}", name(path).unwrap_or_default())));
    }
    given
}

/// The path of a migration in the project, whatever its number; `None` if it is no migration or was changed.
pub fn find<'a>(path: &Utf8Path, file: &File, yours: &'a Files) -> Option<&'a Utf8PathBuf> {
    let name = name(path)?;
    yours.iter().find(|(other, theirs)| self::name(other) == Some(name) && *theirs == file).map(|(other, _)| other)
}

/// `2` for `migrations/0002_orders.sql`.
fn number(path: &Utf8Path) -> Option<u64> {
    parts(path)?.0.parse().ok()
}

/// `orders.sql` for `migrations/0002_orders.sql`.
fn name(path: &Utf8Path) -> Option<&str> {
    Some(parts(path)?.1)
}

fn parts(path: &Utf8Path) -> Option<(&str, &str)> {
    let name = path.strip_prefix(FOLDER).ok()?;
    name.as_str().split_once('_').filter(|_| name.extension() == Some("sql"))
}
