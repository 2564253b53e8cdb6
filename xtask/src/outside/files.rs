//! Linters for the files of a project. Each passes on the generated files, and fails on a copy with one planted error.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::generate;
use crate::planted::bites;
use crate::program::Program;
use crate::tally::Tally;
use crate::{project, tools};

/// An error: the end of the file's path, the text to replace, and its replacement.
pub(super) type Plant = (&'static str, &'static str, &'static str);

/// A linter and the planted errors that it must detect.
pub(super) struct Linter {
    pub(super) name: &'static str,
    pub(super) run: fn(&Path) -> Result<()>,
    pub(super) plants: &'static [Plant],
}

/// A target whose files are checked, and that is not here to deploy to.
pub(super) struct Target {
    /// The value of `--deploy`.
    pub(super) deploy: &'static str,
    /// The name of the project.
    pub(super) name: &'static str,
    pub(super) linters: &'static [Linter],
    /// What is not here, and what that means.
    pub(super) absent: (&'static str, &'static str),
}

const LINTERS: &[Linter] = &[
    Linter {
        name: "promtool check rules",
        run: |folder| promtool(folder, &["check", "rules"], "ops/alerts"),
        plants: &[("ops/alerts/service.yml", "expr: ", "expr: (((")],
    },
    Linter {
        name: "promtool test rules",
        run: |folder| promtool(folder, &["test", "rules"], "ops/alerts/tests"),
        // `check` accepts a metric that does not exist.
        plants: &[(
            "ops/alerts/service.yml",
            "http_server_request_duration_seconds_count",
            "http_server_request_duration_seconds_coumt",
        )],
    },
    Linter {
        name: "hadolint",
        run: |folder| run(tools::program("hadolint")?.arg(find(folder, "Dockerfile")?)),
        plants: &[("Dockerfile", "COPY ", "ADD ")],
    },
    Linter { name: "docker-compose config", run: compose, plants: &[("compose.yml", "read_only:", "readonly:")] },
    Linter {
        name: "actionlint",
        run: |folder| run(tools::program("actionlint")?.args(workflows(folder)?)),
        plants: &[("workflows/ci.yml", "runs-on:", "run-on:")],
    },
    Linter {
        name: "zizmor",
        run: |folder| run(tools::program("zizmor")?.args(["--offline", "--quiet"]).args(workflows(folder)?)),
        plants: &[("workflows/ci.yml", "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7")],
    },
    Linter {
        name: "schema of the workflows",
        run: |folder| schema("vendor.github-workflows", &workflows(folder)?),
        plants: &[("workflows/ci.yml", "steps:", "step:")],
    },
    Linter {
        name: "schema of the update bot",
        run: |folder| schema("vendor.dependabot", &[find(folder, "dependabot.yml")?]),
        plants: &[("dependabot.yml", "interval:", "intervall:")],
    },
    Linter {
        name: "taplo",
        run: |folder| run(tools::program("taplo")?.arg("lint").args(tomls(folder)?)),
        plants: &[("Cargo.toml", "[package]", "[package")],
    },
    Linter { name: "typos", run: |folder| typos(&[folder.to_owned()]), plants: &[("README.md", " the ", " teh ")] },
    Linter {
        name: "just",
        run: |folder| run(tools::program("just")?.arg("--list").dir(folder)),
        plants: &[("justfile", ":\n", "\n")],
    },
];

/// The linter of what configures a Prometheus, which not every target brings.
const PROMETHEUS: Linter = Linter {
    name: "promtool check config",
    // The rules are referenced by their path in the container, and are checked above.
    run: |folder| {
        let configs = ending(folder, "/prometheus.yml")?;
        run(tools::program("promtool")?.args(["check", "config", "--syntax-only"]).args(configs))
    },
    plants: &[("prometheus.yml", "scrape_configs", "scrape_configz")],
};

/// Runs every linter, and every linter against its planted error; then checks the shell scripts.
pub(super) fn check(tally: &mut Tally, folder: &Path) -> Result<()> {
    check_each(tally, folder, LINTERS)?;
    check_each(tally, folder, &[PROMETHEUS])?;
    shell_scripts(tally, folder)
}

/// Generates the largest project for a target, and runs its linters, with planted errors.
pub(super) fn check_target(tally: &mut Tally, restwell: &Path, place: &Path, target: &Target) -> Result<()> {
    let Target { deploy, name, linters, absent: (what, meaning) } = target;
    generate(restwell, place, name, &["--preset", "scale", "--deploy", deploy])?;
    let folder = place.join(name);
    check_each(tally, &folder, linters)?;
    tally.gap(&format!("{deploy}: {what}"), meaning);
    Ok(())
}

/// Runs each of these linters, and each against its planted errors.
pub(super) fn check_each(tally: &mut Tally, folder: &Path, linters: &[Linter]) -> Result<()> {
    for linter in linters {
        tally.check(linter.name, || (linter.run)(folder));
        for error in linter.plants {
            let copy = tempfile::tempdir()?;
            tally.check(&format!("{} finds `{}`", linter.name, error.2.trim()), || {
                plant(folder, copy.path(), *error)?;
                bites((linter.run)(copy.path()))
            });
        }
    }
    Ok(())
}

/// Reads every compose file.
pub(super) fn compose(folder: &Path) -> Result<()> {
    let files = [ending(folder, "/compose.yml")?, ending(folder, "compose.dev.yml")?].concat();
    ensure!(!files.is_empty(), "no compose file");
    for file in files {
        let text = fs::read_to_string(&file)?;
        let config = tools::program("docker-compose")?.arg("-f").arg(file).args(["config", "--quiet"]);
        run(required(&text).fold(config, |config, name| config.env(name, "given")))?;
    }
    Ok(())
}

/// Checks the spelling in files and folders.
pub(super) fn typos(paths: &[PathBuf]) -> Result<()> {
    let words = crate::dirs::root().join("xtask/typos.toml");
    let typos = tools::program("typos")?.args(["--exclude", "Cargo.lock", "--hidden", "--config"]);
    run(typos.arg(words).args(paths))
}

/// The required variables of a compose file: `${NAME:?why}`.
fn required(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| Some(rest.split_once(":?")?.0)).filter(|name| !name.contains('}'))
}

