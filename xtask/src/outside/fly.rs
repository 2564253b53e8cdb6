//! The files for Fly.io: their scripts, and what watches the service. The keys and values of `fly.toml` are tests of every stack
//! in memory, because no schema of them can be had offline.

use std::path::Path;

use anyhow::Result;

use super::files::{self, Linter, check_each, find, run};
use crate::program::Program;
use crate::tally::Tally;
use crate::tools;

/// The name of the project.
const NAME: &str = "ferries";

const LINTERS: &[Linter] = &[
    Linter {
        name: "shellcheck of the deployment to Fly.io",
        run: |folder| {
            let scripts = ["replace.sh", "copy.sh", "monitoring.sh", "monitoring/alertmanager.sh"];
            run(tools::program("shellcheck")?.args(scripts.map(|name| folder.join("deploy").join(name))))
        },
        plant: ("deploy/replace.sh", "--image \"$2\"", "--image $2"),
    },
    Linter {
        name: "promtool check config of what watches it",
        run: |folder| {
            let config = find(folder, "monitoring/prometheus.yml")?;
            run(tools::program("promtool")?.args(["check", "config", "--syntax-only"]).arg(config))
        },
        plant: ("monitoring/prometheus.yml", "dns_sd_configs", "dns_sd_config"),
    },
    Linter {
        name: "hadolint of what watches it",
        run: |folder| run(tools::program("hadolint")?.arg(find(folder, "monitoring/Dockerfile")?)),
        plant: ("monitoring/Dockerfile", "COPY prometheus.yml", "ADD prometheus.yml"),
    },
];

/// Generates the largest project for Fly.io, and runs every linter on it and on a copy with its planted error.
pub(super) fn check(tally: &mut Tally, restwell: &Path, place: &Path) -> Result<()> {
    let arguments = ["new", NAME, "--yes", "--quiet", "--preset", "scale", "--deploy", "fly"];
    Program::new(restwell).args(arguments).dir(place).read()?;
    let folder = place.join(NAME);
    check_each(tally, &folder, LINTERS)?;
    files::pass(tally, &folder, "fly");
    tally.gap("fly: an app", "flyctl checks a file only with an account: checked by own rules, not deployed");
    Ok(())
}
