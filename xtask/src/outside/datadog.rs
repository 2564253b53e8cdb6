//! What a project creates in Datadog: compared with the models of its API, and the script that creates it. That queries name
//! metrics of the service is a test of every stack in memory.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::files::{self, Linter, ending, run};
use super::{LARGEST_STACK, generate};
use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, tools};

/// The planted errors of the models: unknown keys, also inside a widget, words that the enum does not have, a number as text, a
/// text as truth value.
const LINTERS: &[Linter] = &[
    Linter {
        name: "models of Datadog",
        run: |folder| models(&[folder.to_owned()]),
        plants: &[
            ("monitors.json", "\"type\": \"query alert\"", "\"type\": \"quiery alert\""),
            ("monitors.json", "\"thresholds\": {", "\"threshold\": {"),
            ("monitors.json", "\"critical\": 1.0", "\"critical\": \"1.0\""),
            ("monitors.json", "\"message\":", "\"mesage\":"),
            ("monitors.json", "\"resolve\"", "\"resolved\""),
            ("monitors.json", "\"hide_handles\"", "\"hide_handle\""),
            ("slo.json", "\"numerator\"", "\"nominator\""),
            ("slo.json", "\"30d\"", "\"30 d\""),
            ("datadog/dashboard.json", "\"display_type\"", "\"displaytype\""),
            ("datadog/dashboard.json", "\"formula\": \"a\"", "\"formulas\": \"a\""),
            ("datadog/dashboard.json", "\"layout_type\": \"ordered\"", "\"layout_type\": \"ordred\""),
            ("distributions.json", "\"include_percentiles\": true", "\"include_percentiles\": \"yes\""),
        ],
    },
    Linter {
        name: "shellcheck of the script for Datadog",
        run: |folder| run(tools::program("shellcheck")?.args(ending(&folder.join("ops"), ".sh")?)),
        plants: &[("datadog/apply.sh", "list=$1 path=$2 name=$3", "list=$1 path=$2 name=$3; rm -rf $1/*")],
    },
];

/// Generates the largest project with Datadog, and runs every linter on it and on copies with planted errors.
pub(super) fn check(tally: &mut Tally, restwell: &Path, place: &Path) -> Result<()> {
    let name = "kennel";
    generate(restwell, place, name, &[&LARGEST_STACK[..], &["--monitoring", "datadog"]].concat())?;
    let folder = place.join(name);
    files::check_each(tally, &folder, LINTERS)?;
    tally.gap("datadog: an account", "there is none here: what the script sends is checked, not created");
    Ok(())
}

/// Compares what projects create with the models.
pub(super) fn models(folders: &[PathBuf]) -> Result<()> {
    let walk = dirs::root().join("xtask/datadog_models.py");
    let folders = folders.iter().map(|folder| folder.join("ops/datadog"));
    run(Program::new(tools::bin().join("python3")).arg(walk).args(folders))
}
