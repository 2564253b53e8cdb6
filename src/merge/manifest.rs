//! `Cargo.lock` after the merge of `Cargo.toml`: the lock depends on which dependencies are left.

use std::collections::BTreeSet;

use camino::Utf8Path;
use toml_edit::{DocumentMut, Item, TableLike};

use super::conflict::Side;
use super::habit::Habit;
use super::text::Sides;
use super::{File, Files, Merge, Step, lock};

const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";

/// Recomputes the lock if both sides changed it, or if the user changed the manifest.
pub(super) fn lock(merge: &mut Merge, sides: [&Files; 3]) {
    let [base, yours, new] = sides.map(|files| files.get(Utf8Path::new(LOCK)));
    let (Some(own), Some(new)) = (yours, new) else { return };
    let step = merge.steps.get(Utf8Path::new(LOCK));
    if !matches!(step, Some(Step::Conflict(_) | Step::Merged(_) | Step::Replace(_))) {
        return;
    }
    let manifest = match merge.steps.get(Utf8Path::new(MANIFEST)) {
        Some(Step::Conflict(conflict)) => conflict.resolve(Side::Yours).file().cloned(),
        Some(Step::Same | Step::Keep | Step::Yours) | None => sides[1].get(Utf8Path::new(MANIFEST)).cloned(),
        Some(step) => step.file().cloned(),
    };
    let text = |file: &File| String::from_utf8(file.bytes.clone()).ok();
    let Some(names) = manifest.and_then(|file| dependencies(&text(&file)?)) else { return };
    let before = base.and_then(text).unwrap_or_default();
    let (Some(now), Some(after)) = (text(own), text(new)) else { return };
    let habit = Habit::of(&now);
    let [before, now, after] = [&before, &now, &after].map(|text| habit.plain(text));
    let Some(merged) = lock::merge(Sides { base: &before, yours: &now, new: &after }, &names) else { return };
    let file = File { bytes: habit.follow(&merged).into_owned().into_bytes(), executable: own.executable };
    let step = match () {
        () if file == *own => Step::Keep,
        () if file == *new => Step::Replace(file),
        () => Step::Merged(file),
    };
    merge.steps.insert(LOCK.into(), step);
}

/// The names of the packages that a manifest depends on; `None` if it is not TOML.
fn dependencies(manifest: &str) -> Option<BTreeSet<String>> {
    let document: DocumentMut = manifest.parse().ok()?;
    let mut names = BTreeSet::new();
    collect(document.as_table(), &mut names);
    let targets = document.get("target").and_then(Item::as_table_like);
    for (_, target) in targets.into_iter().flat_map(TableLike::iter) {
        target.as_table_like().into_iter().for_each(|target| collect(target, &mut names));
    }
    Some(names)
}

fn collect(table: &dyn TableLike, names: &mut BTreeSet<String>) {
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let list = table.get(kind).and_then(Item::as_table_like);
        for (key, item) in list.into_iter().flat_map(TableLike::iter) {
            let package = item.as_table_like().and_then(|item| item.get("package")).and_then(Item::as_str);
            names.insert(package.unwrap_or(key).to_owned());
        }
    }
}
