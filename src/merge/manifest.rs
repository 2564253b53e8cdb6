//! `Cargo.lock` after the merge of `Cargo.toml`: the lock depends on which dependencies are left.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use semver::{Version, VersionReq};
use toml_edit::{DocumentMut, Item, TableLike};

use super::conflict::Side;
use super::habit::Habit;
use super::text::Sides;
use super::{File, Files, Merge, Step, lock};

pub(super) const MANIFEST: &str = "Cargo.toml";
pub(super) const LOCK: &str = "Cargo.lock";

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
    let names = names.into_keys().collect();
    let before = base.and_then(text).unwrap_or_default();
    let (Some(now), Some(after)) = (text(own), text(new)) else { return };
    let habit = Habit::of(&now);
    let [before, now, after] = [&before, &now, &after].map(|text| habit.plain(text).replace("\r\n", "\n"));
    let Some(merged) = lock::merge(Sides { base: &before, yours: &now, new: &after }, &names) else { return };
    let file = File { bytes: habit.follow(&merged).into_owned().into_bytes(), executable: own.executable };
    let step = match () {
        () if file == *own => Step::Keep,
        () if merged == after => Step::Replace(file),
        () => Step::Merged(file),
    };
    merge.steps.insert(LOCK.into(), step);
}

/// Whether a lock resolves exactly the dependencies of a manifest. `true` if one of them cannot be read.
pub(super) fn is_locked(manifest: &str, lock: &str) -> bool {
    let Some((package, wanted)) = name(manifest).zip(dependencies(manifest)) else { return true };
    let lock = lock.replace("\r\n", "\n");
    let Some(lock) = lock::Lock::parse(&lock) else { return true };
    let Some(own) = lock.own().find(|entry| entry.name == package) else { return false };
    let locked = lock.versions(own);
    let fits = |(name, requirements): (&String, &BTreeSet<String>)| {
        let fits = |requirement: &String| {
            let Ok(requirement) = VersionReq::parse(requirement) else { return true };
            let versions = locked.iter().filter(|(known, _)| known == name);
            versions
                .filter_map(|(_, version)| Version::parse(version).ok())
                .any(|version| requirement.matches(&version))
        };
        locked.iter().any(|(known, _)| known == name) && requirements.iter().all(fits)
    };
    locked.iter().all(|(name, _)| wanted.contains_key(*name)) && wanted.iter().all(fits)
}

fn name(manifest: &str) -> Option<String> {
    let document: DocumentMut = manifest.parse().ok()?;
    Some(document.get("package")?.get("name")?.as_str()?.to_owned())
}

/// The packages that a manifest depends on, with their version requirements; `None` if it is not TOML.
fn dependencies(manifest: &str) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let document: DocumentMut = manifest.parse().ok()?;
    let mut names = BTreeMap::new();
    collect(document.as_table(), &mut names);
    let targets = document.get("target").and_then(Item::as_table_like);
    for (_, target) in targets.into_iter().flat_map(TableLike::iter) {
        target.as_table_like().into_iter().for_each(|target| collect(target, &mut names));
    }
    Some(names)
}

fn collect(table: &dyn TableLike, names: &mut BTreeMap<String, BTreeSet<String>>) {
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let list = table.get(kind).and_then(Item::as_table_like);
        for (key, item) in list.into_iter().flat_map(TableLike::iter) {
            let field = |name| item.as_table_like().and_then(|item| item.get(name)).and_then(Item::as_str);
            let requirements = names.entry(field("package").unwrap_or(key).to_owned()).or_default();
            requirements.extend(item.as_str().or_else(|| field("version")).map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_locked;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.2.0\"\nsource = \"registry\"\n\n\
                        [[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";

    #[test]
    fn a_lock_fits_if_it_has_each_dependency_in_a_version_that_is_allowed() {
        let fits = |list: &str| is_locked(&format!("[package]\nname = \"shop\"\n\n{list}"), LOCK);
        assert!(fits("[dependencies]\na = \"1\"\n"));
        assert!(fits("[dev-dependencies]\nb = { package = \"a\", version = \"1.1\" }\n"));
        assert!(fits("[dependencies]\na = { git = \"https://example.com\" }\n"));
        assert!(!fits("[dependencies]\na = \"2\"\n"));
        assert!(!fits("[dependencies]\na = \"1\"\nc = \"1\"\n"));
        assert!(!fits(""));
    }

    #[test]
    fn a_lock_may_have_other_line_ends() {
        let manifest =
            |version: &str| format!("[package]\r\nname = \"shop\"\r\n\r\n[dependencies]\r\na = \"{version}\"\r\n");
        for lock in [LOCK.replace('\n', "\r\n"), LOCK.replace("4\n\n", "4\r\n\r\n")] {
            assert!(is_locked(&manifest("1"), &lock), "{lock:?}");
            assert!(!is_locked(&manifest("2"), &lock), "{lock:?}");
        }
    }
}
