//! Every valid stack, rendered in memory and parsed by the parsers of its file formats.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use restwell::choice::{Database, Monitoring};
use restwell::part::connections;
use restwell::plan::Plan;
use restwell::preset::Preset;
use restwell::stack::Stack;

use crate::projects::{NAME, Project, all, distinct_files, rust_distinct};

#[test]
fn every_file_parses_in_its_own_language() {
    for (project, path, text) in distinct_files() {
        let problem = match path.extension() {
            Some("rs") => syn::parse_file(text).err().map(|error| error.to_string()),
            Some("toml" | "lock") => text.parse::<toml_edit::DocumentMut>().err().map(|error| error.to_string()),
            Some("json") => serde_json::from_str::<serde_json::Value>(text).err().map(|error| error.to_string()),
            Some("yml" | "yaml") => {
                use serde::Deserialize as _;
                let documents = serde_yaml_ng::Deserializer::from_str(text);
                let values: Result<Vec<_>, _> = documents.map(serde_yaml_ng::Value::deserialize).collect();
                values.err().map(|error| error.to_string())
            }
            _ => None,
        };
        assert_eq!(problem, None, "{path} of {}", project.id());
    }
}

#[test]
fn every_file_is_tidy_and_keeps_no_trace_of_its_template() {
    for (project, path, text) in distinct_files() {
        let at = format!("{path} of {}", project.id());
        for marker in ["<%", "%>", "//~", "#~", "//= ", "#= ", "\r"] {
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
    let digests: BTreeMap<&str, &Project> = all().iter().map(|project| (project.digest.as_str(), project)).collect();
    assert_eq!(digests.len(), Stack::all().len(), "two stacks have the same files");
    for project in rust_distinct() {
        let again = Plan::new(&project.stack, NAME).render().expect("renders").digest();
        assert_eq!(again, project.digest);
    }
}

#[test]
fn only_the_choices_said_to_reach_the_rust_change_it() {
    let is_rust = |path: &Utf8Path| path.extension() == Some("rs") || path.file_name() == Some("Cargo.toml");
    let rust = |project: &'static Project| -> Vec<(&Utf8Path, *const u8)> {
        project.files().filter(|(path, _)| is_rust(path)).map(|(path, text)| (path, text.as_ptr())).collect()
    };
    let distinct: BTreeSet<_> = all().iter().map(rust).collect();
    assert_eq!(distinct.len(), Stack::rust_distinct().len());
}

#[test]
fn every_module_has_its_file_and_every_file_its_module() {
    let modules: BTreeMap<*const u8, Vec<String>> = distinct_files()
        .filter(|(_, path, _)| path.extension() == Some("rs"))
        .map(|(_, _, text)| (text.as_ptr(), modules(text)))
        .collect();
    for project in all() {
        let mut reached = BTreeSet::new();
        let roots = ["src/lib.rs", "src/main.rs"].into_iter().map(Utf8PathBuf::from);
        let others = project.files().map(|(path, _)| path.to_owned()).filter(|path| is_target_root(path));
        let mut open: Vec<Utf8PathBuf> = roots.chain(others).collect();
        while let Some(path) = open.pop() {
            for module in &modules[&project.text(&path).as_ptr()] {
                let folder = module_folder(&path);
                let [beside, inside] = ["{}.rs", "{}/mod.rs"].map(|form| folder.join(form.replace("{}", module)));
                let found = [beside, inside].into_iter().find(|path| project.get(path).is_some());
                open.push(found.unwrap_or_else(|| panic!("{path}: `mod {module}` has no file in {}", project.id())));
            }
            reached.insert(path);
        }
        for (path, _) in project.files().filter(|(path, _)| path.extension() == Some("rs")) {
            assert!(reached.contains(path), "{path} belongs to no module in {}", project.id());
        }
    }
}

/// The modules that a file declares without a body.
fn modules(text: &str) -> Vec<String> {
    let declared = |item: syn::Item| match item {
        syn::Item::Mod(syn::ItemMod { ident, content: None, .. }) => Some(ident.to_string()),
        _ => None,
    };
    syn::parse_file(text).expect("parses").items.into_iter().filter_map(declared).collect()
}

/// `build.rs`, `tests/*.rs`, `tests/*/main.rs`, `benches/*.rs` and `examples/*.rs` are targets that cargo finds by
/// itself.
fn is_target_root(path: &Utf8Path) -> bool {
    let parts: Vec<&str> = path.iter().collect();
    match parts.as_slice() {
        ["build.rs"] => true,
        ["tests" | "benches" | "examples", file] => file.ends_with(".rs"),
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
fn every_import_is_a_dependency_and_every_dependency_is_used() {
    let names: BTreeMap<*const u8, Names> = distinct_files()
        .filter(|(_, path, _)| path.extension() == Some("rs"))
        .map(|(_, _, text)| (text.as_ptr(), Names::of(text)))
        .collect();
    for project in rust_distinct() {
        let (plan, id) = (Plan::new(&project.stack, NAME), project.id());
        let of = |folders: &[&str]| Names::union(project.rust(folders).map(|(_, text)| &names[&text.as_ptr()]));
        let (own, all) = (of(&["src"]), of(&["src", "tests", "benches", "examples"]));
        let [normal, dev]: [BTreeSet<String>; 2] = [
            plan.parts.manifest.normal().map(|name| name.replace('-', "_")).collect(),
            plan.parts.manifest.dev().map(|name| name.replace('-', "_")).collect(),
        ];
        for name in &normal {
            assert!(own.used.contains(name.as_str()), "{name} is a dependency that nothing uses in {id}");
        }
        for name in &dev {
            assert!(all.used.contains(name.as_str()), "{name} is a dev-dependency that nothing uses in {id}");
        }
        for name in own.imported.difference(&own.modules) {
            assert!(normal.contains(*name), "src uses {name}, which is no dependency in {id}");
        }
        for name in all.imported.difference(&all.modules) {
            assert!(normal.contains(*name) || dev.contains(*name), "{name} is no dependency in {id}");
        }
    }
}

/// Names in Rust source that may be crates.
#[derive(Default)]
struct Names {
    /// Names before `::`, or alone after `use`.
    used: BTreeSet<&'static str>,
    /// The first names of `use` items.
    imported: BTreeSet<&'static str>,
    /// Declared modules: a sibling may refer to them like a crate.
    modules: BTreeSet<&'static str>,
}

impl Names {
    fn of(text: &'static str) -> Self {
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        let is_local = |name: &str| ["app", "crate", "self", "super", "std", "core", "alloc"].contains(&name);
        let last = |before: &'static str| before.rsplit(|letter| !is_name(letter)).next().unwrap_or_default();
        let lines = || text.lines().map(|line| line.trim_start().trim_start_matches("pub "));
        let uses = || lines().filter_map(|line| line.strip_prefix("use "));
        let alone = uses().filter_map(|rest| rest.strip_suffix(';'));
        let heads = uses().filter_map(|rest| Some(rest.split_once("::")?.0));
        Self {
            used: text.match_indices("::").map(|(place, _)| last(&text[..place])).chain(alone).collect(),
            imported: heads.filter(|head| head.chars().all(is_name) && !is_local(head)).collect(),
            modules: lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect(),
        }
    }

    fn union<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        parts.fold(Self::default(), |mut all, part| {
            all.used.extend(&part.used);
            all.imported.extend(&part.imported);
            all.modules.extend(&part.modules);
            all
        })
    }
}

#[test]
fn code_stays_within_its_budget() {
    for project in rust_distinct() {
        let mut total = 0;
        for (path, text) in project.rust(&["src"]) {
            let lines = text.lines().filter(|line| is_code(line)).count();
            assert!(lines <= 200, "{path} has {lines} lines of code in {}", project.id());
            total += lines;
        }
        let most = budget(&project.stack);
        assert!(total <= most, "{total} lines of code in {}, at most {most}", project.id());
    }
}

/// Size limits of `minimal`, of `standard` and what has less than it, and of the rest, where an exporter with spans has
/// 600 lines. docs/decisions/size.md has the reasons for these numbers.
fn budget(stack: &Stack) -> usize {
    let is_within = |id| {
        let preset = Preset::named(id).expect("there is such a preset");
        stack.values().all(|value| value.is_none() || preset.value(value.choice()) == value)
    };
    match stack.monitoring {
        _ if is_within("minimal") => 1650,
        _ if is_within("standard") => 3700,
        Monitoring::Otlp | Monitoring::Datadog => 5150,
        Monitoring::None | Monitoring::Prometheus => 4500,
    }
}

/// The words of the resource that each project has, also in names such as `products_cache`.
const PRODUCT: [&str; 4] = ["product", "products", "Product", "Products"];

/// `src/platform` depends neither on resources nor on the application: its modules refer to each other by `super`.
#[test]
fn the_platform_imports_neither_resources_nor_the_application() {
    for (project, path, text) in distinct_files().filter(|(_, path, _)| path.starts_with("src/platform")) {
        assert!(!text.contains("crate::"), "{path} names `crate::` in {}", project.id());
        let named = text.split(|letter: char| !letter.is_alphanumeric()).find(|word| PRODUCT.contains(word));
        assert_eq!(named, None, "{path} of {}", project.id());
    }
}

#[test]
fn the_pools_of_all_replicas_fit_into_the_server_while_a_new_version_rolls_out() {
    for project in all().iter().filter(|project| project.stack.database == Database::Postgres) {
        let pool = project.text("src/platform/postgres.rs");
        let (_, rest) = pool.split_once("pub const CONNECTIONS: u32 = ").expect("the pool has a maximum");
        let each: u32 = rest.split(';').next().and_then(|number| number.parse().ok()).expect("a number");
        assert_eq!(each + 1, connections::OF_A_REPLICA, "of a replica in {}", project.id());
        let spare = project.stack.deploy.target().spare;
        let all = connections::while_rolling(project.stack.most_replicas(), spare);
        assert!(all <= connections::ACCEPTED, "{all} connections in {}", project.id());
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

#[test]
fn links_between_pages_are_valid() {
    for project in all() {
        for (page, text) in project.files().filter(|(path, _)| path.extension() == Some("md")) {
            let folder = page.parent().expect("a file has a folder");
            for link in links(text).filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() { page.to_owned() } else { normal(&folder.join(path)) };
                let exists = project.files().any(|(path, _)| path.starts_with(&target));
                assert!(exists, "{page} links to {link}, which is not in {}", project.id());
                if !anchor.is_empty() && target.extension() == Some("md") {
                    let mut anchors = project.text(&target).lines().filter_map(heading_anchor);
                    let found = anchors.any(|heading| heading == anchor);
                    assert!(found, "{page} links to {link}: no such heading in {}", project.id());
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
