//! The description of the app in Azure Container Apps: compared with the models of its API, and its scripts. What only Azure
//! refuses is a test of every stack in memory.

use std::path::Path;

use anyhow::Result;

use super::files::{self, Linter, check_each, find, run};
use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, tools};

/// The name of the project.
const NAME: &str = "docks";

/// The planted errors: an unknown key, a word that the enum does not have, a number as text, a text as number.
const LINTERS: &[Linter] = &[
    models("models of Container Apps", ("container-app.yaml", "probes:", "probe:")),
    models("models of Container Apps: words", ("container-app.yaml", "type: Readiness", "type: Ready")),
    models("models of Container Apps: numbers", ("container-app.yaml", "port: 8081", "port: \"8081\"")),
    models("models of Container Apps: texts", ("container-app.yaml", "Requests: \"100\"", "Requests: 100")),
    Linter {
        name: "shellcheck of the deployment to Azure",
        run: |folder| {
            let scripts = ["shift.sh", "copy.sh"].map(|name| folder.join("deploy").join(name));
            run(tools::program("shellcheck")?.args(scripts))
        },
        plant: ("deploy/shift.sh", "--revision \"$1\"", "--revision $1"),
    },
];

const fn models(name: &'static str, plant: (&'static str, &'static str, &'static str)) -> Linter {
    let run = |folder: &Path| {
        let walk = dirs::root().join("xtask/azure_models.py");
        run(Program::new(tools::bin().join("python3")).arg(walk).arg(find(folder, "container-app.yaml")?))
    };
    Linter { name, run, plant }
}

/// Generates the largest project for Azure, and runs every linter on it and on a copy with its planted error.
pub(super) fn check(tally: &mut Tally, restwell: &Path, place: &Path) -> Result<()> {
    let arguments = ["new", NAME, "--yes", "--quiet", "--preset", "scale", "--deploy", "azure"];
    Program::new(restwell).args(arguments).dir(place).read()?;
    let folder = place.join(NAME);
    check_each(tally, &folder, LINTERS)?;
    files::pass(tally, &folder, "azure");
    tally.gap("azure: an environment", "there is none here: the description is checked, not deployed");
    Ok(())
}
