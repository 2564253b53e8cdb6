//! The stack for AWS, compared with the schemas of CloudFormation. What these accept and AWS refuses, or what cannot work, is a
//! test of every stack in memory.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::checkov;
use super::files::{Linter, Target, find, shellcheck};
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
        run: |folder| lint(&[find(folder, "deploy/stack.yaml")?]),
        plants: &[
            ("deploy/stack.yaml", "ReadonlyRootFilesystem:", "ReadOnlyRootFilesystem:"),
            ("deploy/stack.yaml", "Memory: '1024'", "Memory: '1000'"),
        ],
    },
    Linter {
        name: "cfn-lint of the account",
        run: |folder| lint(&[find(folder, "deploy/access.yaml")?]),
        plants: &[("deploy/access.yaml", "!GetAtt StackRole.Arn", "!GetAtt StackRole.Name")],
    },
    Linter {
        name: "checkov of the stack",
        run: |folder| checkov::cloudformation(&[find(folder, "deploy/stack.yaml")?]),
        plants: &[("deploy/stack.yaml", "BlockPublicPolicy: true", "BlockPublicPolicy: false")],
    },
    Linter {
        name: "shellcheck of the deployment",
        run: shellcheck,
        plants: &[("deploy/update.sh", "--stack-name \"$stack\"", "--stack-name $stack")],
    },
];

/// Compares templates with the schemas of their resources. Any output is a failure, a warning too.
pub(super) fn lint(files: &[PathBuf]) -> Result<()> {
    let output = tools::program("cfn-lint")?.args(files).capture()?;
    let said = format!("{}{}", output.stdout, output.stderr);
    if !output.status.success() || !said.trim().is_empty() {
        bail!("{said}");
    }
    Ok(())
}
