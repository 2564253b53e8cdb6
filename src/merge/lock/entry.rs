//! A lock file as entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A package in all versions that are compatible with each other: a lock has at most one of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    pub(super) name: String,
    /// The first number of the version that is not 0, and those before it.
    compatible: Vec<u64>,
}

/// One package of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::merge) struct Entry<'a> {
    pub(in crate::merge) name: &'a str,
    pub(super) version: &'a str,
    pub(super) source: Option<&'a str>,
    /// All lines but the list of dependencies.
    head: String,
    uses: Vec<&'a str>,
}

/// A parsed lock.
pub(in crate::merge) struct Lock<'a> {
    pub(super) head: &'a str,
    entries: BTreeMap<Class, Entry<'a>>,
}

impl<'a> Lock<'a> {
    /// `None` if it holds anything but packages.
    pub(in crate::merge) fn parse(text: &'a str) -> Option<Self> {
        let mut blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
        let head = blocks.next().unwrap_or_default();
        let mut entries = BTreeMap::new();
        for block in blocks {
            let entry = Entry::parse(block)?;
            entries.insert(entry.class(), entry);
        }
        Some(Self { head, entries })
    }

    pub(super) fn get(&self, class: &Class) -> Option<&Entry<'a>> {
        self.entries.get(class)
    }

    /// The packages of the project itself.
    pub(in crate::merge) fn own(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.values().filter(|entry| entry.source.is_none())
    }

    /// The newest package of this name.
    pub(super) fn newest(&self, name: &str) -> Option<Class> {
        let named = self.entries.values().filter(|entry| entry.name == name);
        named.max_by_key(|entry| entry.order()).map(Entry::class)
    }

    /// The names and versions of the packages that an entry depends on.
    pub(in crate::merge) fn versions(&self, entry: &Entry<'a>) -> Vec<(&'a str, &'a str)> {
        let found = |used: &&'a str| {
            let mut words = used.split(' ');
            let name = words.next()?;
            let only = || self.entries.values().find(|entry| entry.name == name).map(|entry| entry.version);
            Some((name, words.next().or_else(only)?))
        };
        entry.uses.iter().filter_map(found).collect()
    }

    /// The packages that an entry of this lock depends on.
    pub(super) fn uses(&self, entry: &Entry<'a>) -> BTreeSet<Class> {
        let find = |used: &&str| {
            let mut words = used.split(' ');
            let name = words.next()?;
            match words.next() {
                Some(version) => Some(Class { name: name.to_owned(), compatible: compatible(version) }),
                None => self.newest(name),
            }
        };
        entry.uses.iter().filter_map(find).collect()
    }
}

impl<'a> Entry<'a> {
    fn parse(block: &'a str) -> Option<Self> {
        let rest = block.strip_prefix("[[package]]\n")?;
        let (head, uses) = rest.split_once("\ndependencies = [\n").unwrap_or((rest, ""));
        let field = |key: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
            line.and_then(|rest| rest.strip_suffix('"'))
        };
        let uses = uses.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
        Some(Self {
            name: field("name")?,
            version: field("version")?,
            source: field("source"),
            head: head.to_owned(),
            uses: uses.collect(),
        })
    }

    pub(super) fn class(&self) -> Class {
        // A project keeps its entry when its own version changes.
        let compatible = if self.source.is_none() { Vec::new() } else { compatible(self.version) };
        Class { name: self.name.to_owned(), compatible }
    }

    /// Cargo sorts a lock by name, then by version as numbers.
    pub(super) fn order(&self) -> (&'a str, Vec<u64>) {
        (self.name, numbers(self.version))
    }
}

/// The text of a lock with these entries, each with what it depends on.
pub(super) fn render<'e, 'a: 'e>(
    head: &str,
    mut entries: Vec<(&'e Entry<'a>, &BTreeSet<Class>)>,
    chosen: impl Fn(&Class) -> Option<&'e Entry<'a>>,
) -> String {
    entries.sort_by_key(|(entry, _)| entry.order());
    let is_only = |name: &str| entries.iter().filter(|(entry, _)| entry.name == name).count() == 1;
    let mut text = format!("{head}\n");
    for (entry, uses) in &entries {
        let used = |class: &Class| {
            let used = chosen(class)?;
            Some(if is_only(used.name) { used.name.to_owned() } else { format!("{} {}", used.name, used.version) })
        };
        let mut names: Vec<String> = uses.iter().filter_map(used).collect();
        names.sort();
        write!(text, "\n[[package]]\n{}\n", entry.head).expect("a String takes every write");
        if !names.is_empty() {
            let list: String = names.iter().map(|name| format!(" \"{name}\",\n")).collect();
            write!(text, "dependencies = [\n{list}]\n").expect("a String takes every write");
        }
    }
    text
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// `[1]` for `1.2.3`, `[0, 4]` for `0.4.1`.
fn compatible(version: &str) -> Vec<u64> {
    let numbers = numbers(version);
    let first = numbers.iter().position(|&number| number != 0).unwrap_or(numbers.len().saturating_sub(1));
    numbers.into_iter().take(first + 1).collect()
}
