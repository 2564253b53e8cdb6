//! Linters for the files of a project on GitLab, each with a planted error.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::every::each;
use super::files::{Linter, check_each, find, run, schema};
use super::{LARGEST_STACK, generate};
use crate::program::Program;
use crate::tally::Tally;
use crate::tools;

/// The name of the project.
const NAME: &str = "freights";

const LINTERS: &[Linter] = &[
    Linter {
        name: "schema of the pipeline",
        run: |folder| pipelines(&[find(folder, ".gitlab-ci.yml")?]),
        plants: &[(".gitlab-ci.yml", "  script:\n", "  scripts:\n")],
    },
    Linter {
        name: "schema of Renovate's rules",
        run: |folder| schema("vendor.renovate", &[find(folder, "renovate.json")?]),
        plants: &[("renovate.json", "\"enabled\": false", "\"enabled\": \"no\"")],
    },
    Linter {
        name: "gitlab-ci-local",
        run: |folder| jobs(&find(folder, ".gitlab-ci.yml")?, &["lint", "test", "audit", "join", "deploy", "rollback"]),
        // The schema accepts a stage that does not exist, and any condition.
        plants: &[
            (".gitlab-ci.yml", "stage: audit", "stage: adit"),
            (".gitlab-ci.yml", "$CI_PIPELINE_SOURCE == \"schedule\" &&", "$CI_PIPELINE_SOURCE = \"schedule\" &&"),
        ],
    },
    Linter {
        name: "shellcheck of the scripts of jobs",
        run: |folder| shell(&[find(folder, ".gitlab-ci.yml")?]),
        plants: &[(".gitlab-ci.yml", "renovate \"$CI_PROJECT_PATH\"", "renovate $CI_PROJECT_PATH")],
    },
];

/// Generates the largest project on GitLab, and runs every linter on it and on a copy with its planted error.
pub(super) fn check(tally: &mut Tally, restwell: &Path, place: &Path) -> Result<()> {
    generate(restwell, place, NAME, &[&LARGEST_STACK[..], &["--ci", "gitlab"]].concat())?;
    check_each(tally, &place.join(NAME), LINTERS)
}

/// Runs the linters on pipelines.
pub(super) fn check_all(files: &[PathBuf]) -> Result<()> {
    pipelines(files)?;
    shell(files)?;
    each(files, |file| jobs(file, &["lint", "test", "audit"]))
}

fn pipelines(files: &[PathBuf]) -> Result<()> {
    let place = tempfile::tempdir()?;
    let copies = copies(files, place.path(), "yml", |pipeline| pipeline.to_owned())?;
    let arguments = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"];
    run(tools::program("check-jsonschema")?.args(arguments).args(copies))
}

fn shell(files: &[PathBuf]) -> Result<()> {
    let place = tempfile::tempdir()?;
    let copies = copies(files, place.path(), "sh", scripts)?;
    // Variables of GitLab are assigned nowhere; those of other jobs' reports neither.
    run(tools::program("shellcheck")?.args(["--exclude", "SC2153,SC2154"]).args(copies))
}

/// Writes what `convert` makes of each pipeline.
fn copies(files: &[PathBuf], place: &Path, end: &str, convert: fn(&str) -> String) -> Result<Vec<PathBuf>> {
    let copy = |(number, file): (usize, &PathBuf)| {
        let path = place.join(format!("{number}.{end}"));
        fs::write(&path, convert(&pipeline_of(file)?))?;
        Ok(path)
    };
    files.iter().enumerate().map(copy).collect()
}

/// The pipeline, without the inputs in front of it.
fn pipeline_of(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file)?;
    Ok(text.split_once("\n---\n").map_or(text.clone(), |(_, pipeline)| pipeline.to_owned()))
}

/// Checks that a pipeline of the default branch has these jobs, in a copy that is a repository with a remote.
fn jobs(file: &Path, wanted: &[&str]) -> Result<()> {
    let copy = tempfile::tempdir()?;
    fs::copy(file, copy.path().join(".gitlab-ci.yml"))?;
    let user = ["-c", "user.name=checks", "-c", "user.email=checks@example.com"];
    for arguments in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["add", "--all"],
        &[&user[..], &["commit", "--quiet", "--message", "a pipeline"]].concat(),
        &["remote", "add", "origin", "git@gitlab.example.com:team/freights.git"],
        &["update-ref", "refs/remotes/origin/main", "HEAD"],
    ] {
        Program::new("git").args(arguments).dir(copy.path()).read()?;
    }
    let variables = ["--variable", "DEPLOY_HOST=given", "--variable", "PUBLIC_URL=given"];
    let jobs = tools::program("gitlab-ci-local")?.arg("--list").args(variables).dir(copy.path()).read()?;
    for &job in wanted {
        let is_there = jobs.lines().any(|line| line.split_whitespace().next() == Some(job));
        is_there.then_some(()).with_context(|| format!("no job {job} on the default branch:\n{jobs}"))?;
    }
    Ok(())
}

/// The lines of all scripts, each job's in a function, as one shell script. A script is a list under `script:` or
/// `before_script:`; a folded entry (`>-`) is one line.
fn scripts(pipeline: &str) -> String {
    let mut text = "#!/bin/sh\n".to_owned();
    let mut is_open = false;
    for line in pipeline.lines() {
        let entry = line.strip_prefix("    - ").filter(|_| is_open);
        let folded = line.strip_prefix("      ").filter(|_| is_open);
        match (entry, folded) {
            (Some(">-"), _) => text.push('\n'),
            // The lines of another job, which are checked there.
            (Some(entry), _) if entry.starts_with("!reference ") => {}
            (Some(entry), _) => text.extend(["\n", entry]),
            (None, Some(folded)) => text.extend([folded, " "]),
            (None, None) if line.trim_start().starts_with('#') => {}
            (None, None) => is_open = ["  script:", "  before_script:"].contains(&line),
        }
    }
    // An input is a word that GitLab puts there.
    text.replace("$[[ inputs.force ]]", "true") + "\n"
}
