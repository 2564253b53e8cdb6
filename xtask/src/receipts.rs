//! Collects what `variants`, `suites` and `fresh` proved about the files that are rendered now, and stores it in
//! `precomputed/proof.txt` for the next build of the tool; once each stage has passed, what each found in `docs/results.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use restwell::preset::PRESETS;
use restwell::proof::{NAME, PROOFS, Proof, Proofs, digests};
use restwell::stack::Stack;
use restwell::variants::{id, pairwise, same_rust};

use crate::changed::{Changes, FRESH, Options, SUITES, VARIANTS};
use crate::program::Program;
use crate::{dirs, project, results, say, suites};

const HEAD: &str =
    "# Written by `cargo xtask receipts`: stack, digest of its Rust, digest of its lock, rustc, day, tests.\n";

/// Stores every row, or with `is_check` only compares: then every variant must be proved as it is rendered now.
pub(crate) fn run(is_check: bool) -> Result<()> {
    let path = dirs::root().join("precomputed/proof.txt");
    if is_check {
        return check(&fs::read_to_string(path)?);
    }
    let rows = rows(Proofs(&fs::read_to_string(&path)?))?;
    let tested = rows.iter().filter(|row| row.tests.is_some()).count();
    say::line(format_args!("{} of {} variants are proved, {tested} tested", rows.len(), Stack::rust_distinct().len()));
    let lines: String = rows.iter().map(|row| row.line() + "\n").collect();
    fs::write(path, HEAD.to_owned() + &lines)?;
    rows.first().map_or(Ok(()), |row| results::write(&row.rust, &row.date))
}

/// A row for each variant that was compiled with the files that are rendered now: by this checkout, or before by another
/// one with the same compiler, whose row is kept. The number of tests is that of the last suite that passed.
fn rows(before: Proofs) -> Result<Vec<Proof>> {
    let (rust, stacks) = (rust()?, Stack::rust_distinct());
    let holding = holding(before, &stacks, &rust)?;
    let changes = Changes::new(VARIANTS, &stacks, &Options::default())?;
    let (compiled, tests) = (changes.proved(), tests()?);
    let date = if compiled.is_empty() { String::new() } else { day(changes.record())? };
    let mut rows = Vec::new();
    for stack in &stacks {
        let known = holding.get(&id(stack)).cloned();
        let row = if compiled.contains_key(&id(stack)) {
            let (digest, lock) = digests(&project::render(stack, NAME)?);
            let tests = known.and_then(|proof| proof.tests);
            Some(Proof { stack: id(stack), digest, lock, rust: rust.clone(), date: date.clone(), tests })
        } else {
            known
        };
        rows.extend(row.map(|row| Proof { tests: tests.get(&row.stack).copied().or(row.tests), ..row }));
    }
    Ok(rows)
}

/// The names of the variants that have a receipt: they were compiled with the files that are rendered now, by this
/// compiler.
pub(crate) fn names(stacks: &[Stack]) -> Result<BTreeSet<String>> {
    Ok(holding(PROOFS, stacks, &rust()?)?.into_keys().collect())
}

/// The names of the variants whose own tests passed with them too.
pub(crate) fn tested(stacks: &[Stack]) -> Result<BTreeSet<String>> {
    let tested = holding(PROOFS, stacks, &rust()?)?.into_values().filter(|proof| proof.tests.is_some());
    Ok(tested.map(|proof| proof.stack).collect())
}

/// The rows about the files that are rendered now, compiled by this version of Rust.
fn holding(proofs: Proofs, stacks: &[Stack], rust: &str) -> Result<BTreeMap<String, Proof>> {
    let mut holding = BTreeMap::new();
    for stack in stacks {
        let proof = proofs.holding(stack, None)?.filter(|proof| proof.rust == rust);
        holding.extend(proof.map(|proof| (id(stack), proof)));
    }
    Ok(holding)
}

/// The version of Rust that compiles the projects.
fn rust() -> Result<String> {
    let version = Program::new("rustc").arg("--version").dir(dirs::root()).read()?;
    Ok(version.split(' ').nth(1).unwrap_or("unknown").to_owned())
}

/// The number of tests that passed, by the stack with the same Rust.
fn tests() -> Result<BTreeMap<String, u32>> {
    let presets = PRESETS.iter().map(project::preset).collect::<Result<Vec<_>>>()?;
    let mut tests = BTreeMap::new();
    for (stage, stacks) in [(SUITES, suites::surrounded()), (FRESH, presets)] {
        let proved = Changes::new(stage, &stacks, &Options::default())?.proved();
        let counted = |stack: &Stack| Some((id(&same_rust(stack)), (*proved.get(&id(stack))?)?));
        tests.extend(stacks.iter().filter_map(counted));
    }
    Ok(tests)
}

/// The day on which a file was written.
fn day(path: &Path) -> Result<String> {
    let date = Program::new("date").args(["-u", "+%Y-%m-%d", "-r"]).arg(path).read()?;
    Ok(date.trim().to_owned())
}

/// Every variant is proved as it is rendered now, and the pairwise set and the presets were tested.
fn check(text: &str) -> Result<()> {
    let proofs = Proofs(text);
    let mut gaps = Vec::new();
    let presets = PRESETS.iter().map(project::preset).collect::<Result<Vec<_>>>()?;
    let tested: Vec<String> = pairwise().iter().chain(&presets).map(|stack| id(&same_rust(stack))).collect();
    for stack in Stack::rust_distinct() {
        let name = id(&stack);
        match proofs.holding(&stack, None)? {
            None => gaps.push(format!("{name} is not proved as it is rendered now")),
            Some(proof) if proof.tests.is_none() && tested.contains(&name) => {
                gaps.push(format!("{name} is not tested"))
            }
            Some(_) => {}
        }
    }
    if !gaps.is_empty() {
        bail!(
            "{} gaps: cargo xtask variants --all, cargo xtask test, then cargo xtask receipts\n{}",
            gaps.len(),
            gaps.join("\n")
        );
    }
    say::line("every variant is proved as it is rendered now");
    Ok(())
}
