//! The `mod` lists of a generated project, derived from its files.
//!
//! A template marks the place of the list with the line `//= mod` or `//= pub mod`. The list has one line for each
//! sibling module, in the order of their names: a file of another name, or a folder with a `mod.rs`. A feature
//! therefore adds a module by adding its file.

use camino::Utf8Path;

use crate::tree::{Bug, Tree};

/// The marks: for a list of private or of public modules.
pub(super) const KEYWORDS: [&str; 2] = ["pub mod", "mod"];

/// Files that are the root of a module or of a crate, so not a sibling module.
const ROOTS: [&str; 3] = ["lib.rs", "main.rs", "mod.rs"];

/// Replaces the mark in the root of every module and crate that has one.
pub(super) fn fill(tree: &mut Tree) -> Result<(), Bug> {
    let mut lists = Vec::new();
    for (path, file) in tree.files().filter(|(path, _)| path.file_name().is_some_and(|name| ROOTS.contains(&name))) {
        let text = std::str::from_utf8(&file.bytes).map_err(|error| Bug(format!("`{path}`: {error}")))?;
        if let Some((before, keyword, after)) = split_at_mark(text) {
            let list = siblings(tree, path).map(|name| format!("{keyword} {name};\n")).collect::<String>();
            lists.push((path.to_owned(), format!("{before}{list}{after}")));
        }
    }
    for (path, text) in lists {
        tree.rewrite(&path, text)?;
    }
    Ok(())
}

/// The text before the mark, its keyword, and the text after it.
fn split_at_mark(text: &str) -> Option<(&str, &str, &str)> {
    KEYWORDS.into_iter().find_map(|keyword| {
        let (before, after) = text.split_once(&format!("//= {keyword}\n"))?;
        Some((before, keyword, after))
    })
}

/// The names of the modules beside `root`, sorted, since the tree returns its files in the order of their paths.
fn siblings<'a>(tree: &'a Tree, root: &'a Utf8Path) -> impl Iterator<Item = &'a str> {
    let folder = root.parent().unwrap_or(Utf8Path::new(""));
    let mut names: Vec<&str> = tree
        .files()
        .filter_map(move |(path, _)| {
            let inside = path.strip_prefix(folder).ok()?.as_str();
            match inside.split_once('/') {
                None if !ROOTS.contains(&inside) => inside.strip_suffix(".rs"),
                Some((module, "mod.rs")) => Some(module),
                _ => None,
            }
        })
        .collect();
    names.sort_unstable();
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::File;

    fn filled(root: &str, text: &str, others: &[&str]) -> String {
        let file = |text: &str| File { bytes: text.into(), executable: false, from: "base".to_owned() };
        let mut tree = Tree::default();
        tree.add(root.into(), file(text)).expect("a new path");
        for path in others {
            tree.add((*path).into(), file("")).expect("a new path");
        }
        fill(&mut tree).expect("text");
        String::from_utf8(tree.get(root).expect("it was added").bytes.clone()).expect("text")
    }

    #[test]
    fn a_list_has_files_and_folders_in_the_order_of_their_names() {
        let others = ["src/main.rs", "src/routes/mod.rs", "src/routes/greet.rs", "src/routes_old.rs", "src/gcra.lua"];
        let text = filled("src/lib.rs", "//! Docs\n\n//= pub mod\n", &others);
        assert_eq!(text, "//! Docs\n\npub mod routes;\npub mod routes_old;\n");
    }

    #[test]
    fn a_list_knows_only_its_own_folder() {
        let others = ["tests/api/support/http.rs", "src/lib.rs", "tests/other.rs"];
        assert_eq!(filled("tests/api/support/mod.rs", "//= mod\n\nfn a() {}\n", &others), "mod http;\n\nfn a() {}\n");
    }

    #[test]
    fn a_file_without_a_mark_stays_as_it_is() {
        assert_eq!(filled("src/lib.rs", "mod a;\n", &["src/b.rs"]), "mod a;\n");
    }
}
