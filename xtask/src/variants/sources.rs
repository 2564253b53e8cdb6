//! The files of all variants that the compiler reads, in memory. Equal files are stored once: most variants consist of
//! the same files.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};
use restwell::proof::is_compiled;
use restwell::tree::{File, Tree};

use super::lock::Packages;

/// The files and locks of all variants.
#[derive(Default)]
pub(super) struct Sources {
    variants: BTreeMap<String, BTreeMap<Utf8PathBuf, Rc<[u8]>>>,
    stored: BTreeSet<Rc<[u8]>>,
    pub(super) packages: Packages,
}

impl Sources {
    /// Adds the project of a variant.
    pub(super) fn add(&mut self, variant: &str, tree: &Tree) -> Result<()> {
        self.packages.collect(text(tree, "Cargo.lock")?)?;
        let mut files = BTreeMap::new();
        for (path, file) in tree.files().filter(|(path, _)| is_compiled(path) && *path != "Cargo.lock") {
            files.insert(path.to_owned(), self.store(&file.bytes));
        }
        self.variants.insert(variant.to_owned(), files);
        Ok(())
    }

    fn store(&mut self, bytes: &[u8]) -> Rc<[u8]> {
        if let Some(stored) = self.stored.get(bytes) {
            return stored.clone();
        }
        let new: Rc<[u8]> = bytes.into();
        self.stored.insert(new.clone());
        new
    }

    /// The files of a variant, without its lock.
    pub(super) fn tree(&self, variant: &str) -> Result<Tree> {
        let mut tree = Tree::default();
        for (path, bytes) in self.variants.get(variant).with_context(|| format!("{variant} was not added"))? {
            tree.add(path.clone(), File { bytes: bytes.to_vec(), executable: false, from: variant.to_owned() })?;
        }
        Ok(tree)
    }

    /// Each distinct content of each path with this ending, with the first variant that has it.
    pub(super) fn distinct(&self, ending: &str) -> Vec<(&str, &Utf8Path, &[u8])> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for (variant, files) in &self.variants {
            for (path, bytes) in files.iter().filter(|(path, _)| path.as_str().ends_with(ending)) {
                // Equal files are one allocation.
                if seen.insert((path, Rc::as_ptr(bytes))) {
                    found.push((variant.as_str(), path.as_path(), &**bytes));
                }
            }
        }
        found
    }
}

/// The text of a file of a project.
pub(super) fn text<'a>(tree: &'a Tree, path: &str) -> Result<&'a str> {
    let file = tree.get(path).with_context(|| format!("the project has no {path}"))?;
    Ok(str::from_utf8(&file.bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            let file = File { bytes: (*text).into(), executable: false, from: "base".into() };
            tree.add((*path).into(), file).expect("free");
        }
        tree
    }

    #[test]
    fn equal_files_are_found_once_and_pages_are_left_out() {
        let lock = ("Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"b\"\n");
        let mut sources = Sources::default();
        sources.add("a", &tree(&[("src/lib.rs", "1"), ("README.md", "a"), lock])).expect("it has a lock");
        sources.add("b", &tree(&[("src/lib.rs", "1"), ("src/b.rs", "1"), lock])).expect("it has a lock");
        let found: Vec<_> = sources.distinct(".rs").into_iter().map(|(variant, path, _)| (variant, path)).collect();
        assert_eq!(found, [("a", "src/lib.rs".into()), ("b", "src/b.rs".into())]);
        let tree = sources.tree("a").expect("it was added");
        assert_eq!(tree.files().map(|(path, _)| path).collect::<Vec<_>>(), ["src/lib.rs"]);
        assert!(sources.tree("c").is_err());
    }
}
