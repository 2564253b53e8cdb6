//! Every project with distinct Rust is compiled under clippy, all of them as members of one workspace.
//!
//! Of variants that differ only in their monitoring, all but the first are compiled without the test modules that are
//! the same: see [`differing`]. One workspace means that each dependency is compiled once for all. It also means that
//! features are unified, which hides a missing one: `suites` compiles a pairwise set alone.

mod differing;
mod format;
mod lock;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Message, MetadataCommand, Package, PackageId, Target, TargetKind};
use restwell::choice::{Choice, Combination};
use restwell::stack::Stack;
use restwell::variants::id;
use toml_edit::DocumentMut;

use crate::changed::{Changes, TurnOptions, VARIANTS};
use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, project, receipts, rotation};
use sources::Sources;

/// Runs the stage.
pub(crate) fn run(TurnOptions { changed: options, all }: &TurnOptions) -> Result<()> {
    let mut tally = Tally::of("variants", options.selection())?;
    let mut stacks = Stack::rust_distinct();
    let firsts = firsts(&stacks);
    let mut sources = Sources::default();
    let render = || Changes::of_trees(VARIANTS, &stacks, options, |name, tree| sources.add(name, tree));
    let Some(mut changes) = tally.check("render", render) else {
        return tally.close();
    };
    let (count, proved) = (stacks.len(), receipts::names(&stacks)?);
    changes.add_known(&proved);
    let part = of_turn(rotation::turn(TURNS)?, &stacks, &firsts, &proved);
    let later = changes.select_part(&mut stacks, |name| *all || part.contains(name), &mut tally);
    if later > 0 {
        let reason = "compiled for other states of the sources, or with `cargo xtask variants --all`";
        tally.gap(&format!("{later} of {count} variants, of which {} have a receipt", proved.len()), reason);
    }
    if stacks.is_empty() {
        return tally.close();
    }
    let folder = dirs::target().join("variants");
    if tally.check("write", || write(&stacks, &sources, &firsts, &folder)).is_some() {
        tally.check("rustfmt", || format::check(&sources, &dirs::target().join("variants-format")));
        tally.note("test modules", || Ok(extent(&stacks, &firsts)));
        tally.set_total(stacks.len());
        let passed = clippy(&mut tally, &stacks, &folder)?;
        record(&mut changes, &passed, &firsts, proved)?;
    }
    tally.close()
}

/// The first variant of the family of each variant, by their names.
///
/// A family is the variants that differ only in their monitoring. Its first variant is compiled whole, the others
/// without the test modules that are the same: see [`differing`].
fn firsts(stacks: &[Stack]) -> BTreeMap<String, String> {
    let values = Choice::Monitoring.values();
    let family = |stack: &Stack| -> Combination { stack.with(values[0]) };
    let mut firsts = BTreeMap::new();
    for value in values {
        for stack in stacks.iter().filter(|stack| stack.get(Choice::Monitoring) == *value) {
            firsts.entry(family(stack)).or_insert_with(|| id(stack));
        }
    }
    stacks.iter().map(|stack| (id(stack), firsts[&family(stack)].clone())).collect()
}

/// The number of runs after which each variant has been compiled.
const TURNS: usize = 9;

/// The names of those whose turn it is, and of the first variants without a receipt: on these the others of their
/// families depend.
fn of_turn(
    turn: usize,
    stacks: &[Stack],
    firsts: &BTreeMap<String, String>,
    proved: &BTreeSet<String>,
) -> BTreeSet<String> {
    let (firsts, others): (Vec<String>, Vec<String>) = stacks.iter().map(id).partition(|name| firsts[name] == *name);
    let firsts = firsts.into_iter().enumerate();
    let firsts = firsts.filter(|(place, name)| place % TURNS == turn || !proved.contains(name));
    let others = others.into_iter().enumerate().filter(|(place, _)| turn_of(*place) == turn);
    firsts.chain(others).map(|(_, name)| name).collect()
}

/// The turn of a variant that is not the first of its family, by its place among these. The three of a family follow each
/// other: each has a turn of its own, and every turn has all three values.
fn turn_of(place: usize) -> usize {
    (place + place / TURNS) % TURNS
}

/// How many of the variants are compiled whole.
fn extent(stacks: &[Stack], firsts: &BTreeMap<String, String>) -> String {
    let cut = stacks.iter().map(id).filter(|name| firsts[name] != *name).count();
    let first = Choice::Monitoring.values()[0].id();
    let all = stacks.len();
    format!(
        "{cut} of {all} with only the test modules that differ from those of monitoring={first}, and what they need"
    )
}

/// The arguments that select these members of the workspace.
fn selected(stacks: &[Stack]) -> impl Iterator<Item = String> {
    stacks.iter().map(|stack| format!("--package={}", id(stack)))
}

fn write(stacks: &[Stack], sources: &Sources, firsts: &BTreeMap<String, String>, folder: &Path) -> Result<()> {
    for name in stacks.iter().map(id) {
        let mut tree = sources.tree(&name)?;
        if firsts[&name] != name {
            tree = differing::cut(&tree, &sources.tree(&firsts[&name])?)?;
        }
        let manifest = as_member(sources::text(&tree, "Cargo.toml")?)?;
        tree.rewrite("Cargo.toml".into(), manifest)?;
        let member = folder.join(&name);
        fs::create_dir_all(&member)?;
        project::write(&tree, &member)?;
    }
    let members: Vec<String> = stacks.iter().map(|stack| format!("\"{}\"", id(stack))).collect();
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::write(folder.join("Cargo.toml"), root)?;
    fs::write(folder.join("Cargo.lock"), sources.packages.lock())?;
    Ok(())
}

