//! The manifests for Kubernetes: built by kustomize and compared with the schemas of Kubernetes. What only an API server
//! refuses is a test of every stack in memory.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use super::files::{self, Linter, check_each, run};
use crate::program::Program;
use crate::tally::Tally;
use crate::tools;

/// The name of the project.
const NAME: &str = "harbours";

const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

const LINTERS: &[Linter] = &[
    Linter {
        name: "kubectl kustomize",
        run: |folder| ENVIRONMENTS.iter().try_for_each(|name| build(folder, name).map(drop)),
        plant: ("base/kustomization.yaml", "network.yaml", "networks.yaml"),
    },
    Linter {
        name: "schemas of Kubernetes",
        run: |folder| ENVIRONMENTS.iter().try_for_each(|name| validate(&build(folder, name)?)),
        plant: ("base/deployment.yaml", "readinessProbe:", "readynessProbe:"),
    },
    Linter {
        name: "shellcheck of the deployment",
        run: |folder| {
            let scripts = ["rollout.sh", "alerts.sh"].map(|name| folder.join("deploy").join(name));
            run(tools::program("shellcheck")?.args(&scripts))
        },
        plant: ("deploy/rollout.sh", "kubectl kustomize \"$environment\"", "kubectl kustomize $environment"),
    },
];

/// Generates the largest project for Kubernetes, and runs every linter on it and on a copy with its planted error.
pub(super) fn check(tally: &mut Tally, restwell: &Path, place: &Path) -> Result<()> {
    let arguments = ["new", NAME, "--yes", "--quiet", "--preset", "scale", "--deploy", "kubernetes"];
    Program::new(restwell).args(arguments).dir(place).read()?;
    let folder = place.join(NAME);
    check_each(tally, &folder, LINTERS)?;
    files::pass(tally, &folder, "kubernetes");
    tally.gap("kubernetes: a cluster", "there is none here: the manifests are checked, not deployed");
    Ok(())
}

/// The objects of an environment.
fn build(folder: &Path, environment: &str) -> Result<String> {
    tools::program("kubectl")?.arg("kustomize").arg(folder.join("deploy").join(environment)).read()
}

/// Compares each object with its schema. A warning is a failure: a schema that is not known was not compared. Those of custom
/// resources are not known, and their names and types are checked in memory.
fn validate(objects: &str) -> Result<()> {
    let is_custom = |object: &&str| object.contains("\nkind: HTTPRoute\n") || object.contains("\nkind: PodMonitor\n");
    let known: Vec<&str> = objects.split("\n---\n").filter(|object| !is_custom(object)).collect();
    let file = tempfile::Builder::new().suffix(".yaml").tempfile()?;
    fs::write(file.path(), known.join("\n---\n"))?;
    let output = tools::program("kubernetes-validate")?.arg("--strict").arg(file.path()).capture()?;
    let said = format!("{}{}", output.stdout, output.stderr);
    if !output.status.success() || said.contains("WARN") || said.contains("ERROR") {
        bail!("{said}");
    }
    Ok(())
}
