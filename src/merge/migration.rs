//! Migrations: a database may have run them, so they are append-only, and a new one gets the next free number.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::{File, Files};

/// The folder of the migrations.
const FOLDER: &str = "migrations";

/// Whether the file is a migration.
pub fn is_migration(path: &Utf8Path) -> bool {
    number(path).is_some()
}

/// The paths of new migrations whose number is taken, or lower than that of one in the project. One that the project has
/// under another number keeps that one, whether or not the user edited it, and one that was deleted stays away. If none
/// was known, all come back, and each has its number unless that is taken: those of the user may need their tables.
pub(super) fn numbers(
    gone: &BTreeSet<Utf8PathBuf>,
    known: &Files,
    [yours, new]: [&Files; 2],
    moved: &BTreeMap<Utf8PathBuf, Utf8PathBuf>,
) -> BTreeMap<Utf8PathBuf, Utf8PathBuf> {
    let mut taken: BTreeSet<u64> = yours.keys().chain(moved.values()).filter_map(|path| number(path)).collect();
    let is_first = !known.keys().any(|path| is_migration(path));
    let mut last = if is_first { 0 } else { taken.last().copied().unwrap_or(0) };
    let mut given = BTreeMap::new();
    for (path, file) in new {
        let Some(wanted) = number(path) else { continue };
        let is_same = yours.get(path) == Some(file);
        if known.contains_key(path) || moved.contains_key(path) || is_same {
            continue;
        }
        let before = || known.keys().chain(gone).find(|other| is_renumbered(other, path));
        let before = || before().map(|path| moved.get(path).unwrap_or(path));
        let here = || (gone.contains(path) || yours.contains_key(path)).then_some(path);
        let kept = || placed(path, file, yours, moved);
        if let Some(place) = find(path, file, yours).or_else(before).or_else(here).or_else(kept) {
            last = last.max(number(place).unwrap_or(0));
            if place != path {
                given.insert(path.clone(), place.clone());
            }
            continue;
        }
        let is_free = wanted > last && !taken.contains(&wanted);
        last = if is_free { wanted } else { taken.last().copied().unwrap_or(0).max(last) + 1 };
        taken.insert(last);
        if !is_free {
            let name = name(path).unwrap_or_default();
            given.insert(path.clone(), Utf8Path::new(FOLDER).join(format!("{last:04}_{name}")));
        }
    }
    given
}

/// The path in the project of a migration that was rendered: one of its name with its content, otherwise the newest of
/// its name that is not the place of another, which the user edited.
pub(super) fn placed<'a>(
    path: &Utf8Path,
    file: &File,
    yours: &'a Files,
    moved: &BTreeMap<Utf8PathBuf, Utf8PathBuf>,
) -> Option<&'a Utf8PathBuf> {
    let is_free = |other: &&Utf8PathBuf| is_renumbered(other, path) && !moved.values().any(|taken| taken == *other);
    find(path, file, yours).or_else(|| yours.keys().rev().find(is_free))
}

/// The path of a migration in the project, whatever its number; `None` if it is no migration or was changed.
pub fn find<'a>(path: &Utf8Path, file: &File, yours: &'a Files) -> Option<&'a Utf8PathBuf> {
    let name = name(path)?;
    yours.iter().find(|(other, theirs)| self::name(other) == Some(name) && *theirs == file).map(|(other, _)| other)
}

/// Whether both are the same migration under different numbers.
pub fn is_renumbered(path: &Utf8Path, other: &Utf8Path) -> bool {
    path != other && name(path).is_some_and(|name| self::name(other) == Some(name))
}

/// The path in the project of a migration that was rendered for `path`, whatever its number and whether or not the user
/// edited it; `None` if the project has none of its name.
pub fn place<'a>(path: &'a Utf8Path, file: &File, yours: &'a Files) -> Option<&'a Utf8Path> {
    let at_path = yours.contains_key(path).then_some(path);
    at_path.or_else(|| placed(path, file, yours, &BTreeMap::new()).map(Utf8PathBuf::as_path))
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
