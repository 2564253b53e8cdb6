//! The stack for AWS, compared with the schemas of CloudFormation. What these accept and AWS refuses, or what cannot work, is a
//! test of every stack in memory.

use std::path::Path;

use anyhow::{Result, bail};

use super::files::{self, Linter, check_each, run};
use crate::program::Program;
use crate::tally::Tally;
use crate::tools;

/// The name of the project.
const NAME: &str = "lanterns";

const LINTERS: &[Linter] = &[
    Linter {
        name: "cfn-lint of the stack",
        run: |folder| lint(folder, "stack.yaml"),
        plant: ("deploy/stack.yaml", "ReadonlyRootFilesystem:", "ReadOnlyRootFilesystem:"),
    },
    Linter {
        name: "cfn-lint of values",
        run: |folder| lint(folder, "stack.yaml"),
        plant: ("deploy/stack.yaml", "Memory: '1024'", "Memory: '1000'"),
    },
    Linter {
        name: "cfn-lint of the account",
        run: |folder| lint(folder, "access.yaml"),
        plant: ("deploy/access.yaml", "!GetAtt StackRole.Arn", "!GetAtt StackRole.Name"),
    },
    Linter {
        name: "shellcheck of the deployment",
        run: |folder| {
            let names = ["update.sh", "running.sh", "copy.sh", "alerts.sh", "login.sh"];
            let scripts = names.map(|name| folder.join("deploy").join(name));
            run(tools::program("shellcheck")?.args(&scripts))
        },
        plant: ("deploy/update.sh", "--stack-name \"$stack\"", "--stack-name $stack"),
    },
];

/// Generates the largest project for AWS, and runs every linter on it and on a copy with its planted error.
pub(super) fn check(tally: &mut Tally, restwell: &Path, place: &Path) -> Result<()> {
    let arguments = ["new", NAME, "--yes", "--quiet", "--preset", "scale", "--deploy", "aws"];
    Program::new(restwell).args(arguments).dir(place).read()?;
    let folder = place.join(NAME);
    check_each(tally, &folder, LINTERS)?;
    files::pass(tally, &folder, "aws");
    tally.gap("aws: an account", "there is none here: the stack is checked, not deployed");
    Ok(())
}

/// Compares a template with the schemas of its resources. Any output is a failure, a warning too.
fn lint(folder: &Path, name: &str) -> Result<()> {
    let output = tools::program("cfn-lint")?.arg(folder.join("deploy").join(name)).capture()?;
    let said = format!("{}{}", output.stdout, output.stderr);
    if !output.status.success() || !said.trim().is_empty() {
        bail!("{said}");
    }
    Ok(())
}