/// Runs on every file directly in `place`.
fn promtool(folder: &Path, verb: &[&str], place: &str) -> Result<()> {
    let mut files = ending(&folder.join(place), ".yml")?;
    files.retain(|path| path.parent() == Some(&folder.join(place)));
    if files.is_empty() {
        bail!("no file in {place}");
    }
    run(tools::program("promtool")?.args(verb).args(&files))
}

pub(super) fn schema(name: &str, files: &[PathBuf]) -> Result<()> {
    run(tools::program("check-jsonschema")?.args(["--builtin-schema", name]).args(files))
}

/// On every script of the deployment.
pub(super) fn shellcheck(folder: &Path) -> Result<()> {
    run(tools::program("shellcheck")?.args(ending(&folder.join("deploy"), ".sh")?))
}

/// Checks the shell scripts of the project, if there are any.
fn shell_scripts(tally: &mut Tally, folder: &Path) -> Result<()> {
    let mut scripts = ending(folder, ".sh")?;
    scripts.push(crate::dirs::root().join(".ci/run"));
    tally.check("shellcheck", || run(tools::program("shellcheck")?.args(&scripts)));
    let planted = tempfile::Builder::new().suffix(".sh").tempfile()?;
    fs::write(planted.path(), "#!/bin/bash\nrm -rf $1/*\n")?;
    tally.check("shellcheck bites", || bites(run(tools::program("shellcheck")?.arg(planted.path()))));
    Ok(())
}

pub(super) fn run(program: Program) -> Result<()> {
    let output = program.capture()?;
    match output.status.success() {
        true => Ok(()),
        false => bail!("{}\n{}", output.status, output.tail()),
    }
}

/// Copies the project with one error planted.
fn plant(from: &Path, to: &Path, (file, right, wrong): Plant) -> Result<()> {
    for path in project::files(from)? {
        let copy = to.join(path.strip_prefix(from)?);
        fs::create_dir_all(copy.parent().context("a file has a folder")?)?;
        fs::copy(path, copy)?;
    }
    let path = find(to, file)?;
    let text = fs::read_to_string(&path)?;
    if !text.contains(right) {
        bail!("{file} has no `{right}` to replace");
    }
    Ok(fs::write(path, text.replacen(right, wrong, 1))?)
}

pub(super) fn find(folder: &Path, end: &str) -> Result<PathBuf> {
    let found = ending(folder, &format!("/{end}"))?;
    found.into_iter().next().with_context(|| format!("the project has no {end}"))
}

fn workflows(folder: &Path) -> Result<Vec<PathBuf>> {
    let found = ending(&folder.join(".github/workflows"), ".yml")?;
    match found.is_empty() {
        true => bail!("no workflow"),
        false => Ok(found),
    }
}

fn tomls(folder: &Path) -> Result<Vec<PathBuf>> {
    ending(folder, ".toml")
}

pub(super) fn ending(folder: &Path, end: &str) -> Result<Vec<PathBuf>> {
    let mut files = project::files(folder)?;
    files.retain(|path| path.to_string_lossy().ends_with(end));
    Ok(files)
}
