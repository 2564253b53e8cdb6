//! Every valid stack, rendered in memory and read by parsers that know nothing of templates.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use restwell::plan::Plan;
use restwell::stack::Stack;
use restwell::tree::Tree;
use restwell::variants;

/// A name that no template spells, so that one written by hand shows up.
const NAME: &str = "north-pier9";

fn trees() -> impl Iterator<Item = (Stack, Tree)> {
    Stack::all().into_iter().map(|stack| {
        let tree = Plan::new(&stack, NAME).render().expect("every valid stack renders");
        (stack, tree)
    })
}

/// Each distinct file of all stacks, once, with a stack that has it.
fn distinct_files() -> Vec<(Stack, Utf8PathBuf, String)> {
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for (stack, tree) in trees() {
        for (path, file) in tree.files() {
            if seen.insert((path.to_owned(), file.sha256())) {
                let text = String::from_utf8(file.bytes.clone()).expect("generated files are text");
                files.push((stack, path.to_owned(), text));
            }
        }
    }
    files
}

fn text(tree: &Tree, path: impl AsRef<Utf8Path>) -> &str {
    let file = tree.get(&path).unwrap_or_else(|| panic!("no {}", path.as_ref()));
    std::str::from_utf8(&file.bytes).expect("generated files are text")
}

#[test]
fn every_file_parses_in_its_own_language() {
    for (stack, path, text) in distinct_files() {
        let problem = match path.extension() {
            Some("rs") => syn::parse_file(&text).err().map(|error| error.to_string()),
            Some("toml" | "lock") => text.parse::<toml_edit::DocumentMut>().err().map(|error| error.to_string()),
            Some("json") => serde_json::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string()),
            Some("yml" | "yaml") => {
                use serde::Deserialize as _;
                let documents = serde_yaml_ng::Deserializer::from_str(&text);
                let values: Result<Vec<_>, _> = documents.map(serde_yaml_ng::Value::deserialize).collect();
                values.err().map(|error| error.to_string())
            }
            _ => None,
        };
        assert_eq!(problem, None, "{path} of {}", variants::id(&stack));
    }
}

#[test]
fn every_file_is_tidy_and_keeps_no_trace_of_its_template() {
    for (stack, path, text) in distinct_files() {
        let at = format!("{path} of {}", variants::id(&stack));
        for marker in ["<%", "%>", "//~", "#~", "\r"] {
            assert!(!text.contains(marker), "{at} holds {marker:?}");
        }
        assert!(text.is_empty() || text.ends_with('\n'), "{at} has no final newline");
        assert!(!text.ends_with("\n\n"), "{at} ends with a blank line");
        assert!(!text.starts_with('\n'), "{at} starts with a blank line");
        assert!(!text.contains("\n\n\n"), "{at} has two blank lines in a row");
        for (number, line) in text.lines().enumerate() {
            assert!(line.trim_end() == line, "{at}:{} ends in white space", number + 1);
        }
    }
}

#[test]
fn rendering_twice_gives_the_same_bytes_and_every_stack_its_own() {
    let digests: BTreeMap<String, Stack> = trees().map(|(stack, tree)| (tree.digest(), stack)).collect();
    assert_eq!(digests.len(), Stack::all().len(), "two stacks have the same files");
    for (digest, stack) in digests {
        let again = Plan::new(&stack, NAME).render().expect("renders").digest();
        assert_eq!(again, digest);
    }
}

#[test]
fn only_the_choices_said_to_reach_the_rust_change_it() {
    let rust = |tree: &Tree| -> Vec<(Utf8PathBuf, String)> {
        let is_rust = |path: &Utf8Path| path.extension() == Some("rs") || path.file_name() == Some("Cargo.toml");
        tree.files().filter(|(path, _)| is_rust(path)).map(|(path, file)| (path.to_owned(), file.sha256())).collect()
    };
    let distinct: BTreeSet<_> = trees().map(|(_, tree)| rust(&tree)).collect();
    assert_eq!(distinct.len(), Stack::rust_distinct().len());
}

#[test]
fn every_module_has_its_file_and_every_file_its_module() {
    for (stack, tree) in trees() {
        let mut reached = BTreeSet::new();
        let roots = ["src/lib.rs", "src/main.rs"].into_iter().map(Utf8PathBuf::from);
        let others = tree.files().map(|(path, _)| path.to_owned()).filter(|path| is_target_root(path));
        let mut open: Vec<Utf8PathBuf> = roots.chain(others).collect();
        while let Some(path) = open.pop() {
            let parsed = syn::parse_file(text(&tree, &path)).expect("parses");
            for item in &parsed.items {
                if let syn::Item::Mod(syn::ItemMod { ident, content: None, .. }) = item {
                    let folder = module_folder(&path);
                    let beside = folder.join(format!("{ident}.rs"));
                    let inside = folder.join(format!("{ident}/mod.rs"));
                    let found = [beside, inside].into_iter().find(|path| tree.get(path).is_some());
                    open.push(found.unwrap_or_else(|| panic!("{path}: `mod {ident}` has no file in {stack:?}")));
                }
            }
            reached.insert(path);
        }
        for (path, _) in tree.files().filter(|(path, _)| path.extension() == Some("rs")) {
            assert!(reached.contains(path), "{path} belongs to no module in {stack:?}");
        }
    }
}

