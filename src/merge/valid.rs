//! Whether a text is valid in the language of its file.

use std::collections::BTreeSet;

use camino::Utf8Path;
use toml_edit::DocumentMut;

/// Whether the text parses, and no key of YAML is there twice. Other languages are not checked.
pub(super) fn is_valid(path: &Utf8Path, text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match path.extension() {
        Some("rs") => syn::parse_file(text).is_ok(),
        Some("toml" | "lock") => text.parse::<DocumentMut>().is_ok(),
        Some("json") => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        Some("yml" | "yaml") => has_distinct_keys(text),
        _ => true,
    }
}

/// Whether no mapping of the YAML text has a key twice, judged by indent: block style, as generated files are.
fn has_distinct_keys(text: &str) -> bool {
    let mut open: Vec<(usize, BTreeSet<&str>)> = Vec::new();
    let mut scalar: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') || scalar.is_some_and(|outer| indent > outer) {
            continue;
        }
        scalar = None;
        if content == "---" {
            open.clear();
            continue;
        }
        let (indent, content) = item(indent, content, &mut open);
        open.retain(|(level, _)| *level <= indent);
        let Some((key, value)) = key(content) else { continue };
        if value.trim_start().starts_with(['|', '>']) {
            scalar = Some(indent);
        }
        if open.last().is_none_or(|(level, _)| *level != indent) {
            open.push((indent, BTreeSet::new()));
        }
        if key != "<<" && open.last_mut().is_some_and(|(_, keys)| !keys.insert(key)) {
            return false;
        }
    }
    true
}

/// The indent and the content of an item of a sequence; each item begins a mapping of its own.
fn item<'a>(mut indent: usize, mut content: &'a str, open: &mut Vec<(usize, BTreeSet<&'a str>)>) -> (usize, &'a str) {
    while let Some(rest) = content.strip_prefix("- ") {
        open.retain(|(level, _)| *level <= indent);
        let inner = rest.trim_start();
        indent += content.len() - inner.len();
        content = inner;
        open.retain(|(level, _)| *level < indent);
    }
    (indent, content)
}

/// The key and the value of a line.
fn key(content: &str) -> Option<(&str, &str)> {
    let (key, value) = content.split_once(':')?;
    let is_key = !key.contains([' ', '"', '{']) && (value.is_empty() || value.starts_with(' '));
    is_key.then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once_in_each_mapping() {
        let valid = |text: &str| is_valid("compose.yml".into(), text);
        assert!(valid("a:\n  x: 1\nb:\n  x: 2\n"));
        assert!(!valid("a:\n  x: 1\n  x: 2\n"));
        assert!(!valid("a:\n  x: 1\nb: 1\na:\n  y: 1\n"));
        assert!(valid("a:\n  - x: 1\n    y: 1\n  - x: 1\n"));
        assert!(!valid("a:\n  - x: 1\n    x: 1\n"));
        assert!(valid("run: |\n  a: 1\n  a: 1\nother: 1\n"));
        assert!(valid("x: 1\n---\nx: 1\n"));
    }

    #[test]
    fn each_language_has_its_parser() {
        assert!(!is_valid("a.rs".into(), "fn a() {\n"));
        assert!(!is_valid("a.toml".into(), "a = 1\na = 2\n"));
        assert!(!is_valid("a.json".into(), "{\"a\": 1,}\n"));
        assert!(is_valid("a.md".into(), "{\n"));
    }
}
