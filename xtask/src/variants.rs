//! Tier 1: every project whose Rust differs is compiled under clippy, all of them as members of one workspace.
//!
//! One workspace means that each dependency is compiled once for all. It also means that features are unified, which
//! hides a missing one: `suites` compiles a pairwise set alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use restwell::stack::Stack;
use restwell::variants::id;
use serde_json::Value;
use toml_edit::{ArrayOfTables, DocumentMut, Item};

use crate::dirs;
use crate::program::Program;
use crate::project;
use crate::tally::Tally;

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("variants")?;
    let stacks = Stack::rust_distinct();
    let folder = dirs::target().join("variants");
    if tally.check("render", || write(&stacks, &folder)).is_some() {
        tally.check("rustfmt", || cargo(&folder, &["fmt", "--all", "--check"]).read().map(drop));
        let started = Instant::now();
        if let Some(complaints) = tally.check("clippy ran", || clippy(&folder)) {
            let each = started.elapsed().as_secs_f64() / stacks.len() as f64;
            for stack in &stacks {
                let name = id(stack);
                tally.note(&name, || match complaints.get(&name) {
                    Some(complaint) => bail!("{complaint}"),
                    None => Ok(format!("{each:.1} s, its share")),
                });
            }
        }
    }
    tally.close()
}

fn write(stacks: &[Stack], folder: &Path) -> Result<()> {
    let mut packages = BTreeMap::new();
    for stack in stacks {
        let name = id(stack);
        let member = folder.join(&name);
        fs::create_dir_all(&member)?;
        let tree = project::render(stack, &name)?;
        project::write(&tree, &member)?;
        let manifest = read(&tree, "Cargo.toml")?;
        fs::write(member.join("Cargo.toml"), as_member(&manifest)?)?;
        collect(&read(&tree, "Cargo.lock")?, &mut packages)?;
        for own in ["Cargo.lock", "rust-toolchain.toml"] {
            // The workspace has the lock, and the repository's own toolchain compiles it.
            let _ = fs::remove_file(member.join(own));
        }
    }
    let members: Vec<String> = stacks.iter().map(|stack| format!("\"{}\"", id(stack))).collect();
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::write(folder.join("Cargo.toml"), root)?;
    fs::write(folder.join("Cargo.lock"), lock(packages))?;
    Ok(())
}

fn read(tree: &restwell::tree::Tree, path: &str) -> Result<String> {
    let file = tree.get(path).with_context(|| format!("the project has no {path}"))?;
    Ok(String::from_utf8(file.bytes.clone())?)
}

/// Only the root of a workspace may have a workspace, a patch or a profile.
fn as_member(manifest: &str) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    for table in ["workspace", "profile"] {
        manifest.remove(table);
    }
    Ok(manifest.to_string())
}

type Packages = BTreeMap<(String, String), toml_edit::Table>;

/// Adds the packages of a lock, keeping of each the entry with the most dependencies: the one with most features.
fn collect(lock: &str, packages: &mut Packages) -> Result<()> {
    let lock: DocumentMut = lock.parse()?;
    let entries = lock.get("package").and_then(Item::as_array_of_tables).context("a lock has packages")?;
    for entry in entries.iter().filter(|entry| entry.contains_key("source")) {
        let field = |name| entry.get(name).and_then(Item::as_str).unwrap_or_default().to_owned();
        let edges =
            |table: &toml_edit::Table| table.get("dependencies").and_then(Item::as_array).map_or(0, |a| a.len());
        let key = (field("name"), field("version"));
        if packages.get(&key).is_none_or(|known| edges(known) < edges(entry)) {
            packages.insert(key, entry.clone());
        }
    }
    Ok(())
}

/// A lock with every version that some project pins; cargo adds the members and keeps the versions.
fn lock(packages: Packages) -> String {
    let mut document = DocumentMut::new();
    document["version"] = toml_edit::value(4);
    let mut tables = ArrayOfTables::new();
    for mut table in packages.into_values() {
        // Positions are those of the lock it came from; left in, the entries of all locks would be mixed.
        table.set_position(None);
        tables.push(table);
    }
    document["package"] = Item::ArrayOfTables(tables);
    document.to_string()
}

/// What the compiler says about each variant that it refuses, by name.
fn clippy(folder: &Path) -> Result<BTreeMap<String, String>> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--keep-going", "--quiet", "--message-format=json"];
    let output = cargo(folder, &arguments).args(["--", "-D", "warnings"]).capture()?;
    let mut complaints: BTreeMap<String, String> = BTreeMap::new();
    for line in output.stdout.lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let level = message["message"]["level"].as_str();
        if matches!(level, Some("error" | "warning")) {
            let manifest = PathBuf::from(message["manifest_path"].as_str().unwrap_or_default());
            let member = manifest.parent().and_then(Path::file_name).unwrap_or_default();
            let text = message["message"]["rendered"].as_str().unwrap_or_default();
            complaints.entry(member.to_string_lossy().into_owned()).or_default().push_str(text);
        }
    }
    if !output.status.success() && complaints.is_empty() {
        bail!("{}", output.tail());
    }
    Ok(complaints)
}

fn cargo(folder: &Path, arguments: &[&str]) -> Program {
    Program::cargo()
        .args(arguments)
        .dir(folder)
        .env("CARGO_TARGET_DIR", dirs::target().join("variants-target"))
        // What is kept for the next time takes tens of gigabytes for so many members.
        .env("CARGO_INCREMENTAL", "0")
        .limit(Duration::from_secs(1800))
}