/// Only the root of a workspace may have a workspace, a patch or a profile.
fn as_member(manifest: &str) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    for table in ["workspace", "profile"] {
        manifest.remove(table);
    }
    Ok(manifest.to_string())
}

/// Records the variants that passed. One whose family's first variant passed neither now nor before is left out: it was
/// compiled without modules that it shares with the first. `before` has the variants with a receipt.
fn record(
    changes: &mut Changes,
    passed: &[String],
    firsts: &BTreeMap<String, String>,
    before: BTreeSet<String>,
) -> Result<()> {
    let mut whole = before;
    whole.extend(changes.proved().into_keys().chain(passed.iter().cloned()));
    for name in passed.iter().filter(|name| whole.contains(&firsts[*name])) {
        changes.passed(name, None)?;
    }
    Ok(())
}

/// Has clippy compile every variant, and returns those that passed. Each is counted when its last target is done.
fn clippy(tally: &mut Tally, stacks: &[Stack], folder: &Path) -> Result<Vec<String>> {
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
    passed.retain(|name| !complaints.contains_key(name));
    tally.check("cargo clippy", || {
        let output = output?;
        ensure!(output.status.success(), "{}", output.stderr.trim_end());
        Ok(())
    });
    for name in stacks.iter().map(id).filter(|name| left.contains_key(name)) {
        let complaint = complaints.remove(&name).unwrap_or_else(|| "not compiled to the end".to_owned());
        tally.known(&name, Err(anyhow!(complaint)), Duration::ZERO);
    }
    // Messages of crates that are not variants.
    for (name, complaint) in complaints {
        tally.known(&name, Err(anyhow!(complaint)), Duration::ZERO);
    }
    Ok(passed)
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

/// Cargo in the workspace, with a build directory of its own: the stages beside this one build in the shared one, which
/// cargo locks.
fn cargo(folder: &Path, arguments: &[&str]) -> Program {
    project::cargo(folder)
        .args(arguments)
        .env("CARGO_TARGET_DIR", dirs::variants_target())
        // Less than that of the stage, which then reports what was compiled.
        .limit(Duration::from_secs(2900))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_has_a_turn_and_each_turn_all_values() {
        let stacks = Stack::rust_distinct();
        let firsts = firsts(&stacks);
        let is_first = |stack: &Stack| firsts[&id(stack)] == id(stack);
        let others: Vec<Stack> = stacks.iter().copied().filter(|stack| !is_first(stack)).collect();
        let mut compiled = 0;
        for turn in 0..TURNS {
            let chosen = others.iter().enumerate().filter(|(place, _)| turn_of(*place) == turn);
            let chosen: Vec<&Stack> = chosen.map(|(_, stack)| stack).collect();
            let families: BTreeSet<&String> = chosen.iter().map(|stack| &firsts[&id(stack)]).collect();
            assert_eq!(families.len(), chosen.len(), "in turn {turn}");
            for value in &Choice::Monitoring.values()[1..] {
                let uses = chosen.iter().filter(|stack| stack.get(Choice::Monitoring) == *value).count();
                assert!((16..=17).contains(&uses), "{uses} of {value} in turn {turn}");
            }
            compiled += chosen.len();
        }
        assert_eq!(compiled, others.len());
    }

    #[test]
    fn what_has_a_receipt_has_a_turn_and_a_first_variant_without_one_is_in_each() {
        let stacks = Stack::rust_distinct();
        let firsts = firsts(&stacks);
        let all: BTreeSet<String> = firsts.keys().cloned().collect();
        let parts = |proved: &BTreeSet<String>| -> Vec<BTreeSet<String>> {
            (0..TURNS).map(|turn| of_turn(turn, &stacks, &firsts, proved)).collect()
        };
        let with_receipts = parts(&all);
        assert_eq!(with_receipts.iter().map(BTreeSet::len).sum::<usize>(), all.len());
        assert_eq!(with_receipts.into_iter().flatten().collect::<BTreeSet<_>>(), all);
        let heads: BTreeSet<String> = firsts.values().cloned().collect();
        assert!(parts(&BTreeSet::new()).iter().all(|part| part.is_superset(&heads)));
        let one = heads.first().expect("a family").clone();
        let others: BTreeSet<String> = all.iter().filter(|name| **name != one).cloned().collect();
        assert!(parts(&others).iter().all(|part| part.contains(&one)));
    }

    #[test]
    fn the_first_variant_of_each_family_has_the_first_monitoring() {
        let stacks = Stack::rust_distinct();
        let firsts = firsts(&stacks);
        let by_id: BTreeMap<String, Stack> = stacks.iter().map(|stack| (id(stack), *stack)).collect();
        assert_eq!(firsts.len(), stacks.len());
        for (name, first) in &firsts {
            let (stack, first) = (by_id[name], by_id[first]);
            assert_eq!(first.get(Choice::Monitoring), Choice::Monitoring.values()[0], "{name}");
            assert_eq!(*first, stack.with(first.get(Choice::Monitoring)), "{name}");
        }
        let families: BTreeSet<&String> = firsts.values().collect();
        let cut = stacks.len() - families.len();
        assert!(extent(&stacks, &firsts).starts_with(&format!("{cut} of {} with only", stacks.len())));
    }
}
