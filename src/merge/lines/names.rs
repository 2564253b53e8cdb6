//! Imports and lists of modules: what both sides changed is a set of names.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

/// The lines with what each side added and without what each removed, if all of them are whole imports, or all are modules
/// declared alike.
pub(super) fn merge(path: &Utf8Path, [base, yours, new]: [&[&str]; 3]) -> Option<String> {
    if path.extension() != Some("rs") {
        return None;
    }
    let [base, yours, new] = [Names::parse(base)?, Names::parse(yours)?, Names::parse(new)?];
    let mut merged = Names::default();
    let heads: BTreeSet<&Head> = [&base, &yours, &new].iter().flat_map(|names| names.0.keys()).collect();
    let keywords: BTreeSet<&str> = heads.iter().map(|head| head.keyword).collect();
    if keywords.len() != 1 {
        return None;
    }
    for head in heads {
        let [base, yours, new] = [&base, &yours, &new].map(|names| names.0.get(head).cloned().unwrap_or_default());
        let is_kept = |name: &&&str| !base.contains(**name) || (yours.contains(**name) && new.contains(**name));
        let names: BTreeSet<&str> = yours.union(&new).filter(is_kept).copied().collect();
        if !names.is_empty() {
            merged.0.insert(head.clone(), names);
        }
    }
    Some(merged.render())
}

/// What stands before the names: the keyword, the path, and how the line is indented and ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Head<'a> {
    keyword: &'a str,
    path: &'a str,
    indent: &'a str,
    end: &'a str,
}

/// The names after each head.
#[derive(Default)]
struct Names<'a>(BTreeMap<Head<'a>, BTreeSet<&'a str>>);

/// The lines that are lists of names.
const KEYWORDS: [&str; 6] = ["pub mod ", "mod ", "pub use ", "pub(crate) use ", "pub(super) use ", "use "];

impl<'a> Names<'a> {
    fn parse(lines: &[&'a str]) -> Option<Self> {
        let mut names = Self::default();
        for line in lines {
            let text = line.trim_start();
            let indent = &line[..line.len() - text.len()];
            let keyword = KEYWORDS.into_iter().find(|keyword| text.starts_with(keyword))?;
            let (list, end) = text[keyword.len()..].rsplit_once(';')?;
            if !end.trim().is_empty() {
                return None;
            }
            let (path, list) = match list.split_once('{') {
                Some((path, list)) => (path, list.strip_suffix('}')?),
                None => list.rfind("::").map_or(("", list), |place| list.split_at(place + 2)),
            };
            if list.contains(['{', '*', '(']) {
                return None;
            }
            let head = Head { keyword, path, indent, end };
            let found = list.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.0.entry(head).or_default().extend(found);
        }
        Some(names)
    }

    fn render(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (Head { keyword, path, indent, end }, names) in &self.0 {
            let mut names: Vec<&str> = names.iter().copied().collect();
            names.sort_by_key(|name| order(name));
            if path.is_empty() {
                lines.extend(names.iter().map(|name| format!("{indent}{keyword}{name};{end}")));
                continue;
            }
            match names.as_slice() {
                [name] if !name.starts_with("self") => lines.push(format!("{indent}{keyword}{path}{name};{end}")),
                names => lines.push(format!("{indent}{keyword}{path}{{{}}};{end}", names.join(", "))),
            }
        }
        lines.concat()
    }
}

/// rustfmt's order: `self` first, then lower case, then types, then constants.
fn order(name: &str) -> (bool, u8, String) {
    let class = match name.chars().next() {
        Some(first) if first.is_lowercase() => 0,
        _ if name.chars().any(char::is_lowercase) => 1,
        _ => 2,
    };
    (!name.starts_with("self"), class, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, yours: &str, new: &str) -> Option<String> {
        let [base, yours, new] = [base, yours, new].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
        merge("src/app.rs".into(), [&base, &yours, &new])
    }

    #[test]
    fn names_are_a_set() {
        let line = merged("use a::{B, c};\n", "use a::{B, D, c};\n", "use a::{self, c, e};\n");
        assert_eq!(line.as_deref(), Some("use a::{self, c, e, D};\n"));
        assert_eq!(merged("use a::{b, c};\n", "use a::c;\n", "use a::b;\n").as_deref(), Some(""));
    }

    #[test]
    fn lists_of_modules_are_sets() {
        let lines = merged("mod b;\nmod c;\n", "mod b;\nmod orders;\n", "mod a;\nmod b;\nmod c;\nmod d;\n");
        assert_eq!(lines.as_deref(), Some("mod a;\nmod b;\nmod d;\nmod orders;\n"));
    }

    #[test]
    fn modules_that_both_sides_add_are_sorted() {
        assert_eq!(merged("", "mod orders;\n", "mod outages;\n").as_deref(), Some("mod orders;\nmod outages;\n"));
        assert_eq!(merged("", "mod orders;\n", "mod links;\n").as_deref(), Some("mod links;\nmod orders;\n"));
    }

    #[test]
    fn two_imports_from_one_path_become_one() {
        let lines = merged("", "use a::b;\nuse z::y;\n", "use a::c;\n");
        assert_eq!(lines.as_deref(), Some("use a::{b, c};\nuse z::y;\n"));
    }

    #[test]
    fn other_lines_are_not() {
        assert_eq!(merged("use a::{B, c::{d}};\n", "use a::{B};\n", "use a::{c::{d}};\n"), None);
        assert_eq!(merged("f({a});\n", "f({b});\n", "f({c});\n"), None);
        assert_eq!(merged("mod a;\n", "mod b;\n", "pub mod c;\n"), None);
    }
}
