//! Projects after day one: a team edits each, `restwell set` changes its stack, and it passes its own tests. No edit may
//! be lost on the way.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use restwell::answers::Input;
use restwell::stack::Stack;
use restwell::variants::id;

use crate::program::Program;
use crate::servers::{Kind, Servers};
use crate::tally::Tally;
use crate::team::{self, TEAM};
use crate::{dirs, project, rotation, suites};

/// The stacks of the projects before and after, as flags of `restwell new` and words of `restwell set`. Every choice of
/// the Rust code is added by one of them and removed by another.
const SWITCHES: [(&str, &str); 6] = [
    ("--preset standard", "database=postgres cache=redis"),
    ("--preset standard", "auth=api-key upstream=http limiter=none"),
    (
        "--preset standard --database postgres --cache memcached --auth jwt --upstream http",
        "cache=none auth=none monitoring=none",
    ),
    ("--preset standard --database postgres --cache redis --limiter redis", "database=sqlite cache=memory deploy=none"),
    (
        "--preset standard --cache none --limiter none --monitoring none --auth api-key --upstream http",
        "cache=memcached auth=jwt limiter=redis upstream=none",
    ),
    ("--preset minimal", "database=postgres cache=memory monitoring=prometheus deploy=compose"),
];

/// The number of projects in a run without `--all`.
const PART: usize = 1;

/// Runs the stage with every project, or with the part for this state of the sources.
pub(crate) fn run(all: bool) -> Result<()> {
    let mut tally = Tally::new("living")?;
    let switches = rotation::part(&SWITCHES, if all { SWITCHES.len() } else { PART })?;
    for (flags, values) in SWITCHES.iter().filter(|switch| !switches.contains(switch)) {
        tally.gap(&title(flags, values), "runs for other states of the sources, or with `cargo xtask living --all`");
    }
    let Some(servers) = tally.check("servers", || Servers::start(&Kind::ALL)) else {
        return tally.close();
    };
    let restwell = project::restwell()?;
    tally.set_total(switches.len());
    suites::at_once(
        &switches,
        |(flags, values)| switch(&restwell, flags, values, &servers),
        |(flags, values), result, time| {
            tally.known(&title(flags, values), result, time);
            Ok(())
        },
    )?;
    tally.close()
}

fn title(flags: &str, values: &str) -> String {
    format!("{flags}: edited, set {values}")
}

/// `after-postgres-redis` for `database=postgres cache=redis`.
fn name(values: &str) -> String {
    let ids = values.split(' ').filter_map(|value| value.split('=').nth(1));
    ids.fold("after".to_owned(), |name, id| name + "-" + id)
}

/// Makes a project, edits it, changes its stack and runs its tests; returns their number as text.
fn switch(restwell: &Path, flags: &str, values: &str, servers: &Servers) -> Result<String> {
    let parent = dirs::target().join("living");
    let name = name(values);
    let folder = parent.join(&name);
    fs::create_dir_all(&parent)?;
    project::remove(&folder)?;
    let new = Program::new(restwell).args(["new", &name, "--yes", "--no-git", "--quiet"]);
    new.args(flags.split(' ')).dir(&parent).read()?;
    let edited = team::edit(&folder, &TEAM)?;
    Program::new(restwell).arg("set").args(values.split(' ')).arg("--no-check").dir(&folder).read()?;
    team::check(&folder, edited)?;
    fs::write(folder.join("openapi.json"), description(&folder)?)?;
    project::cargo(&folder).args(["fmt", "--check"]).read()?;
    let stack = stack(&folder)?;
    suites::test(&folder, &servers.for_tests(&stack)).with_context(|| id(&stack))
}

/// The description of the API, from the code.
pub(crate) fn description(folder: &Path) -> Result<String> {
    project::cargo(folder).args(["run", "--quiet", "--locked", "--", "openapi"]).read()
}

/// The stack that the project says it has.
pub(crate) fn stack(folder: &Path) -> Result<Stack> {
    let text = fs::read_to_string(folder.join("restwell.toml"))?;
    let input = Input::of_receipt(&text).map_err(|error| anyhow!("{error:?}"))?;
    let resolution = Stack::resolve(&input.answers).map_err(|_| anyhow!("the stack is not valid"))?;
    Ok(resolution.stack)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::iter;

    use restwell::name::Name;

    use super::*;

    #[test]
    fn every_project_has_a_valid_name_of_its_own() {
        let names: BTreeSet<String> = SWITCHES.iter().map(|(_, values)| name(values)).collect();
        assert_eq!(names.len(), SWITCHES.len());
        for name in names {
            assert!(Name::new(&name, iter::empty()).is_ok(), "{name}");
        }
    }
}
