//! Slots: places at which a feature adds lines to a file of another feature.
//!
//! The owner's template marks a place with a slot, a comment line such as `//= fields` (`#= fields` outside Rust). A
//! feature that has lines for it keeps them in `parts/` of its own template folder, in a file of the same path, under a
//! line that repeats the slot, not indented. Parts are placed in the order of the features; a slot without parts leaves
//! no line. Parts may have slots for parts of other features.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::modules;
use crate::tree::{Bug, Tree};

/// The folder, inside a feature's template folder, that holds its parts.
const FOLDER: &str = "parts";

/// The lines for each slot, by file and name of the slot.
#[derive(Debug, Default)]
pub(super) struct Slots(BTreeMap<(Utf8PathBuf, String), String>);

impl Slots {
    /// The file for which `template` has parts; `None` if the template is a whole file.
    pub(super) fn target(template: &Utf8Path) -> Option<&Utf8Path> {
        template.strip_prefix(FOLDER).ok()
    }

    /// Adds the rendered parts of one feature for the file `target`.
    ///
    /// # Errors
    /// [`Bug`] if a line precedes the first slot.
    pub(super) fn add(&mut self, target: &Utf8Path, text: &str) -> Result<(), Bug> {
        let mut lines: Option<&mut String> = None;
        for line in text.split_inclusive('\n') {
            let section = slot(line).filter(|_| !line.starts_with(' '));
            match (section, &mut lines) {
                (Some(name), _) => lines = Some(self.0.entry((target.to_owned(), name.to_owned())).or_default()),
                (None, Some(lines)) => lines.push_str(line),
                (None, None) => return Err(Bug(format!("a part of `{target}` has a line above its first slot"))),
            }
        }
        Ok(())
    }

    /// Replaces each slot in the files of the tree.
    ///
    /// # Errors
    /// [`Bug`] if an existing file has no slot for a part, or has one twice.
    pub(super) fn fill(&self, tree: &mut Tree) -> Result<(), Bug> {
        let mut filled = Vec::new();
        for (path, file) in tree.files() {
            let text = std::str::from_utf8(&file.bytes).map_err(|error| Bug(format!("`{path}`: {error}")))?;
            let (mut lines, mut slots) = (String::new(), BTreeSet::new());
            self.expand(path, text, &mut lines, &mut slots)?;
            if let Some(name) = self.parts_of(path).find(|name| !slots.contains(name)) {
                return Err(Bug(format!("`{path}` has no slot `{name}`")));
            }
            if !slots.is_empty() {
                filled.push((path.to_owned(), lines));
            }
        }
        filled.into_iter().try_for_each(|(path, text)| tree.rewrite(&path, text))
    }

    /// The slots of this file that have parts.
    fn parts_of(&self, path: &Utf8Path) -> impl Iterator<Item = &str> {
        let parts = self.0.range((path.to_owned(), String::new())..);
        parts.map(|(slot, _)| slot).take_while(move |(target, _)| target == path).map(|(_, name)| name.as_str())
    }

    /// Appends `text` to `lines` with its slots replaced, and their names to `slots`.
    ///
    /// # Errors
    /// [`Bug`] if a slot occurs twice: a part would be ambiguous, and a part that contains its own slot would recurse
    /// forever.
    fn expand<'a>(
        &'a self,
        path: &Utf8Path,
        text: &'a str,
        lines: &mut String,
        slots: &mut BTreeSet<&'a str>,
    ) -> Result<(), Bug> {
        if !may_have_slot(text) {
            // Most files have none.
            lines.push_str(text);
            return Ok(());
        }
        for line in text.split_inclusive('\n') {
            let Some(name) = slot(line) else {
                lines.push_str(line);
                continue;
            };
            if !slots.insert(name) {
                return Err(Bug(format!("`{path}` has the slot `{name}` twice")));
            }
            if let Some(part) = self.0.get(&(path.to_owned(), name.to_owned())) {
                self.expand(path, part, lines, slots)?;
            }
        }
        Ok(())
    }
}

/// The comments that a slot may be: of Rust, and of most other languages. `= ` and its name follow.
const COMMENTS: [&str; 2] = ["//", "#"];

/// Whether the text may have a slot. The search for one letter is much faster than a look at each line.
fn may_have_slot(text: &str) -> bool {
    text.match_indices('=').any(|(place, _)| COMMENTS.iter().any(|comment| text[..place].ends_with(comment)))
}

/// The name of the slot in this line, if it is one.
fn slot(line: &str) -> Option<&str> {
    let line = line.trim();
    let name = COMMENTS.iter().find_map(|comment| line.strip_prefix(comment)?.strip_prefix("= "))?;
    (!modules::KEYWORDS.contains(&name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::File;

    fn tree(path: &str, text: &str) -> Tree {
        let mut tree = Tree::default();
        let file = File { bytes: text.into(), executable: false, from: "base".to_owned() };
        tree.add(path.into(), file).expect("a new path");
        tree
    }

    fn filled(owner: &str, parts: &[&str]) -> Result<String, Bug> {
        let mut all = Slots::default();
        for part in parts {
            all.add("src/app.rs".into(), part)?;
        }
        let mut tree = tree("src/app.rs", owner);
        all.fill(&mut tree)?;
        Ok(String::from_utf8(tree.get("src/app.rs").expect("it was added").bytes.clone()).expect("text"))
    }

    #[test]
    fn parts_of_all_features_take_the_place_of_the_slot_in_order() {
        let owner = "struct App {\n    //= fields\n}\n//= rest\n";
        let parts = ["//= fields\n    cache: Cache,\n", "//= fields\n    limiter: Limiter,\n//= rest\n\nfn a() {}\n"];
        let expected = "struct App {\n    cache: Cache,\n    limiter: Limiter,\n}\n\nfn a() {}\n";
        assert_eq!(filled(owner, &parts).expect("it fits"), expected);
    }

    #[test]
    fn a_slot_without_parts_leaves_no_line() {
        assert_eq!(filled("a\n  #= nothing\nb\n", &[]).expect("it fits"), "a\nb\n");
    }

    #[test]
    fn a_part_may_have_slots() {
        let parts = ["//= methods\nfn measure() {\n    //= gauges\n}\n", "//= gauges\n    pool();\n"];
        assert_eq!(filled("//= methods\n", &parts).expect("it fits"), "fn measure() {\n    pool();\n}\n");
        assert!(filled("//= methods\n", &parts[1..]).is_err());
    }

    #[test]
    fn a_slot_that_stands_twice_is_a_bug() {
        assert!(filled("//= fields\n//= fields\n", &[]).is_err());
        assert!(filled("//= fields\n", &["//= fields\n  //= fields\n"]).is_err());
    }

    #[test]
    fn a_part_without_its_slot_is_a_bug() {
        assert!(filled("a\n", &["//= fields\nb\n"]).is_err());
        assert!(filled("//= fields\n", &["b\n//= fields\nc\n"]).is_err());
    }
}
