//! The first steps of a new user, for each preset: `restwell new` in an empty directory, without a terminal, then
//! cargo's own commands inside the project.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use restwell::choice::Database;
use restwell::preset::PRESETS;
use restwell::stack::Stack;
use restwell::variants::id;

use crate::budget;
use crate::changed::{Changes, FRESH, TurnOptions};
use crate::program::Program;
use crate::servers::{Kind, Servers};
use crate::service::Service;
use crate::tally::Tally;
use crate::{http, package, project, readme, recipe, rotation, suites, workflow};

/// What a project without a workflow is checked with.
const COMMANDS: [&str; 3] =
    ["cargo fmt --check", "cargo clippy --all-targets --locked -- -D warnings", "cargo test --locked"];

/// Runs the stage.
pub(crate) fn run(TurnOptions { changed: options, all }: &TurnOptions) -> Result<()> {
    let mut tally = Tally::of("fresh", options.selection())?;
    let mut stacks = PRESETS.iter().map(project::preset).collect::<Result<Vec<_>>>()?;
    let extended = extended(&stacks, *all)?;
    let mut changes = Changes::new(FRESH, &stacks, options)?;
    changes.select(&mut stacks, &mut tally);
    // Servers, the README's command and the package; ten of each preset, one of those with resources, and those added.
    let drills = stacks.iter().filter(|stack| has_resources(stack)).count();
    let added = stacks.iter().filter(|stack| extended.contains(stack)).count();
    tally.set_total(3 + 10 * stacks.len() + drills + added);
    let restwell = project::restwell()?;
    let Some(servers) = tally.check("servers", || Servers::start(&Kind::ALL)) else {
        return tally.close();
    };
    for preset in PRESETS {
        let stack = project::preset(preset)?;
        if !stacks.contains(&stack) {
            continue;
        }
        if has_resources(&stack) && !extended.contains(&stack) {
            let reason = "runs for other states of the sources, or with `cargo xtask fresh --all`";
            tally.gap(&format!("{} with more resources", preset.id), reason);
        }
        let failed = tally.failures();
        let name = if preset.id == "standard" { "shop-api" } else { "ledger" };
        let folder = tempfile::tempdir()?;
        let arguments = ["new", name, "--yes", "--preset", preset.id];
        let new = Program::new(&restwell).args(arguments).dir(folder.path());
        let folder = folder.path().join(name);
        let mut tests = None;
        if tally.check(&format!("{} new", preset.id), || new.read()).is_some() {
            tests = project(&mut tally, preset.id, &folder, (&stack, &servers));
            if extended.contains(&stack) {
                let name = format!("{} with more resources", preset.id);
                tally.note(&name, || recipe::apply(&folder, &stack, &servers));
            }
        }
        if tally.failures() == failed {
            changes.passed(&id(&stack), tests)?;
        }
    }
    tally.check("the README's first command", readme::first_command);
    tally.check("installed from what the package holds", package::installs);
    tally.close()
}

/// Checks a project; returns the number of its tests that passed.
fn project(tally: &mut Tally, preset: &str, folder: &Path, (stack, servers): (&Stack, &Servers)) -> Option<u32> {
    let before = tally.check(&format!("{preset} is a git repository"), || visible(folder));
    tally.check(&format!("{preset} build --locked"), || cargo(folder, &["build", "--locked", "--quiet"]));
    let mut tests = None;
    for command in commands(tally, preset, folder) {
        tally.note(&format!("{preset} `{command}`"), || {
            let note = step(folder, &command, &servers.for_tests(stack))?;
            tests = tests.or(suites::number_of_tests(&note));
            Ok(note)
        });
    }
    tally.note(&format!("{preset} crates"), || budget::check(preset, folder));
    tally.check(&format!("{preset} greets"), || greets(folder, &servers.for_service(stack)));
    tally.check(&format!("{preset} leaves no litter"), || {
        let after = visible(folder)?;
        match before.as_ref() == Some(&after) {
            true => Ok(()),
            false => bail!("what git sees has changed: {before:?} became {after:?}"),
        }
    });
    if has_resources(stack) {
        tally.note(&format!("{preset} drill"), || drill(folder, &servers.for_tests(stack)));
    }
    tests
}

/// The commands of the workflow that check the code, in order.
fn commands(tally: &mut Tally, preset: &str, folder: &Path) -> Vec<String> {
    let found = tally.check(&format!("{preset} commands"), || workflow::commands(folder, &["lint", "test"]));
    let found = found.filter(|found| !found.is_empty()).unwrap_or_else(|| COMMANDS.map(str::to_owned).into());
    let (run, left): (Vec<_>, Vec<_>) = found.into_iter().partition(|command| command.starts_with("cargo "));
    for command in BTreeSet::from_iter(left) {
        tally.gap(&format!("{preset} `{command}`"), "the toolchain is there, and the servers are those of this stage");
    }
    run
}

/// Runs a command of the workflow; returns the number of tests, if it is one.
fn step(folder: &Path, command: &str, variables: &[(String, String)]) -> Result<String> {
    let program = project::shell(folder, command);
    if command.starts_with("cargo test") {
        return suites::passed(suites::alone(program), variables);
    }
    program.limit(Duration::from_secs(900)).read().map(|_output| String::new())
}

/// The stacks to which resources are added: the one whose turn it is, or `all` that have any.
fn extended(stacks: &[Stack], all: bool) -> Result<Vec<Stack>> {
    let stacks: Vec<Stack> = stacks.iter().copied().filter(has_resources).collect();
    rotation::part(&stacks, if all { stacks.len() } else { 1 })
}

/// Whether a project has resources in a database.
fn has_resources(stack: &Stack) -> bool {
    stack.database != Database::None
}

fn cargo(folder: &Path, arguments: &[&str]) -> Result<()> {
    project::cargo(folder).args(arguments).limit(Duration::from_secs(900)).read().map(drop)
}

/// The command of `just drill`, with the shortest phases; returns the last line of its report. Just itself is not needed.
fn drill(folder: &Path, variables: &[(String, String)]) -> Result<String> {
    let recipes = std::fs::read_to_string(folder.join("justfile"))?;
    let drill = recipes.split("\ndrill seconds=").nth(1).and_then(|recipe| recipe.lines().nth(1));
    let drill = drill.context("the justfile has no drill")?.replace("{{ seconds }}", "1");
    let output = project::shell(folder, &drill).envs(variables).limit(Duration::from_secs(300)).capture()?;
    let summary = output.stdout.lines().find(|line| line.ends_with("every promise was kept."));
    let summary = summary.with_context(|| format!("no report\n{}", output.tail()))?.to_owned();
    let broken: Vec<&str> = output.stdout.lines().filter(|line| line.trim_start().starts_with("BROKEN")).collect();
    match output.status.code() {
        Some(0) => Ok(summary),
        Some(1) if !broken.is_empty() => bail!("{summary}\n{}", broken.join("\n")),
        _ => bail!("{}", output.tail()),
    }
}

/// Starts the debug build like `cargo run` and requests a greeting.
fn greets(folder: &Path, variables: &[(String, String)]) -> Result<()> {
    let name = folder.file_name().unwrap_or_default();
    let binary = crate::dirs::projects_target().join("debug").join(name);
    let running = Service::start(&binary, folder, variables)?;
    let body = http::get(running.port, "/greet")?.expect(200)?;
    if body != r#"{"message":"Hello, Developer!"}"# {
        bail!("/greet answered {body}");
    }
    running.stop()
}

/// Every file that git sees. Building, testing and running must not add one.
fn visible(folder: &Path) -> Result<String> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    Program::new("git").args(arguments).dir(folder).read()
}
