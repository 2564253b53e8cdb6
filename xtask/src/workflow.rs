//! The commands of a generated GitHub workflow: what its jobs run, in order.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_yaml_ng::Value;

/// The commands of these jobs of `ci.yml`, in order; none in a project without the workflow.
pub(crate) fn commands(folder: &Path, jobs: &[&str]) -> Result<Vec<String>> {
    let path = folder.join(".github/workflows/ci.yml");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path)?;
    jobs.iter().map(|job| of_job(&text, job)).collect::<Result<Vec<_>>>().map(|jobs| jobs.concat())
}

/// The value of each `run` of a job.
fn of_job(workflow: &str, job: &str) -> Result<Vec<String>> {
    let workflow: Value = serde_yaml_ng::from_str(workflow)?;
    let steps = workflow["jobs"][job]["steps"].as_sequence();
    let steps = steps.with_context(|| format!("ci.yml has no job `{job}` with steps"))?;
    let commands: Vec<String> = steps.iter().filter_map(|step| step["run"].as_str()).map(str::to_owned).collect();
    ensure!(!commands.is_empty(), "the job `{job}` of ci.yml runs nothing");
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::of_job;

    const WORKFLOW: &str = "
jobs:
  lint:
    steps:
      - uses: actions/checkout@v7
      - run: cargo fmt --check
      - run: |
          cargo clippy
          cargo doc
  image:
    steps:
      - uses: actions/checkout@v7
";

    #[test]
    fn the_commands_of_a_job_are_in_order() {
        assert_eq!(of_job(WORKFLOW, "lint").expect("it has"), ["cargo fmt --check", "cargo clippy\ncargo doc\n"]);
    }

    #[test]
    fn a_job_that_is_not_there_or_runs_nothing_is_an_error() {
        for job in ["image", "test"] {
            assert!(of_job(WORKFLOW, job).is_err(), "{job}");
        }
    }
}
