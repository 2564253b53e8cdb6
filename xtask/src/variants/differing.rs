//! The black-box tests of a variant without what is compiled in another one: of the variants that differ only in their
//! monitoring, a family, the first is compiled whole, and the others with the test modules and the items of their root
//! that differ from those of the first, and with what these need. So each text is compiled at least once per family.
//!
//! The library, the binary and the benchmarks stay whole.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use camino::Utf8Path;
use proc_macro2::{TokenStream, TokenTree};
use restwell::tree::{File, Tree};
use syn::spanned::Spanned;

use super::sources::text;

/// The folder of the black-box tests, and their root.
const FOLDER: &str = "tests/api";
const ROOT: &str = "tests/api/main.rs";

/// What the root of the cut tests allows, and why.
const ALLOW: &str =
    "// The modules that are equal in the first variant of the family are left out, and with them uses of the others.
#![allow(dead_code, unused_imports)]
";

/// The files of each test module, by its name.
type Modules<'a> = BTreeMap<&'a str, Vec<(&'a Utf8Path, &'a [u8])>>;

/// The root of the tests: what precedes its items, and the items.
struct Root<'a> {
    head: &'a str,
    items: Vec<Item<'a>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// `mod NAME;`
    Module,
    Import,
    Other,
}

/// An item of the root.
struct Item<'a> {
    text: &'a str,
    kind: Kind,
    /// The names that it declares. An item without a name, such as an implementation, is always kept.
    names: Vec<String>,
    /// The names that its paths start with.
    starts: BTreeSet<String>,
}

/// `tree` without the test modules that are the same in `first` and that no other one needs.
pub(super) fn cut(tree: &Tree, first: &Tree) -> Result<Tree> {
    let (root, other) = (Root::parse(text(tree, ROOT)?)?, Root::parse(text(first, ROOT)?)?);
    let (own, others) = (modules(tree), modules(first));
    let is_different = |item: &Item| match item.kind {
        Kind::Module => item.names.iter().any(|name| own.get(name.as_str()) != others.get(name.as_str())),
        Kind::Import | Kind::Other => !other.items.iter().any(|other| other.text == item.text),
    };
    let kept = root.kept(&own, is_different)?;
    let mut cut = Tree::default();
    for (path, file) in tree.files() {
        let is_left_out = module(path).is_some_and(|name| root.has_module(name) && !kept.contains(name));
        if !is_left_out {
            let bytes = if path == ROOT { root.with(&kept).into_bytes() } else { file.bytes.clone() };
            cut.add(path.to_owned(), File { bytes, executable: file.executable, from: file.from.clone() })?;
        }
    }
    Ok(cut)
}

/// The test modules of a project.
fn modules(tree: &Tree) -> Modules<'_> {
    let mut modules = Modules::new();
    for (path, file) in tree.files() {
        if let Some(name) = module(path) {
            modules.entry(name).or_default().push((path, &file.bytes));
        }
    }
    modules
}

