//! A test that cannot fail proves nothing: faults are planted in generated projects one at a time, and the test named
//! beside each has to fail.

mod data;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use restwell::choice::Choice;
use restwell::preset::Preset;
use restwell::stack::{Answers, Origin, Stack};

use self::data::Mutation;
use crate::program::Output;
use crate::servers::{Kind, Servers};
use crate::tally::Tally;
use crate::{dirs, project};

/// The stacks that are broken: between them they have every feature that has mutations. A feature is taken in the
/// first stack that has it.
fn stacks() -> Result<Vec<(&'static str, Stack)>> {
    let preset = |id| project::preset(&Preset::named(id).context("a preset of this name")?);
    Ok(vec![("standard", preset("standard")?), ("scale", preset("scale")?), ("memcached", memcached()?)])
}

/// The values that neither preset takes, in one stack.
fn memcached() -> Result<Stack> {
    let words = [
        (Choice::Database, "postgres"),
        (Choice::Cache, "memcached"),
        (Choice::Limiter, "redis"),
        (Choice::Auth, "api-key"),
        (Choice::Upstream, "http"),
    ];
    let value = |(choice, word): (Choice, &str)| choice.parse(word).with_context(|| format!("`{word}`"));
    let answers: Answers = words
        .into_iter()
        .map(|word| Ok((value(word)?, Origin::Flag)))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .collect();
    match Stack::resolve(&answers) {
        Ok(resolution) => Ok(resolution.stack),
        Err(conflict) => bail!("it breaks {} rules", conflict.broken.len()),
    }
}

/// A stack and the mutations that are tried in it.
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

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("mutations")?;
    let Some(servers) = tally.check("servers", || Servers::start(&Kind::ALL)) else {
        return tally.close();
    };
    for Group { name, stack, mutations } in groups()? {
        let subject = Subject::new(&stack, name, &servers)?;
        let tests: Vec<&str> = mutations.iter().map(|mutation| mutation.test.as_str()).collect();
        if tally.check(&format!("{name}: all pass before"), || subject.passes(&tests)).is_some() {
            for mutation in &mutations {
                tally.note(&format!("{name}: {}", mutation.what), || subject.is_caught(mutation));
            }
        }
    }
    tally.close()
}

/// A project in which faults are planted.
struct Subject {
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

impl Subject {
    fn new(stack: &Stack, name: &str, servers: &Servers) -> Result<Self> {
        let folder = dirs::target().join("mutations").join(name);
        fs::create_dir_all(&folder)?;
        project::write(&project::render(stack, &format!("{name}-mutated"))?, &folder)?;
        Ok(Self { folder, variables: servers.for_tests(stack) })
    }

    fn passes(&self, tests: &[&str]) -> Result<()> {
        let output = self.test(tests)?;
        let unknown = tests.iter().find(|test| !output.stdout.contains(&format!("test {test} ... ok")));
        match unknown {
            _ if !output.status.success() => bail!("{}", output.tail()),
            Some(test) => bail!("there is no test `{test}`"),
            None => Ok(()),
        }
    }

    /// Plants the fault, expects its test to fail, and restores the file whatever the result.
    fn is_caught(&self, mutation: &Mutation) -> Result<String> {
        let Mutation { file, test, .. } = mutation;
        let path = self.folder.join(file);
        let healthy = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        fs::write(&path, mutation.apply(&healthy)?)?;
        let output = self.test(&[test]);
        fs::write(&path, healthy)?;
        let output = output?;
        match output.stdout.contains(&format!("test {test} ... FAILED")) {
            true => Ok(format!("`{test}` fails")),
            false if output.status.success() => bail!("`{test}` passes"),
            false => bail!("it does not compile\n{}", output.tail()),
        }
    }

    fn test(&self, tests: &[&str]) -> Result<Output> {
        project::cargo(&self.folder)
            .args(["test", "--locked", "--quiet", "--test", "api", "--", "--exact", "--format=pretty"])
            .args(tests)
            .envs(&self.variables)
            .limit(Duration::from_secs(900))
            .capture()
    }
}

#[cfg(test)]
mod tests {
    use restwell::plan::Plan;

    use super::*;

    #[test]
    fn every_mutation_fits_what_is_rendered_and_names_a_test() {
        for Group { name, stack, mutations } in groups().expect("the tables are valid") {
            let tree = Plan::new(&stack, "fits").sources().expect("it renders");
            let text = |path: &str| {
                let file = tree.get(path).unwrap_or_else(|| panic!("{name} has no {path}"));
                String::from_utf8(file.bytes.clone()).expect("source is text")
            };
            for mutation in mutations {
                mutation.apply(&text(&mutation.file)).expect(name);
                let (module, test) = mutation.test.rsplit_once("::").expect("a module and a test");
                let tests = text(&format!("tests/api/{}.rs", module.replace("::", "/")));
                assert!(tests.contains(&format!("fn {test}()")), "{name}: no test `{}`", mutation.test);
            }
        }
    }
}
