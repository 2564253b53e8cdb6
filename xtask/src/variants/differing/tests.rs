//! What is left of made-up tests, and of the tests of real families.

use restwell::choice::Choice;
use restwell::stack::Stack;
use restwell::variants::id;

use super::*;
use crate::project;

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.add((*path).into(), File { bytes: (*text).into(), executable: false, from: "base".into() }).expect("free");
    }
    tree
}

const MAIN: &str = "//! Tests.

mod cache;
mod link;
mod prometheus;
mod support;
mod unread;

use link::slow;
use std::fmt::Write;

/// A number of seconds.
const LIMIT: u32 = 3;

/// Nothing.
fn wait(_: support::Pace) -> u32 {
    LIMIT
}
";

/// What is left of [`MAIN`] for `cache`, which uses `wait`.
const LEFT: &str = "//! Tests.

// The modules that are equal in the first variant of the family are left out, and with them uses of the others.
#![allow(dead_code, unused_imports)]

mod cache;
mod link;
mod support;
mod unread;
use std::fmt::Write;

/// A number of seconds.
const LIMIT: u32 = 3;

/// Nothing.
fn wait(_: support::Pace) -> u32 {
    LIMIT
}
";

/// Tests with this text of `cache`.
fn tests(cache: &str) -> Tree {
    tree(&[
        ("src/lib.rs", ""),
        ("tests/api/cache.rs", cache),
        ("tests/api/link.rs", "use super::unread;"),
        ("tests/api/main.rs", MAIN),
        ("tests/api/prometheus.rs", ""),
        // In a folder, `super` is the module itself.
        ("tests/api/support/deep.rs", "use super::prometheus;"),
        ("tests/api/support/mod.rs", "use super::link;"),
        ("tests/api/unread.rs", ""),
    ])
}

fn paths(tree: &Tree) -> Vec<&str> {
    tree.files().map(|(path, _)| path.as_str()).collect()
}

#[test]
fn what_a_module_that_differs_needs_is_kept() {
    let by_item = cut(&tests("let a = crate::wait(b);"), &tests("")).expect("it is Rust");
    assert_eq!(text(&by_item, ROOT).expect("there is a root"), LEFT);
    let all = tests("");
    let kept: Vec<_> = paths(&all).into_iter().filter(|path| !path.contains("prometheus")).collect();
    assert_eq!(paths(&by_item), kept);

    let by_import = cut(&tests("use crate::{slow, other::{prometheus}};"), &tests("")).expect("it is Rust");
    let root = text(&by_import, ROOT).expect("there is a root");
    assert!(root.contains("use link::slow;") && !root.contains("LIMIT") && !root.contains("prometheus"), "{root}");
    assert!(by_import.get("tests/api/unread.rs").is_some() && by_import.get("tests/api/support/mod.rs").is_none());
}

#[test]
fn an_item_that_differs_is_kept_and_nothing_that_is_the_same() {
    let mut other = tests("");
    other.rewrite(ROOT.into(), MAIN.replace("LIMIT: u32 = 3", "LIMIT: u32 = 4")).expect("there is a root");
    let item = cut(&other, &tests("")).expect("it is Rust");
    assert!(text(&item, ROOT).expect("there is a root").ends_with("const LIMIT: u32 = 4;\n"));

    let nothing = cut(&tests(""), &tests("")).expect("it is Rust");
    assert_eq!(paths(&nothing), ["src/lib.rs", "tests/api/main.rs"]);
}

#[test]
fn paths_are_found_in_each_form() {
    let found = |text, depth| used(text, depth).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(found("use crate::{a::b, c::{d, e}, f}; crate::g::h();", 1), "a c f g");
    assert_eq!(found("use crate::{\n    a::b,\n    c,\n}; use other::i;", 1), "a c");
    assert_eq!(found("use super::a; use super::super::b;", 2), "b");
}

/// The stacks of three families: much, little and something between.
fn families() -> Vec<Vec<Stack>> {
    let starts = ["postgres-redis-redis-jwt-http-", "none-none-none-none-none-", "sqlite-memory-memory-api-key-none-"];
    let stacks = Stack::rust_distinct();
    let family = |start: &str| stacks.iter().filter(|stack| id(stack).starts_with(start)).copied().collect();
    starts.map(family).into()
}

#[test]
fn each_module_of_a_family_is_compiled_whole_and_what_is_used_is_there() {
    for mut family in families() {
        family.sort_by_key(|stack| stack.get(Choice::Monitoring));
        assert_eq!(family.len(), Choice::Monitoring.values().len());
        let render = |stack: &Stack| project::render(stack, "shop-api").expect("it renders");
        let first = render(&family[0]);
        for stack in &family[1..] {
            let whole = render(stack);
            let cut = cut(&whole, &first).expect("it is Rust");
            let (all, left, others) = (modules(&whole), modules(&cut), modules(&first));
            for (name, files) in all.iter().filter(|(name, _)| **name != "main") {
                let is_whole = left.get(name) == Some(files);
                assert!(is_whole || !left.contains_key(name), "{name} is whole or left out in {}", id(stack));
                assert!(is_whole || others.get(name) == Some(files), "{name} of {} is compiled nowhere", id(stack));
            }
            assert!(left.len() > 1 && left.len() < all.len(), "{} of {} modules", left.len(), all.len());
            is_complete(&cut, &Root::parse(text(&whole, ROOT).expect("there is a root")).expect("it is Rust"));
        }
    }
}

/// Every name of the root that a kept file uses is declared, and every module that is declared has files.
fn is_complete(cut: &Tree, whole: &Root) {
    let text = text(cut, ROOT).expect("there is a root");
    let root = Root::parse(text).expect("it is Rust");
    let declared: BTreeSet<&String> = root.items.iter().flat_map(|item| &item.names).collect();
    let before: BTreeSet<&String> = whole.items.iter().flat_map(|item| &item.names).collect();
    let modules = modules(cut);
    for item in root.items.iter().filter(|item| item.kind == Kind::Module) {
        assert!(modules.contains_key(item.names[0].as_str()), "{}", item.names[0]);
    }
    for (path, bytes) in modules.values().flatten().filter(|(path, _)| path.extension() == Some("rs")) {
        let text = str::from_utf8(bytes).expect("text");
        for name in used(text, depth(path)).iter().filter(|name| before.contains(name)) {
            assert!(declared.contains(name), "{path} uses {name}");
        }
        assert!(syn::parse_file(text).is_ok(), "{path}");
    }
}
