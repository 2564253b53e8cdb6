//! The merge of `Cargo.lock`: the lock of the new stack, with the packages that the user added and the versions that they
//! chose, without packages that nothing needs.

mod entry;

use std::collections::{BTreeMap, BTreeSet};

use super::text::Sides;
use entry::{Class, Entry};

pub(super) use entry::Lock;

/// The merged lock for a manifest with these direct dependencies; `None` if a side is not a plain lock of this project.
///
/// A dependency that neither lock has is left out: only cargo can resolve it. An empty base means that it is not known.
pub(super) fn merge(sides: Sides<'_>, dependencies: &BTreeSet<String>) -> Option<String> {
    let merger =
        Merger { base: Lock::parse(sides.base)?, yours: Lock::parse(sides.yours)?, new: Lock::parse(sides.new)? };
    let root = merger.new.own().next()?.class();
    merger.yours.get(&root)?;
    Some(merger.run(&root, dependencies))
}

struct Merger<'a> {
    base: Lock<'a>,
    yours: Lock<'a>,
    new: Lock<'a>,
}

impl<'a> Merger<'a> {
    fn run(&self, root: &Class, dependencies: &BTreeSet<String>) -> String {
        let mut needed: BTreeMap<Class, BTreeSet<Class>> = BTreeMap::new();
        // Members of a workspace are needed like the project itself.
        let mut open: Vec<Class> = self.yours.own().map(Entry::class).collect();
        while let Some(class) = open.pop() {
            if needed.contains_key(&class) {
                continue;
            }
            let uses = if class == *root { self.direct(root, dependencies) } else { self.uses(&class) };
            open.extend(uses.iter().cloned());
            needed.insert(class, uses);
        }
        let entries = needed.iter().filter_map(|(class, uses)| Some((self.chosen(class)?, uses)));
        entry::render(self.new.head, entries.collect(), |class| self.chosen(class))
    }

    /// The version of a package that stands, if it is in both locks that of the side that changed it.
    fn chosen(&self, class: &Class) -> Option<&Entry<'a>> {
        let (yours, new) = (self.yours.get(class), self.new.get(class));
        let (Some(yours), Some(new)) = (yours, new) else { return new.or(yours) };
        let is_own = yours.source.is_none();
        match self.base.get(class) {
            _ if yours.version == new.version && !is_own => Some(new),
            _ if is_own => Some(yours),
            Some(base) if base.version == new.version => Some(yours),
            Some(base) if base.version == yours.version => Some(new),
            _ => [new, yours].into_iter().max_by_key(|entry| entry.order()),
        }
    }

    /// What a package needs: that depends on the features that each side turns on.
    fn uses(&self, class: &Class) -> BTreeSet<Class> {
        let Some(chosen) = self.chosen(class) else { return BTreeSet::new() };
        let of = |lock: &Lock<'a>| {
            let entry = lock.get(class).filter(|entry| entry.version == chosen.version)?;
            Some(lock.uses(entry))
        };
        let (base, yours, new) = (of(&self.base), of(&self.yours), of(&self.new));
        let (Some(yours), Some(new)) = (&yours, &new) else { return yours.or(new).unwrap_or_default() };
        let base = base.unwrap_or_else(|| yours.intersection(new).cloned().collect());
        let is_kept = |used: &&Class| !base.contains(used) || (yours.contains(used) && new.contains(used));
        yours.union(new).filter(is_kept).cloned().collect()
    }

    /// The packages of the direct dependencies.
    fn direct(&self, root: &Class, dependencies: &BTreeSet<String>) -> BTreeSet<Class> {
        let of = |lock: &Lock<'a>| lock.get(root).map(|entry| lock.uses(entry)).unwrap_or_default();
        let (yours, new) = (of(&self.yours), of(&self.new));
        let find = |name: &String| {
            let is_named = |class: &&Class| class.name == *name;
            let direct = new.iter().find(is_named).or_else(|| yours.iter().find(is_named));
            direct.cloned().or_else(|| self.new.newest(name)).or_else(|| self.yours.newest(name))
        };
        dependencies.iter().filter_map(find).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# head\nversion = 4\n";

    fn package(name: &str, version: &str, uses: &[&str]) -> String {
        let source = "source = \"registry\"\nchecksum = \"00\"\n";
        let source = if name == "shop" { "" } else { source };
        let list: String = uses.iter().map(|used| format!(" \"{used}\",\n")).collect();
        let list = if uses.is_empty() { String::new() } else { format!("dependencies = [\n{list}]\n") };
        format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{source}{list}")
    }

    fn lock(packages: &[String]) -> String {
        format!("{HEAD}{}", packages.concat())
    }

    fn merged(base: &str, yours: &str, new: &str, dependencies: &[&str]) -> String {
        let dependencies = dependencies.iter().map(|&name| name.to_owned()).collect();
        merge(Sides { base, yours, new }, &dependencies).expect("all three are locks")
    }

    #[test]
    fn what_the_user_added_and_bumped_stays_and_the_unreachable_goes() {
        let shop = |uses: &[&str]| package("shop", "0.1.0", uses);
        let base = lock(&[package("a", "1.0.0", &["m"]), package("m", "1.0.0", &[]), shop(&["a"])]);
        let yours = lock(&[
            package("a", "1.2.0", &["m"]),
            package("i", "2.0.0", &["m"]),
            package("m", "1.0.0", &[]),
            shop(&["a", "i"]),
        ]);
        let new = lock(&[
            package("a", "1.0.0", &["m"]),
            package("m", "1.0.0", &[]),
            package("r", "1.0.0", &[]),
            shop(&["a", "r"]),
        ]);
        let expected = lock(&[
            package("a", "1.2.0", &["m"]),
            package("i", "2.0.0", &["m"]),
            package("m", "1.0.0", &[]),
            package("r", "1.0.0", &[]),
            shop(&["a", "i", "r"]),
        ]);
        assert_eq!(merged(&base, &yours, &new, &["a", "i", "r"]), expected);
        assert_eq!(merged("", &yours, &new, &["a", "i", "r"]), expected);
        assert_eq!(merged(&base, &yours, &base, &["a", "i"]), yours);
        let without = lock(&[package("r", "1.0.0", &[]), shop(&["r"])]);
        assert_eq!(merged(&base, &yours, &new, &["r"]), without);
    }

    #[test]
    fn two_versions_of_a_package_are_told_apart() {
        let one = package("h", "0.14.0", &[]);
        let two = package("h", "0.15.0", &[]);
        let shop = |uses: &[&str]| package("shop", "0.1.0", uses);
        let base = lock(&[package("a", "1.0.0", &["h"]), two.clone(), shop(&["a"])]);
        let yours = lock(&[
            package("a", "1.0.0", &["h 0.15.0"]),
            package("i", "1.0.0", &["h 0.14.0"]),
            one,
            two,
            shop(&["a", "i"]),
        ]);
        // The order of a lock is that of its names.
        let sorted = yours.replace(&package("i", "1.0.0", &["h 0.14.0"]), "");
        let sorted = sorted.replace(&shop(&["a", "i"]), &(package("i", "1.0.0", &["h 0.14.0"]) + &shop(&["a", "i"])));
        assert_eq!(merged(&base, &sorted, &base, &["a", "i"]), sorted);
        assert_eq!(merged(&base, &yours, &base, &["a"]), base);
    }
}
