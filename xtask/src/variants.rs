//! Tier 1: every project with distinct Rust is compiled under clippy, all of them as members of one workspace.
//!
//! One workspace means that each dependency is compiled once for all. It also means that features are unified, which
//! hides a missing one: `suites` compiles a pairwise set alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Message, MetadataCommand, Package, PackageId, Target, TargetKind};
use restwell::stack::Stack;
use restwell::variants::id;
use toml_edit::{ArrayOfTables, DocumentMut, Item};

use crate::changed::{self, Changes, Scope};
use crate::dirs;
use crate::program::Program;
use crate::project;
use crate::tally::Tally;

/// Runs the stage.
pub(crate) fn run(options: &changed::Options) -> Result<()> {
    let mut tally = Tally::new("variants")?;
    let mut stacks = Stack::rust_distinct();
    let folder = dirs::target().join("variants");
    if tally.check("render", || write(&stacks, &folder)).is_none() {
        return tally.close();
    }
    let mut changes = Changes::new("variants", Scope::Rust, &stacks, options)?;
    changes.select(&mut stacks, &mut tally);
    if !stacks.is_empty() {
        tally.check("rustfmt", || cargo(&folder, &["fmt"]).args(selected(&stacks)).arg("--check").read().map(drop));
        tally.set_total(stacks.len());
        clippy(&mut tally, &mut changes, &stacks, &folder)?;
    }
    tally.close()
}

/// The arguments that select these members of the workspace.
fn selected(stacks: &[Stack]) -> impl Iterator<Item = String> {
    stacks.iter().map(|stack| format!("--package={}", id(stack)))
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

/// Has clippy compile every variant. Each is counted when its last target is done.
fn clippy(tally: &mut Tally, changes: &mut Changes, stacks: &[Stack], folder: &Path) -> Result<()> {
    let mut left = units(folder)?;
    let mut passed = Vec::new();
    let mut complaints: BTreeMap<String, String> = BTreeMap::new();
    let mut last = Instant::now();
    let arguments = ["clippy", "--all-targets", "--keep-going", "--quiet", "--message-format=json"];
    let clippy = cargo(folder, &arguments).args(selected(stacks)).args(["--", "-D", "warnings"]);
    let output = clippy.capture_lines(|line| match serde_json::from_str(line) {
        Ok(Message::CompilerArtifact(artifact)) if artifact.target.kind != [TargetKind::CustomBuild] => {
            let name = member(&artifact.package_id);
            let Some(units) = left.get_mut(name) else {
                return;
            };
            *units -= 1;
            if *units == 0 {
                left.remove(name);
                tally.passed_silently(name, last.elapsed());
                last = Instant::now();
                passed.push(name.to_owned());
            }
        }
        Ok(Message::CompilerMessage(message))
            if matches!(message.message.level, DiagnosticLevel::Error | DiagnosticLevel::Warning) =>
        {
            let text = message.message.rendered.unwrap_or(message.message.message);
            complaints.entry(member(&message.package_id).to_owned()).or_default().push_str(&text);
        }
        _ => {}
    });
    for name in passed.iter().filter(|name| !complaints.contains_key(*name)) {
        changes.passed(name, None)?;
    }
    let end = output.and_then(|output| match output.status.success() {
        true => Ok(()),
        false => bail!("{}", output.stderr.trim_end()),
    });
    for name in stacks.iter().map(id).filter(|name| left.contains_key(name)) {
        let result = match (complaints.remove(&name), &end) {
            (Some(complaint), _) => Err(anyhow!(complaint)),
            (None, Err(error)) => Err(anyhow!("not compiled to the end: {error:#}")),
            (None, Ok(())) => Err(anyhow!("cargo compiled fewer targets than it has")),
        };
        tally.known(&name, result, Duration::ZERO);
    }
    // Messages of crates that are not variants.
    for (name, complaint) in complaints {
        tally.known(&name, Err(anyhow!(complaint)), Duration::ZERO);
    }
    Ok(())
}

/// The number of targets that `clippy --all-targets` compiles for each member, by its name.
fn units(folder: &Path) -> Result<BTreeMap<String, usize>> {
    let metadata = cargo(folder, &["metadata", "--no-deps", "--format-version=1"]).read()?;
    let metadata = MetadataCommand::parse(metadata)?;
    let units = |target: &Target| match target.kind.as_slice() {
        [TargetKind::CustomBuild] => 0,
        // Once as a library, once with its unit tests.
        [TargetKind::Lib | TargetKind::Bin] => 1 + usize::from(target.test),
        _ => 1,
    };
    let member = |package: Package| (package.name.to_string(), package.targets.iter().map(units).sum());
    Ok(metadata.packages.into_iter().map(member).collect())
}

/// The name of a member, which is the last folder in its id: `path+file:///…/NAME#0.1.0`.
fn member(id: &PackageId) -> &str {
    let path = id.repr.split('#').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

fn cargo(folder: &Path, arguments: &[&str]) -> Program {
    project::cargo(folder)
        .args(arguments)
        // Incremental data would take tens of gigabytes for so many members.
        .env("CARGO_INCREMENTAL", "0")
        .limit(Duration::from_secs(1800))
}
