//! Mutation tests: faults are planted in generated projects, one is selected at a time, and the test named beside it
//! must fail.

mod data;
mod switch;

use std::collections::BTreeSet;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use camino::Utf8Path;
use restwell::choice::{Auth, Cache, Monitoring, Value};
use restwell::stack::Stack;
use restwell::tree::Tree;

use self::data::Mutation;
use crate::program::{Output, Program};
use crate::servers::{Kind, Servers};
use crate::tally::{Selection, Tally};
use crate::{compile, dirs, project, rotation, suites};

/// The stacks in which faults are planted: together they have every feature with mutations. Those of a feature are
/// planted in the first stack that has it.
fn stacks() -> Result<Vec<(&'static str, Stack)>> {
    let [otlp, datadog] = [Monitoring::Otlp, Monitoring::Datadog].map(Value::Monitoring);
    let memcached = [Value::Cache(Cache::Memcached), Value::Auth(Auth::ApiKey)];
    Ok(vec![
        ("standard", project::stack("standard", &[])?),
        ("otlp", project::stack("standard", &[otlp])?),
        ("scale", project::stack("scale", &[])?),
        ("datadog", project::stack("standard", &[datadog])?),
        ("memcached", project::stack("scale", &memcached)?),
    ])
}

/// The number of concurrent tests. Failing tests mostly wait for events that do not happen.
const WORKERS: usize = 3;

/// A stack and the mutations that are planted in it.
struct Group {
    name: &'static str,
    stack: Stack,
    mutations: Vec<Mutation>,
}

/// Every mutation, in the first stack that has its feature.
fn groups() -> Result<Vec<Group>> {
    let mut groups: Vec<Group> =
        stacks()?.into_iter().map(|(name, stack)| Group { name, stack, mutations: Vec::new() }).collect();
    for (feature, mutations) in data::all()? {
        let group = groups.iter_mut().find(|group| feature.is_wanted(&group.stack));
        group.with_context(|| format!("no stack has `{}`", feature.id))?.mutations.extend(mutations);
    }
    Ok(groups)
}

/// Runs the stage: in the two stacks whose turn it is, in `all` of them, or only the mutations whose stack and description
/// contain `filter`.
pub(crate) fn run(filter: &str, all: bool) -> Result<()> {
    let mut tally = Tally::of("mutations", Selection::of(!filter.is_empty()))?;
    let groups = groups()?;
    let names: Vec<&str> = groups.iter().map(|group| group.name).collect();
    let is_chosen = |group: &Group| group.mutations.iter().any(|mutation| mutation.has(group.name, filter));
    ensure!(groups.iter().any(is_chosen), "no mutation of {} has `{filter}` in its title", names.join(", "));
    let planted = if all || !filter.is_empty() { names.clone() } else { rotation::part(&names, 2)? };
    let left_out: Vec<&str> = names.into_iter().filter(|name| !planted.contains(name)).collect();
    for name in &left_out {
        let reason = "planted for other states of the sources, or with `cargo xtask mutations --all`";
        tally.gap(&format!("{name}: its mutations"), reason);
    }
    let Some(servers) = tally.check("servers", || Servers::start(&Kind::ALL)) else {
        return tally.close();
    };
    for Group { name, stack, mut mutations } in groups.into_iter().filter(|group| !left_out.contains(&group.name)) {
        mutations.retain(|mutation| mutation.has(name, filter));
        if !mutations.is_empty() {
            Subject::new(&stack, name, &servers)?.examine(&mutations, &mut tally)?;
        }
    }
    tally.close()
}

/// A project in which faults are planted.
struct Subject {
    name: &'static str,
    folder: PathBuf,
    tree: Tree,
    variables: Vec<(String, String)>,
}

impl Subject {
    fn new(stack: &Stack, name: &'static str, servers: &Servers) -> Result<Self> {
        let folder = dirs::target().join("mutations").join(name);
        fs::create_dir_all(&folder)?;
        let tree = project::render(stack, &format!("{name}-mutated"))?;
        Ok(Self { name, folder, tree, variables: servers.for_tests(stack) })
    }

