//! The commands.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    bench, changed, ci, deploy, digests, fresh, interrupt, kill, living, lock, mutations, openapi, outage, outside,
    receipts, say, suites, tool, tools, variants, year,
};

/// Builds, tests and measures Restwell. Every command exits by itself and stops the processes that it started.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The tool's tests, every variant compiled, presets and a pairwise set tested. Needs Rust, and servers for the
    /// suites.
    Test(changed::Options),
    /// Everything CI runs: `test`, then every other stage.
    Ci(ci::Options),
    /// Installs the programs that the stages beyond `test` need (Debian, root).
    Tools,
    /// The tool itself: rustfmt, clippy and its tests, which render every stack in memory.
    Tool,
    /// Compiles the variants whose Rust differs, in one workspace.
    Variants(changed::TurnOptions),
    /// Compiles and tests a pairwise set of stacks, each alone.
    Suites(suites::Options),
    /// Generates each preset with the command line, and runs cargo's own commands in it.
    Fresh(changed::TurnOptions),
    /// Compares the rendered output with the committed digests, on other dates and in other directories.
    Digests {
        /// Store the current digests as the expected ones.
        #[arg(long)]
        bless: bool,
    },
    /// Kills `restwell new` 200 times while it writes.
    Kill,
    /// Edits projects as a team would, changes their stacks with `restwell set` and runs their tests. One of the
    /// projects, by turns: each state of the sources has its own.
    Living {
        /// All projects.
        #[arg(long)]
        all: bool,
    },
    /// Plants one fault at a time in generated code: the test named for it must fail.
    Mutations {
        /// Only those whose line in the report contains this text, such as `scale:`
        #[arg(default_value = "")]
        filter: String,
        /// In every stack.
        #[arg(long)]
        all: bool,
    },
    /// Kills Redis, Memcached and PostgreSQL under load, and makes the upstream service stop responding.
    Outage,
    /// Checks a project with external programs: linters, schemathesis, a browser, Prometheus.
    Outside,
    /// Builds the image of a project and runs its compose file in a private engine; kills and restarts replicas.
    Deploy {
        /// Only stacks whose name contains this.
        #[arg(default_value = "")]
        filter: String,
        /// Also the stack with a database in a file, which runs by turns.
        #[arg(long)]
        all: bool,
    },
    /// Sets up a project on a host with systemd, a container; rolls it and kills a replica under load.
    Host {
        /// Only stacks whose name contains this.
        #[arg(default_value = "")]
        filter: String,
    },
    /// Runs a benchmark, preferably on an idle machine.
    Bench {
        /// What to measure.
        subject: bench::Subject,
        /// The number of rounds; each subject has a default.
        #[arg(long)]
        rounds: Option<usize>,
    },
    /// Resolves and stores the lock of every distinct set of dependencies.
    Lock {
        /// Move to the newest versions that the manifests allow.
        #[arg(long)]
        update: bool,
        /// Only check the stored locks with cargo.
        #[arg(long, conflicts_with = "update")]
        verify: bool,
    },
    /// Stores what the last runs of `variants`, `suites` and `fresh` proved, for the next build of the tool.
    Receipts {
        /// Only check, as for a release: every variant is proved as it is rendered now.
        #[arg(long)]
        check: bool,
    },
    /// Takes a project through a year of edits and commands, tests it after each, and writes `docs/year.md`.
    Year,
    /// Generates and stores the API description of each distinct project.
    Openapi,
    /// Starts programs and waits, until the stage `tool` interrupts it.
    #[command(hide = true)]
    Idle,
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<()> {
        match self.command {
            Command::Test(options) => ci::test(&options),
            Command::Ci(options) => ci::run(options),
            Command::Tools => tools::install(),
            Command::Tool => tool::run(),
            Command::Variants(options) => variants::run(&options),
            Command::Suites(options) => suites::run(&options),
            Command::Fresh(options) => fresh::run(&options),
            Command::Digests { bless: true } => digests::bless(),
            Command::Digests { bless: false } => digests::run(),
            Command::Kill => kill::run(),
            Command::Living { all } => living::run(all),
            Command::Mutations { filter, all } => mutations::run(&filter, all),
            Command::Outage => outage::run(),
            Command::Outside => outside::run(),
            Command::Deploy { filter, all } => deploy::run(&filter, all),
            Command::Host { filter } => deploy::run_host(&filter),
            Command::Bench { subject, rounds } => bench::run(subject, rounds),
            Command::Lock { verify: true, .. } => {
                say::line(format_args!("cargo accepts {} locks unchanged", lock::verify()?));
                Ok(())
            }
            Command::Lock { update, .. } => lock::refresh(update),
            Command::Receipts { check } => receipts::run(check),
            Command::Year => year::run(),
            Command::Openapi => openapi::refresh(),
            Command::Idle => interrupt::idle(),
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