/// The test module that a file belongs to: `cache` for `tests/api/cache.rs` and each file under `tests/api/cache`.
fn module(path: &Utf8Path) -> Option<&str> {
    let first = path.strip_prefix(FOLDER).ok()?.components().next()?.as_str();
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

impl<'a> Root<'a> {
    fn parse(text: &'a str) -> Result<Self> {
        let file = syn::parse_file(text).context(ROOT)?;
        let mut items = Vec::new();
        for item in &file.items {
            let range = item.span().byte_range();
            let text = text.get(range).context("an item is a part of its file")?;
            let mut starts = BTreeSet::new();
            path_starts(text.parse().map_err(|error| anyhow::anyhow!("{error}"))?, &mut starts);
            let kind = match item {
                syn::Item::Mod(module) if module.content.is_none() => Kind::Module,
                syn::Item::Use(_) => Kind::Import,
                _ => Kind::Other,
            };
            items.push(Item { text, kind, names: names(item), starts });
        }
        let head = match file.items.first() {
            Some(first) => &text[..first.span().byte_range().start],
            None => text,
        };
        Ok(Self { head, items })
    }

    fn has_module(&self, name: &str) -> bool {
        self.items.iter().any(|item| item.kind == Kind::Module && item.names.iter().any(|own| own == name))
    }

    /// The names of the modules and items that differ, and of those that these need.
    fn kept(&self, modules: &Modules, is_different: impl Fn(&Item) -> bool) -> Result<BTreeSet<String>> {
        let declared: BTreeSet<&str> = self.items.iter().flat_map(|item| &item.names).map(String::as_str).collect();
        let different = self.items.iter().filter(|item| is_different(item));
        let mut open: Vec<String> = different.flat_map(|item| &item.names).cloned().collect();
        let unnamed = self.items.iter().filter(|item| item.names.is_empty());
        open.extend(unnamed.flat_map(|item| item.starts.iter().cloned()));
        let mut kept = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !declared.contains(name.as_str()) || !kept.insert(name.clone()) {
                continue;
            }
            for item in self.items.iter().filter(|item| item.names.contains(&name)) {
                open.extend(item.starts.iter().cloned());
                let files = modules.get(name.as_str()).filter(|_| item.kind == Kind::Module);
                for (path, bytes) in files.into_iter().flatten().filter(|(path, _)| path.extension() == Some("rs")) {
                    open.extend(used(str::from_utf8(bytes).with_context(|| path.to_string())?, depth(path)));
                }
            }
        }
        Ok(kept)
    }

    /// The text of the root with only these names.
    fn with(&self, kept: &BTreeSet<String>) -> String {
        let is_kept = |item: &&Item| item.names.is_empty() || item.names.iter().any(|name| kept.contains(name));
        let mut text = format!("{}\n\n{ALLOW}\n", self.head.trim_end());
        for item in self.items.iter().filter(|item| is_kept(item) || self.is_foreign(item)) {
            let gap = if item.kind == Kind::Other { "\n" } else { "" };
            text += &format!("{gap}{}\n", item.text);
        }
        text
    }

    /// Whether it imports from another crate: perhaps a trait, which its users do not name.
    fn is_foreign(&self, item: &Item) -> bool {
        item.kind == Kind::Import && !item.starts.iter().any(|start| start == "crate" || self.has_module(start))
    }
}

/// The number of modules that a file is in, the root aside.
fn depth(path: &Utf8Path) -> usize {
    let folders = path.components().count() - Utf8Path::new(ROOT).components().count();
    if path.file_name() == Some("mod.rs") { folders } else { folders + 1 }
}

/// The names in the root that a module at this depth uses: `cache` in `crate::cache::load` and `crate::{cache, link}`.
///
/// A text in a comment may add some, which costs time but hides nothing.
fn used(text: &str, depth: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for root in ["crate::".to_owned(), "super::".repeat(depth)] {
        for (start, _) in text.match_indices(&root) {
            let rest = &text[start + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(firsts_of_group(group)),
                None => found.extend(identifier(rest)),
            }
        }
    }
    found
}

/// `a` and `c` in `a::b, c::{d, e}}; …`.
fn firsts_of_group(text: &str) -> BTreeSet<String> {
    let (mut found, mut nested) = (BTreeSet::new(), 0);
    let mut start = Some(0);
    for (index, character) in text.char_indices() {
        if nested == 0 && matches!(character, ',' | '}') {
            found.extend(start.and_then(|start| identifier(text[start..].trim_start())));
            start = Some(index + 1);
        }
        match character {
            '{' => nested += 1,
            '}' if nested == 0 => break,
            '}' => nested -= 1,
            _ => {}
        }
    }
    found
}

/// The identifier that a text starts with.
fn identifier(text: &str) -> Option<String> {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The names that an item declares.
fn names(item: &syn::Item) -> Vec<String> {
    let name = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Mod(item) => &item.ident,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Use(item) => return imported(&item.tree),
        _ => return Vec::new(),
    };
    vec![name.to_string()]
}

fn imported(tree: &syn::UseTree) -> Vec<String> {
    match tree {
        syn::UseTree::Path(path) => imported(&path.tree),
        syn::UseTree::Name(name) => vec![name.ident.to_string()],
        syn::UseTree::Rename(rename) => vec![rename.rename.to_string()],
        syn::UseTree::Glob(_) => Vec::new(),
        syn::UseTree::Group(group) => group.items.iter().flat_map(imported).collect(),
    }
}

/// Adds the identifiers that start a path: `drill` of `drill::Pace`, and not `len` of `.len()`.
fn path_starts(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut before = [' '; 2];
    for token in tokens {
        let mut last = ' ';
        match token {
            TokenTree::Ident(name) if before != [':', ':'] && before[1] != '.' => drop(found.insert(name.to_string())),
            TokenTree::Group(group) => path_starts(group.stream(), found),
            TokenTree::Punct(mark) => last = mark.as_char(),
            _ => {}
        }
        before = [before[1], last];
    }
}

#[cfg(test)]
mod tests;