    /// Mutations that share a build first, then those that are built separately.
    fn examine(&self, mutations: &[Mutation], tally: &mut Tally) -> Result<()> {
        let mut shared = Vec::new();
        let mut alone = Vec::new();
        for mutation in mutations {
            let fits = switch::fits(mutation, &self.text(&mutation.file)?)?;
            if fits { &mut shared } else { &mut alone }.push(mutation);
        }
        let tests: Vec<&str> = mutations.iter().map(|mutation| mutation.test.as_str()).collect();
        let name = self.name;
        let built = tally.check(&format!("{name}: all pass before"), || {
            self.install(&shared)?;
            let program = self.build()?;
            self.passes(&program, &tests)?;
            Ok(program)
        });
        let Some(program) = built else { return Ok(()) };
        let next = AtomicUsize::new(0);
        let results = std::thread::scope(|scope| {
            let work = || {
                let mut results = Vec::new();
                while let Some((index, mutation)) = take(&next, &shared) {
                    let started = Instant::now();
                    results.push((index, self.is_caught(&program, index + 1, mutation), started.elapsed()));
                }
                results
            };
            let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect::<Vec<_>>()
        });
        for (index, result, time) in results {
            tally.known(&format!("{name}: {}", shared[index].what), result, time);
        }
        for mutation in alone {
            tally.note(&format!("{name}: {} (alone)", mutation.what), || {
                project::write(&self.tree, &self.folder)?;
                fs::write(self.folder.join(&mutation.file), mutation.apply(&self.text(&mutation.file)?)?)?;
                self.is_caught(&self.build()?, 0, mutation)
            });
        }
        Ok(())
    }

    /// Writes the project with a switch for each of these faults, numbered from 1.
    fn install(&self, faults: &[&Mutation]) -> Result<()> {
        let mut tree = self.tree.clone();
        let faults: Vec<(usize, &Mutation)> = (1..).zip(faults.iter().copied()).collect();
        for file in faults.iter().map(|(_, fault)| fault.file.as_str()).collect::<BTreeSet<_>>() {
            let of_file: Vec<(usize, &Mutation)> =
                faults.iter().copied().filter(|(_, fault)| fault.file == file).collect();
            tree.rewrite(file.into(), switch::install(&self.text(file)?, &of_file)?)?;
        }
        let library = Utf8Path::new("src/lib.rs");
        tree.rewrite(library, format!("{}{}", text(&tree, library.as_str())?, switch::SELECTION))?;
        let harness = Utf8Path::new("tests/api/support/process.rs");
        tree.rewrite(harness, switch::pass_on(&text(&tree, harness.as_str())?)?)?;
        project::write(&tree, &self.folder)
    }

    fn text(&self, file: &str) -> Result<String> {
        text(&self.tree, file)
    }

    /// Builds the tests and returns their program.
    fn build(&self) -> Result<PathBuf> {
        compile::tests(&self.folder, &["--test", "api"])?.pop().context("cargo names no test program")
    }

    fn passes(&self, program: &Path, tests: &[&str]) -> Result<()> {
        let output = self.test(program, 0, tests)?;
        let unknown = tests.iter().find(|test| !output.stdout.contains(&format!("test {test} ... ok")));
        match unknown {
            _ if !output.status.success() => bail!("{}", suites::failures(&output)),
            Some(test) => bail!("there is no test `{test}`"),
            None => Ok(()),
        }
    }

    /// Whether the mutation's own test fails.
    fn is_caught(&self, program: &Path, fault: usize, mutation: &Mutation) -> Result<String> {
        let test = &mutation.test;
        let output = self.test(program, fault, &[test])?;
        match output.stdout.contains(&format!("test {test} ... FAILED")) {
            true => Ok(format!("`{test}` fails")),
            false if output.status.success() => bail!("`{test}` passes"),
            false => bail!("`{test}` ended early\n{}", output.tail()),
        }
    }

    /// Runs the tests with one fault selected, or with none: 0.
    fn test(&self, program: &Path, fault: usize, tests: &[&str]) -> Result<Output> {
        Program::new(program)
            .args(["--exact", "--format=pretty"])
            .args(tests)
            .envs(&self.variables)
            .env(switch::SELECTED, fault.to_string())
            .dir(&self.folder)
            .limit(Duration::from_secs(300))
            .capture()
    }
}

/// The next untaken mutation, and its index.
fn take<'a>(next: &AtomicUsize, mutations: &[&'a Mutation]) -> Option<(usize, &'a Mutation)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, *mutations.get(index)?))
}

fn text(tree: &Tree, file: &str) -> Result<String> {
    let file = tree.get(file).with_context(|| format!("the project has no `{file}`"))?;
    Ok(String::from_utf8(file.bytes.clone())?)
}

#[cfg(test)]
mod tests {
    use restwell::plan::Plan;

    use super::*;

    #[test]
    fn every_mutation_matches_the_rendered_file_and_names_a_test() {
        for Group { name, stack, mutations } in groups().expect("the tables are valid") {
            let tree = Plan::new(&stack, "fits").sources().expect("it renders");
            let text = |path: &str| text(&tree, path).expect(name);
            for mutation in mutations {
                let healthy = text(&mutation.file);
                mutation.apply(&healthy).expect(name);
                switch::fits(&mutation, &healthy).expect(name);
                let (module, test) = mutation.test.rsplit_once("::").expect("a module and a test");
                let tests = text(&format!("tests/api/{}.rs", module.replace("::", "/")));
                assert!(tests.contains(&format!("fn {test}()")), "{name}: no test `{}`", mutation.test);
            }
        }
    }
}
