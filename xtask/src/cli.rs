//! The commands.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    bench, changed, ci, deploy, digests, fresh, kill, lock, mutations, openapi, outage, outside, say, suites, tier0,
    tools, variants,
};

/// Builds, proves and measures Restwell. Every command ends by itself, and stops what it started.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The tool's tests, every variant compiled, presets and a pairwise set tested. Needs Rust, and servers for the suites.
    Test(changed::Options),
    /// Everything CI runs: `test`, then every other stage.
    Ci {
        /// Count the results of the `test` that has just run instead of running it again.
        #[arg(long)]
        tested: bool,
    },
    /// Installs the programs that the stages beyond `test` need (Debian, root).
    Tools,
    /// The tool itself: rustfmt, clippy and its tests, which render every stack in memory.
    Tool,
    /// Compiles every variant whose Rust differs, in one workspace.
    Variants(changed::Options),
    /// Compiles and tests a pairwise set of stacks, each alone.
    Suites(suites::Options),
    /// Makes each preset as a user does, and runs cargo's own commands in it.
    Fresh(changed::Options),
    /// Holds what is rendered against the committed digests, on other days and in other folders.
    Digests {
        /// Write what is rendered now as what is expected.
        #[arg(long)]
        bless: bool,
    },
    /// Kills `restwell new` 200 times while it writes.
    Kill,
    /// Breaks generated code in one place at a time: the test that is there for it has to fail.
    Mutations {
        /// Only those whose line in the report contains this text, such as `scale:`
        #[arg(default_value = "")]
        filter: String,
    },
    /// Kills Redis, Memcached and PostgreSQL under load, and has another service fall silent.
    Outage,
    /// Has outside programs look at a project: linters, schemathesis, a browser, a real Prometheus.
    Outside,
    /// Builds the image of a project and runs its compose file in a private engine; kills and restarts replicas.
    Deploy,
    /// Measures. Best on a machine that does nothing else.
    Bench {
        /// What to measure.
        subject: bench::Subject,
        /// How many turns; each subject has a default.
        #[arg(long)]
        rounds: Option<usize>,
    },
    /// Resolves and stores the lock of every distinct set of dependencies.
    Lock {
        /// Move to the newest versions that the manifests allow.
        #[arg(long)]
        update: bool,
        /// Only have cargo confirm what is stored.
        #[arg(long, conflicts_with = "update")]
        verify: bool,
    },
    /// Has each project describe its API, and stores the descriptions.
    Openapi,
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<()> {
        match self.command {
            Command::Test(options) => ci::test(&options),
            Command::Ci { tested } => ci::run(tested),
            Command::Tools => tools::install(),
            Command::Tool => tier0::run(),
            Command::Variants(options) => variants::run(&options),
            Command::Suites(options) => suites::run(&options),
            Command::Fresh(options) => fresh::run(&options),
            Command::Digests { bless: true } => digests::bless(),
            Command::Digests { bless: false } => digests::run(),
            Command::Kill => kill::run(),
            Command::Mutations { filter } => mutations::run(&filter),
            Command::Outage => outage::run(),
            Command::Outside => outside::run(),
            Command::Deploy => deploy::run(),
            Command::Bench { subject, rounds } => bench::run(subject, rounds),
            Command::Lock { verify: true, .. } => {
                say::line(format_args!("{} locks are as cargo wants them", lock::verify()?));
                Ok(())
            }
            Command::Lock { update, .. } => lock::refresh(update),
            Command::Openapi => openapi::refresh(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_is_well_formed() {
        Cli::command().debug_assert();
    }
}
