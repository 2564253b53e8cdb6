//! The manifests for Kubernetes: built by kustomize and compared, with the account of the pipeline, with the schemas of
//! Kubernetes. What only an API server refuses is a test of every stack in memory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use super::checkov;
use super::every::each;
use super::files::{Linter, Target, find, shellcheck};
use crate::tools;

/// The target, with the largest project.
pub(super) const TARGET: Target = Target {
    deploy: "kubernetes",
    name: "harbours",
    linters: LINTERS,
    absent: ("a cluster", "there is none here: the manifests are checked, not deployed"),
};

/// The overlays.
pub(super) const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

const LINTERS: &[Linter] = &[
    Linter {
        name: "kubectl kustomize",
        run: |folder| ENVIRONMENTS.iter().try_for_each(|name| build(folder, name).map(drop)),
        plants: &[("base/kustomization.yaml", "network.yaml", "networks.yaml")],
    },
    Linter {
        name: "schemas of Kubernetes",
        run: |folder| {
            ENVIRONMENTS.iter().try_for_each(|name| validate(&build(folder, name)?))?;
            // An administrator applies it; it is in no environment.
            validate(&fs::read_to_string(find(folder, "deploy/account.yaml")?)?)
        },
        plants: &[
            ("base/deployment.yaml", "readinessProbe:", "readynessProbe:"),
            ("deploy/account.yaml", "roleRef:", "roleReference:"),
        ],
    },
    Linter {
        name: "checkov of the manifests",
        run: |folder| ENVIRONMENTS.iter().try_for_each(|name| policies(&build(folder, name)?)),
        plants: &[("base/deployment.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")],
    },
    Linter {
        name: "shellcheck of the deployment",
        run: shellcheck,
        plants: &[("deploy/rollout.sh", "kubectl kustomize \"$environment\"", "kubectl kustomize $environment")],
    },
];

/// Builds every environment, and checks each distinct object once.
pub(super) fn check_all(folders: &[PathBuf]) -> Result<()> {
    let distinct = Mutex::new(BTreeSet::new());
    each(folders, |folder| {
        let mut built = ENVIRONMENTS.iter().map(|name| build(folder, name)).collect::<Result<Vec<String>>>()?;
        // The account is that of the pipeline: without one there is none.
        let account = folder.join("deploy/account.yaml");
        if account.exists() {
            built.push(fs::read_to_string(account)?);
        }
        let objects = built.iter().flat_map(|text| text.split("\n---\n")).map(|object| object.trim_end().to_owned());
        distinct.lock().unwrap_or_else(PoisonError::into_inner).extend(objects);
        Ok(())
    })?;
    let distinct = distinct.into_inner().unwrap_or_else(PoisonError::into_inner);
    let objects = Vec::from_iter(distinct).join("\n---\n") + "\n";
    validate(&objects).and_then(|()| policies(&objects))
}

fn policies(objects: &str) -> Result<()> {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile()?;
    fs::write(file.path(), objects)?;
    checkov::kubernetes(file.path())
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