/// `build.rs`, `tests/*.rs`, `tests/*/main.rs` and `benches/*.rs` are targets that cargo finds by itself.
fn is_target_root(path: &Utf8Path) -> bool {
    let parts: Vec<&str> = path.iter().collect();
    match parts.as_slice() {
        ["build.rs"] => true,
        ["tests" | "benches", file] => file.ends_with(".rs"),
        ["tests", _, "main.rs"] => true,
        _ => false,
    }
}

fn module_folder(path: &Utf8Path) -> Utf8PathBuf {
    let parent = path.parent().expect("a file has a folder");
    match path.file_stem() {
        Some("lib" | "main" | "mod") => parent.to_owned(),
        _ if is_target_root(path) => parent.to_owned(),
        stem => parent.join(stem.expect("a file has a name")),
    }
}

#[test]
fn what_is_imported_is_a_dependency_and_every_dependency_is_used() {
    for stack in Stack::rust_distinct() {
        let plan = Plan::new(&stack, NAME);
        let tree = plan.render().expect("renders");
        let sources = |folders: &[&str]| -> String {
            let of = |path: &Utf8Path| path.extension() == Some("rs") && folders.iter().any(|f| path.starts_with(f));
            tree.files().filter(|(path, _)| of(path)).map(|(path, _)| text(&tree, path)).collect()
        };
        let (own, all) = (sources(&["src"]), sources(&["src", "tests", "benches"]));
        let normal: BTreeSet<String> = plan.manifest.normal().map(|name| name.replace('-', "_")).collect();
        let dev: BTreeSet<String> = plan.manifest.dev().map(|name| name.replace('-', "_")).collect();
        let uses =
            |text: &str, name: &str| text.contains(&format!("{name}::")) || text.contains(&format!("use {name};"));
        for name in &normal {
            assert!(uses(&own, name), "{name} is a dependency that nothing uses in {stack:?}");
        }
        for name in &dev {
            assert!(uses(&all, name), "{name} is a dev-dependency that nothing uses in {stack:?}");
        }
        for name in imported(&own) {
            assert!(normal.contains(&name), "src uses {name}, which is no dependency in {stack:?}");
        }
        for name in imported(&all) {
            assert!(normal.contains(&name) || dev.contains(&name), "{name} is no dependency in {stack:?}");
        }
    }
}

/// The crates named at the head of `use` items.
fn imported(text: &str) -> BTreeSet<String> {
    let is_local = |name: &str| ["app", "crate", "self", "super", "std", "core", "alloc"].contains(&name);
    text.lines()
        .filter_map(|line| line.trim_start().trim_start_matches("pub ").strip_prefix("use "))
        .filter_map(|rest| rest.split_once("::"))
        .map(|(head, _)| head.to_owned())
        .filter(|head| {
            head.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit())
        })
        .filter(|head| !is_local(head))
        // A module of the same project may be named from a sibling.
        .filter(|head| !text.contains(&format!("mod {head};")))
        .collect()
}

#[test]
fn code_stays_within_its_budget() {
    let budget = |stack: &Stack| if stack.values().all(restwell::choice::Value::is_none) { 450 } else { 1000 };
    for stack in Stack::rust_distinct() {
        let tree = Plan::new(&stack, NAME).render().expect("renders");
        let mut total = 0;
        for (path, _) in tree.files().filter(|(path, _)| path.starts_with("src") && path.extension() == Some("rs")) {
            let lines = text(&tree, path).lines().filter(|line| is_code(line)).count();
            assert!(lines <= 150, "{path} has {lines} lines of code");
            total += lines;
        }
        assert!(total <= budget(&stack), "{total} lines of code in {}", variants::id(&stack));
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    for (stack, tree) in trees() {
        for (page, _) in tree.files().filter(|(path, _)| path.extension() == Some("md")) {
            let folder = page.parent().expect("a file has a folder");
            for link in links(text(&tree, page)).filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() { page.to_owned() } else { normal(&folder.join(path)) };
                let is_folder = tree.files().any(|(path, _)| path.starts_with(&target));
                assert!(is_folder, "{page} links to {link}, which is not in {stack:?}");
                if !anchor.is_empty() && target.extension() == Some("md") {
                    let found =
                        text(&tree, &target).lines().any(|line| heading_anchor(line).as_deref() == Some(anchor));
                    assert!(found, "{page} links to {link}: no such heading in {stack:?}");
                }
            }
        }
    }
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
}

fn normal(path: &Utf8Path) -> Utf8PathBuf {
    path.components().fold(Utf8PathBuf::new(), |mut normal, part| {
        match part {
            camino::Utf8Component::ParentDir => {
                normal.pop();
            }
            camino::Utf8Component::CurDir => {}
            part => normal.push(part),
        }
        normal
    })
}

fn heading_anchor(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let kept = title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    Some(kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect::<String>().to_lowercase())
}
