//! The order of the modules of `src/`: a file imports only from modules below its own, so there are no cycles.

use std::fs;

use camino::Utf8Path;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::sources::rust_files;

#[test]
fn imports_point_downwards() {
    let order = order();
    let rank = |name: &str| order.iter().position(|module| module == name);
    let mut upward = Vec::new();
    for path in rust_files("src").into_iter().filter(|path| !["src/lib.rs", "src/main.rs"].contains(&path.as_str())) {
        let own = rank(&room(&path)).unwrap_or_else(|| panic!("{path} is not in the table of docs/architecture.md"));
        let text = fs::read_to_string(&path).expect("a source file is text");
        let mut found = Vec::new();
        imports(text.parse().expect("a source file is Rust"), &parents(&path), &mut found);
        // An unknown name is an item of `lib.rs`, which is above all of them.
        upward.extend(
            found.into_iter().filter(|name| rank(name).is_none_or(|rank| rank < own)).map(|name| (path.clone(), name)),
        );
    }
    assert!(upward.is_empty(), "upward imports: {upward:#?}");
}

/// The modules, highest first: the first column of the table in the architecture page.
fn order() -> Vec<String> {
    let page = fs::read_to_string("docs/architecture.md").expect("the page is there");
    let (_, table) = page.split_once("| module | what it does |").expect("the table is there");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|names| names.split(','));
    names.map(|name| name.trim().replace('`', "")).collect()
}

/// `disk` for `src/disk/stage.rs`.
fn room(path: &Utf8Path) -> String {
    path.iter().nth(1).unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// `super::super::` for `src/disk/stage.rs`: the prefix that leads to the crate root.
fn parents(path: &Utf8Path) -> String {
    "super::".repeat(path.iter().skip(1).filter(|part| *part != "mod.rs").count())
}

/// Collects the first name of every path that starts at the crate root: in imports, grouped or not, in expressions and
/// in macros.
fn imports(tokens: TokenStream, parents: &str, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        // A name and two colons are three tokens.
        let start = index.saturating_sub(3 * parents.matches("super").count().max(1));
        let before = tokens[start..index].iter().map(ToString::to_string).collect::<String>();
        let is_rooted = before.ends_with("crate::") || before.ends_with(parents);
        match token {
            TokenTree::Ident(name) if is_rooted => found.push(name.to_string()),
            TokenTree::Group(group) if is_rooted && group.delimiter() == Delimiter::Brace => {
                let items: Vec<String> = group.stream().into_iter().map(|token| token.to_string()).collect();
                found.extend(items.split(|token| token == ",").filter_map(|item| item.first().cloned()));
            }
            TokenTree::Group(group) => {
                let is_module = index >= 2 && tokens[index - 2].to_string() == "mod";
                let parents = if is_module { format!("super::{parents}") } else { parents.to_owned() };
                imports(group.stream(), &parents, found);
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[test]
fn every_form_of_import_is_found() {
    let code =
        "use crate::{a::{b, c}, d}; mod tests { fn f() { println!(\"{}\", crate::e::F); super::super::super::g(); } }";
    let mut found = Vec::new();
    imports(code.parse().expect("Rust"), &parents("src/disk/stage.rs".into()), &mut found);
    assert_eq!(found, ["a", "d", "e", "g"]);
}
