//! A year of a project: its team edits it and runs restwell's commands. After each step it compiles without a warning and
//! passes its own tests. The commands and their output become `docs/year.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use cargo_metadata::semver::Version;
use restwell::VERSION;

use crate::program::Program;
use crate::servers::{Kind, Servers};
use crate::team::{self, TEAM};
use crate::{dirs, living, project, say, suites};

/// What the newer version of restwell writes in place of a comment, in a file of every project.
const NEWER: (&str, &str, &str) = (
    "templates/base/src/platform/server.rs",
    "            // Probably out of file descriptors: wait for connections to end.\n",
    "            // Out of file descriptors: wait until a connection ends.\n",
);

/// The number of the team's edits before it adds orders; the others follow later.
const FIRST_EDITS: usize = 11;

const HEAD: &str = "# A year of a project

`cargo xtask year` ran these commands in this order and wrote this page. After every step the project compiled with
`--locked`, without a warning, and passed its own tests against real servers; no edit was lost. The edits are in
`xtask/src/team.rs`.
";

/// The project and the page so far.
struct Year {
    folder: PathBuf,
    restwell: PathBuf,
    servers: Servers,
    page: String,
    /// The edits that its team has made.
    edits: Vec<&'static (&'static str, team::Edit)>,
}

/// Runs all steps and writes the page.
pub(crate) fn run() -> Result<()> {
    // Outside of this repository, as the project of a team is.
    let parent = tempfile::tempdir()?;
    let folder = parent.path().join("shop-api");
    let (restwell, servers) = (project::restwell()?, Servers::start(&Kind::ALL)?);
    let mut year = Year { folder, restwell, servers, page: HEAD.to_owned(), edits: Vec::new() };
    let (first, later) = TEAM.split_at(FIRST_EDITS);
    year.title("A new project")?;
    year.command_in(parent.path(), "new shop-api --preset standard --no-git --yes")?;
    year.tested()?;
    year.edits("The team makes it its own", first)?;
    year.title("A second resource")?;
    year.command("generate resource orders number:string! ref:products quantity:int note:text?")?;
    year.tested()?;
    year.title("More traffic: PostgreSQL and Redis")?;
    year.command("set database=postgres cache=redis")?;
    year.tested()?;
    year.title("Orders get a total, and need no note")?;
    year.command("generate resource orders number:string! ref:products quantity:int total:int")?;
    year.tested()?;
    year.edits("More edits", later)?;
    year.title("From one machine to a cluster")?;
    year.command("set deploy=kubernetes")?;
    year.tested()?;
    year.title("A newer restwell")?;
    year.restwell = newer(parent.path())?;
    year.command("update")?;
    year.tested()?;
    year.title("Callers sign in")?;
    year.command("set auth=jwt")?;
    year.tested()?;
    year.title("Not yet")?;
    year.command("undo")?;
    year.tested()?;
    year.title("Orders move to another service")?;
    year.command("remove resource orders")?;
    year.tested()?;
    year.command("undo --list")?;
    team::check(&year.folder, year.edits)?;
    fs::write(dirs::root().join("docs/year.md"), &year.page)?;
    say::line("docs/year.md is written");
    Ok(())
}

impl Year {
    fn title(&mut self, title: &str) -> Result<()> {
        say::line(title);
        Ok(write!(self.page, "\n## {title}\n")?)
    }

    /// Makes edits of the team and tests the result.
    fn edits(&mut self, title: &str, edits: &'static [(&'static str, team::Edit)]) -> Result<()> {
        self.title(title)?;
        let made = team::edit(&self.folder, edits)?;
        self.edits.extend(&made);
        let paths: Vec<String> = made.iter().map(|(path, _)| format!("`{path}`")).collect();
        writeln!(self.page, "\nEdits in {}.", paths.join(", "))?;
        self.tested()
    }

    fn command(&mut self, words: &str) -> Result<()> {
        let folder = self.folder.clone();
        self.command_in(&folder, words)
    }

    fn command_in(&mut self, folder: &Path, words: &str) -> Result<()> {
        let command = Program::new(&self.restwell).args(words.split(' ')).dir(folder);
        let output = project::in_shared_target(command).capture()?;
        ensure!(output.status.success(), "restwell {words}: {}", output.tail());
        let said = [output.stdout.trim(), output.stderr.trim()].join("\n");
        writeln!(self.page, "\n```console\n$ restwell {words}\n{}\n```", said.trim())?;
        Ok(())
    }

    fn tested(&mut self) -> Result<()> {
        let description = living::description(&self.folder)?;
        let written = fs::read_to_string(self.folder.join("openapi.json"))?;
        ensure!(description == written, "openapi.json is not the description of the API");
        let variables = self.servers.for_tests(&living::stack(&self.folder)?);
        let tests = suites::test(&self.folder, &variables)?;
        say::line(format_args!("  {tests}"));
        // Without their number: every new test of a template would make the page wrong.
        Ok(writeln!(self.page, "\nAll tests passed.")?)
    }
}

/// Builds a restwell of a higher version with one changed template.
fn newer(parent: &Path) -> Result<PathBuf> {
    let source = parent.join("restwell");
    Program::new("git").args(["clone", "--quiet", "--shared"]).arg(dirs::root()).arg(&source).read()?;
    let (path, old, new) = NEWER;
    project::replace(&source.join(path), old, new)?;
    let mut version: Version = VERSION.parse()?;
    let line = |version: &Version| format!("\nversion = \"{version}\"\n");
    let old = line(&version);
    version.minor += 1;
    project::replace(&source.join("Cargo.toml"), &old, &line(&version))?;
    let target = dirs::target().join("year");
    let build = Program::cargo().args(["build", "--quiet", "--package", "restwell"]).dir(&source);
    build.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_DEV_DEBUG", "0").run()?;
    Ok(target.join("debug/restwell"))
}
