//! `cargo xtask lock`: resolves every distinct set of dependencies with cargo, and stores the locks for the generator.
//!
//! All of them start from one lock for the union of every dependency, `precomputed/lock/union.lock`, so that no two
//! projects have different versions of one crate. Cargo prunes it for each set.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use restwell::part::Manifest;
use restwell::plan::Plan;
use restwell::precomputed::{LOCKS, Locks};
use restwell::stack::Stack;

use crate::program::Program;
use crate::{dirs, say};

/// An arbitrary name under which the projects are resolved.
const NAME: &str = "restwell-project-name";

/// Resolves and stores. With `update`, versions move to the newest that the manifests allow.
pub(crate) fn refresh(update: bool) -> Result<()> {
    let stored = dirs::root().join("precomputed/lock");
    let union = stored.join("union.lock");
    if update && union.exists() {
        fs::remove_file(&union)?;
    }
    let manifests = distinct();
    let mut all = Manifest::default();
    for manifest in manifests.values() {
        all.merge(manifest);
    }
    let seed = fs::read_to_string(&union).ok();
    let seed = resolve("union", &all, seed.as_deref())?;
    let resolved: Vec<(String, String, String)> = manifests
        .iter()
        .map(|(key, manifest)| Ok((key.clone(), NAME.to_owned(), resolve(key, manifest, Some(&seed))?)))
        .collect::<Result<_>>()?;
    let (packages, keys) = Locks::store(&resolved);
    for (name, text) in [("union.lock", &seed), ("packages.lock", &packages), ("manifests.txt", &keys)] {
        fs::write(stored.join(name), text)?;
    }
    say::line(format_args!("{} locks from {} entries", resolved.len(), packages.split("\n\n").count()));
    Ok(())
}

/// Checks that cargo accepts each rendered lock, under another name than the resolved one.
pub(crate) fn verify() -> Result<usize> {
    let manifests = distinct();
    for (key, manifest) in &manifests {
        let folder = project(&format!("verify-{key}"), &manifest.render("shop-api"))?;
        fs::write(folder.join("Cargo.lock"), LOCKS.render(manifest, "shop-api")?)?;
        metadata(&folder, &["--locked"]).with_context(|| format!("the lock for `{key}`"))?;
    }
    Ok(manifests.len())
}

/// Every distinct set of dependencies, by its key.
fn distinct() -> BTreeMap<String, Manifest> {
    let plans = Stack::rust_distinct();
    plans.iter().map(|stack| Plan::new(stack, NAME).parts.manifest).map(|manifest| (manifest.key(), manifest)).collect()
}

fn resolve(label: &str, manifest: &Manifest, seed: Option<&str>) -> Result<String> {
    let folder = project(label, &manifest.render(NAME))?;
    let lock = folder.join("Cargo.lock");
    match seed {
        Some(seed) => fs::write(&lock, seed)?,
        None if lock.exists() => fs::remove_file(&lock)?,
        None => {}
    }
    metadata(&folder, &[])?;
    Ok(fs::read_to_string(&lock)?)
}

/// A project with this manifest and empty source files, enough for cargo to resolve.
fn project(label: &str, manifest: &str) -> Result<PathBuf> {
    let folder = dirs::target().join("locks").join(label);
    for file in ["src/lib.rs", "src/main.rs", "benches/hot_path.rs"] {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(&path, "")?;
    }
    fs::write(folder.join("Cargo.toml"), manifest)?;
    Ok(folder)
}

fn metadata(folder: &Path, flags: &[&str]) -> Result<()> {
    Program::cargo().args(["metadata", "--format-version", "1"]).args(flags).dir(folder).read()?;
    Ok(())
}
