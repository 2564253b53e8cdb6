//! The description of the app in Azure Container Apps: compared with the models of its API, and its scripts. What only Azure
//! refuses is a test of every stack in memory.

use std::path::PathBuf;

use anyhow::Result;

use super::files::{Linter, Target, find, run, shellcheck};
use crate::program::Program;
use crate::{dirs, tools};

/// The target, with the largest project.
pub(super) const TARGET: Target = Target {
    deploy: "azure",
    name: "docks",
    linters: LINTERS,
    absent: ("an environment", "there is none here: the description is checked, not deployed"),
};

/// The planted errors of the models: an unknown key, a word that the enum does not have, a number as text, a text as number.
const LINTERS: &[Linter] = &[
    Linter {
        name: "models of Container Apps",
        run: |folder| models(&[find(folder, "container-app.yaml")?]),
        plants: &[
            ("container-app.yaml", "probes:", "probe:"),
            ("container-app.yaml", "type: Readiness", "type: Ready"),
            ("container-app.yaml", "port: 8081", "port: \"8081\""),
            ("container-app.yaml", "Requests: \"100\"", "Requests: 100"),
        ],
    },
    Linter {
        name: "shellcheck of the deployment to Azure",
        run: shellcheck,
        plants: &[("deploy/shift.sh", "--revision \"$1\"", "--revision $1")],
    },
];

/// Compares descriptions with the models.
pub(super) fn models(files: &[PathBuf]) -> Result<()> {
    let walk = dirs::root().join("xtask/azure_models.py");
    run(Program::new(tools::bin().join("python3")).arg(walk).args(files))
}
