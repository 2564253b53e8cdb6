//! The merge of generated projects, in memory: the laws over stacks, switches and edits, and the oracle of pairs.

mod edits;
mod laws;
mod migrations;
mod pairs;
mod team;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use restwell::merge::{Base, File, Files, Merge, Migrations, trees};
use restwell::plan::Plan;
use restwell::stack::Stack;

use crate::projects::NAME;

/// What Restwell renders for a stack; each is rendered once.
fn rendered(stack: &Stack) -> &'static Files {
    static KNOWN: LazyLock<Mutex<BTreeMap<Stack, &'static Files>>> = LazyLock::new(Mutex::default);
    let known = KNOWN.lock().expect("no thread panics while it holds it").get(stack).copied();
    known.unwrap_or_else(|| {
        let tree = Plan::new(stack, NAME).render().expect("every valid stack renders");
        let file = |file: &restwell::tree::File| File { bytes: file.bytes.clone(), executable: file.executable };
        let files: Files = tree.files().map(|(path, rendered)| (path.to_owned(), file(rendered))).collect();
        let files: &'static Files = Box::leak(Box::new(files));
        KNOWN.lock().expect("no thread panics while it holds it").insert(*stack, files);
        files
    })
}

/// Sets the stack of an edited project: from `old` to `new`.
fn set(old: &Stack, yours: &Files, new: &Stack) -> Merge {
    set_without(BTreeSet::new(), old, yours, new)
}

/// As [`set`], where the base records that the user deleted these files.
fn set_without(gone: BTreeSet<Utf8PathBuf>, old: &Stack, yours: &Files, new: &Stack) -> Merge {
    let base = Base { files: rendered(old).clone(), gone, ..Base::default() };
    let migrations = if old.database == new.database { Migrations::Append } else { Migrations::Follow };
    trees(&base, yours, rendered(new), migrations)
}

/// Whether the text parses in the language of its file, by parsers that the merge does not use for YAML.
fn parses(path: &Utf8Path, text: &str) -> bool {
    match path.extension() {
        Some("rs") => syn::parse_file(text).is_ok(),
        Some("toml" | "lock") => text.parse::<toml_edit::DocumentMut>().is_ok(),
        Some("json") => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        Some("yml" | "yaml") => serde_yaml_ng::from_str::<serde_yaml_ng::Value>(text).is_ok(),
        _ => true,
    }
}
