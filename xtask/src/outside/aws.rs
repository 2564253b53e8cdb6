//! The stack for AWS, compared with the schemas of CloudFormation. What these accept and AWS refuses, or what cannot work, is a
//! test of every stack in memory.

use std::path::Path;

use anyhow::{Result, bail};

use super::files::{Linter, Target, shellcheck};
use crate::tools;

/// The target, with the largest project.
pub(super) const TARGET: Target = Target {
    deploy: "aws",
    name: "lanterns",
    linters: LINTERS,
    absent: ("an account", "there is none here: the stack is checked, not deployed"),
};

const LINTERS: &[Linter] = &[
    Linter {
        name: "cfn-lint of the stack",
        run: |folder| lint(folder, "stack.yaml"),
        plants: &[
            ("deploy/stack.yaml", "ReadonlyRootFilesystem:", "ReadOnlyRootFilesystem:"),
            ("deploy/stack.yaml", "Memory: '1024'", "Memory: '1000'"),
        ],
    },
    Linter {
        name: "cfn-lint of the account",
        run: |folder| lint(folder, "access.yaml"),
        plants: &[("deploy/access.yaml", "!GetAtt StackRole.Arn", "!GetAtt StackRole.Name")],
    },
    Linter {
        name: "shellcheck of the deployment",
        run: shellcheck,
        plants: &[("deploy/update.sh", "--stack-name \"$stack\"", "--stack-name $stack")],
    },
];

/// Compares a template with the schemas of its resources. Any output is a failure, a warning too.
fn lint(folder: &Path, name: &str) -> Result<()> {
    let output = tools::program("cfn-lint")?.arg(folder.join("deploy").join(name)).capture()?;
    let said = format!("{}{}", output.stdout, output.stderr);
    if !output.status.success() || !said.trim().is_empty() {
        bail!("{said}");
    }
    Ok(())
}
