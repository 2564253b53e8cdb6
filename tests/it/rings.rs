//! The imports of a generated project: no module imports itself by way of others.

use std::collections::{BTreeMap, BTreeSet};

use crate::projects::rust_distinct;

/// The parent of the modules that it puts together; they take its state from it.
const PLATFORM: &str = "platform";

type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_project_has_a_ring_of_imports() {
    for project in rust_distinct() {
        let files = project.files().filter_map(|(path, text)| Some((module(path.as_str())?, text)));
        let ring = ring(imports(&files.collect()));
        assert!(ring.is_empty(), "{}: {ring:#?}", project.id());
    }
}

#[test]
fn a_ring_is_found_in_every_form_of_import() {
    for import in ["use crate::app::App;", "use super::{app::App, c};", "fn f() { crate::app::f() }"] {
        let files = [
            ("app", "use crate::{b::c::f, d};"),
            ("b", ""),
            ("b::c", "use super::super::e;"),
            ("d", ""),
            ("e", import),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text)).into();
        let expected: Vec<String> = ["app", "b::c", "e"].map(str::to_owned).into();
        assert_eq!(ring(imports(&files)).into_keys().collect::<Vec<_>>(), expected, "{import}");
    }
}

/// `products::routes` for `src/products/routes.rs`.
fn module(path: &str) -> Option<String> {
    let path = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    Some(path.replace('/', "::"))
}

/// The modules that each module imports.
fn imports(files: &BTreeMap<String, &str>) -> Imports {
    let of = |(module, text): (&String, &&str)| {
        let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let paths = paths(&code.join("\n"), module);
        let found = paths.iter().filter_map(|path| longest(path, files));
        (module.clone(), found.filter(|found| found != module && found != PLATFORM).collect())
    };
    files.iter().map(of).collect()
}

/// The paths that begin with `crate` or `super`, from the root; those of a group one by one.
fn paths(code: &str, module: &str) -> Vec<String> {
    let mut found = Vec::new();
    for root in ["crate::", "super::"] {
        for (place, _) in code.match_indices(root).filter(|(place, _)| !code[..*place].ends_with("::")) {
            let mut rest = &code[place..];
            let mut base: Vec<&str> = if root == "crate::" { Vec::new() } else { module.split("::").collect() };
            while let Some(after) = rest.strip_prefix(root) {
                base.pop();
                rest = after;
            }
            let base = base.iter().flat_map(|name| [*name, "::"]).collect::<String>();
            let end = rest.find(|sign: char| !(sign.is_alphanumeric() || "_:".contains(sign))).unwrap_or(rest.len());
            let (path, after) = rest.split_at(end);
            match after.strip_prefix('{').and_then(|group| group.split_once('}')) {
                Some((group, _)) => {
                    found.extend(group.split(',').map(|item| format!("{base}{path}{}", item.trim())));
                }
                None => found.push(format!("{base}{path}")),
            }
        }
    }
    found
}

/// The module that a path leads to.
fn longest(path: &str, files: &BTreeMap<String, &str>) -> Option<String> {
    let names: Vec<&str> = path.split("::").collect();
    (1..=names.len()).rev().map(|count| names[..count].join("::")).find(|module| files.contains_key(module))
}

/// The modules that are left when those are removed, again and again, that import no other or that no other imports.
fn ring(mut imports: Imports) -> Imports {
    loop {
        let imported: BTreeSet<String> = imports.values().flatten().cloned().collect();
        let before = imports.len();
        imports.retain(|module, others| imported.contains(module) && !others.is_empty());
        let left: BTreeSet<String> = imports.keys().cloned().collect();
        imports.values_mut().for_each(|others| others.retain(|other| left.contains(other)));
        if imports.len() == before {
            return imports;
        }
    }
}
