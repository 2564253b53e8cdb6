//! Imports: one `use …{a, b};` that both sides changed is a set of names.

use camino::Utf8Path;

/// The line with what each side added and without what each removed, if all three are imports from the same path.
pub(super) fn merge(path: &Utf8Path, base: &[&str], yours: &[&str], new: &[&str]) -> Option<String> {
    if path.extension() != Some("rs") {
        return None;
    }
    let ([base], [yours], [new]) = (base, yours, new) else { return None };
    let (base, yours, new) = (Import::parse(base)?, Import::parse(yours)?, Import::parse(new)?);
    if base.head != yours.head || base.head != new.head {
        return None;
    }
    let was = |name: &&str| base.names.contains(name);
    let both = base.names.iter().filter(|name| yours.names.contains(name) && new.names.contains(name));
    let added = yours.names.iter().chain(&new.names).filter(|name| !was(name));
    let mut names: Vec<&str> = both.chain(added).copied().collect();
    names.sort_by_key(|name| order(name));
    names.dedup();
    (!names.is_empty()).then(|| format!("{}{{{}}}{}", base.head, names.join(", "), yours.tail))
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

struct Import<'a> {
    head: &'a str,
    names: Vec<&'a str>,
    tail: &'a str,
}

impl<'a> Import<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let text = line.trim_start();
        if !["use ", "pub use ", "pub(crate) use "].iter().any(|start| text.starts_with(start)) {
            return None;
        }
        let (head, rest) = line.split_once('{')?;
        let (names, tail) = rest.rsplit_once('}')?;
        let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        (!rest.contains('{') && tail.trim_end() == ";").then_some(Self { head, names, tail })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, yours: &str, new: &str) -> Option<String> {
        merge("src/app.rs".into(), &[base], &[yours], &[new])
    }

    #[test]
    fn names_are_a_set() {
        let line = merged("use a::{B, c};\n", "use a::{B, D, c};\n", "use a::{self, c, e};\n");
        assert_eq!(line.as_deref(), Some("use a::{self, c, e, D};\n"));
    }

    #[test]
    fn other_lines_are_not() {
        assert_eq!(merged("use a::{B, c};\n", "use b::{B, D};\n", "use a::{c};\n"), None);
        assert_eq!(merged("use a::{B, c::{d}};\n", "use a::{B};\n", "use a::{c::{d}};\n"), None);
        assert_eq!(merged("f({a});\n", "f({b});\n", "f({c});\n"), None);
    }
}
