//! The deployment to systemd: units that systemd knows, a sandbox that it rates, a configuration that HAProxy accepts. What
//! systemd accepts and then ignores is a test of every stack in memory.

use std::path::Path;

use anyhow::{Result, bail};

use super::files::{Linter, check_each, ending, run, shellcheck};
use super::generate;
use crate::program::Program;
use crate::tally::Tally;
use crate::tools;

/// The name of the project.
const NAME: &str = "lagoons";

const LINTERS: &[Linter] = &[
    Linter {
        name: "haproxy -c",
        run: balancer,
        plants: &[("systemd/haproxy.cfg", "balance leastconn", "ballance leastconn")],
    },
    Linter {
        name: "systemd-analyze verify",
        run: verify,
        plants: &[
            ("systemd/app@.service", "ProtectSystem=strict", "ProtectSytem=strict"),
            ("systemd/backup.timer", "OnCalendar=daily", "OnCalendar=dayly"),
        ],
    },
    Linter {
        name: "systemd-analyze security",
        run: security,
        plants: &[("systemd/app@.service", "PrivateUsers=yes\n", "")],
    },
    Linter {
        name: "shellcheck of the deployment to systemd",
        run: shellcheck,
        plants: &[("systemd/roll.sh", "cat \"$program\"", "cat $program")],
    },
    Linter {
        name: "deploy/systemd/check.sh",
        run: |folder| {
            let path = format!("{}:{}", tools::bin().display(), std::env::var("PATH")?);
            run(Program::new(folder.join("deploy/systemd/check.sh")).env("PATH", path))
        },
        plants: &[("systemd/backup.service", "Type=oneshot", "Type=onshot")],
    },
];

/// Generates a project for systemd, and runs every linter on it and on a copy with its planted error.
pub(super) fn check(tally: &mut Tally, restwell: &Path, place: &Path) -> Result<()> {
    generate(restwell, place, NAME, &["--database", "sqlite", "--deploy", "systemd"])?;
    check_each(tally, &place.join(NAME), LINTERS)
}

/// The units with programs that are there. systemd succeeds also for a key that it does not know: any line is a failure.
fn verify(folder: &Path) -> Result<()> {
    let units = tempfile::tempdir()?;
    let mut paths = Vec::new();
    for end in [".service", ".timer"] {
        for path in ending(&folder.join("deploy/systemd"), end)? {
            let text = std::fs::read_to_string(&path)?;
            let line = |line: &str| match line.split_once(' ') {
                Some((first, rest)) if first.starts_with("ExecStart=") => format!("ExecStart=/bin/true {rest}\n"),
                _ => format!("{line}\n"),
            };
            let copy = units.path().join(path.file_name().unwrap_or_default());
            std::fs::write(&copy, text.lines().map(line).collect::<String>())?;
            paths.push(copy);
        }
    }
    let output = Program::new("systemd-analyze").arg("verify").args(paths).capture()?;
    let said = format!("{}{}", output.stdout, output.stderr);
    if !output.status.success() || !said.is_empty() {
        bail!("{said}");
    }
    Ok(())
}

/// The exposure of a unit, from 0 to 10, is at most 1.2.
fn rate(unit: &Path) -> Result<()> {
    let analyze = Program::new("systemd-analyze").args(["security", "--offline=yes", "--threshold=12", "--no-pager"]);
    run(analyze.arg(unit))
}

/// The exposure of each unit. Without a database there is no backup.
fn security(folder: &Path) -> Result<()> {
    let units = ["app@.service", "backup.service"].map(|name| folder.join("deploy/systemd").join(name));
    units.iter().filter(|unit| unit.exists()).try_for_each(|unit| rate(unit))
}

fn balancer(folder: &Path) -> Result<()> {
    run(tools::program("haproxy")?.args(["-c", "-q", "-f"]).arg(folder.join("deploy/systemd/haproxy.cfg")))
}

/// Checks the units and the load balancer. The project's own script does the same.
pub(super) fn check_folder(folder: &Path) -> Result<()> {
    balancer(folder)?;
    verify(folder)?;
    security(folder)
}
