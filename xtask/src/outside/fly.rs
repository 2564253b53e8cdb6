//! The files for Fly.io: their scripts, and what watches the service. The keys and values of `fly.toml` are tests of every stack
//! in memory, because no schema of them can be had offline.

use super::files::{Linter, Target, find, run, shellcheck};
use crate::tools;

/// The target, with the largest project.
pub(super) const TARGET: Target = Target {
    deploy: "fly",
    name: "ferries",
    linters: LINTERS,
    absent: ("an app", "flyctl checks a file only with an account: checked by own rules, not deployed"),
};

const LINTERS: &[Linter] = &[
    Linter {
        name: "shellcheck of the deployment to Fly.io",
        run: shellcheck,
        plants: &[("deploy/replace.sh", "--image \"$2\"", "--image $2")],
    },
    Linter {
        name: "promtool check config of what watches it",
        run: |folder| {
            let config = find(folder, "monitoring/prometheus.yml")?;
            run(tools::program("promtool")?.args(["check", "config", "--syntax-only"]).arg(config))
        },
        plants: &[("monitoring/prometheus.yml", "dns_sd_configs", "dns_sd_config")],
    },
    Linter {
        name: "hadolint of what watches it",
        run: |folder| run(tools::program("hadolint")?.arg(find(folder, "monitoring/Dockerfile")?)),
        plants: &[("monitoring/Dockerfile", "COPY prometheus.yml", "ADD prometheus.yml")],
    },
];
