//! `cargo xtask`: builds, tests and measures Restwell. `cargo xtask --help` is the reference.

mod balancer;
mod bench;
mod budget;
mod changed;
mod ci;
mod cli;
mod compile;
mod deploy;
mod digests;
mod dirs;
mod fresh;
mod http;
mod interrupt;
mod kill;
mod living;
mod load;
mod lock;
mod mutations;
mod openapi;
mod outage;
mod outside;
mod package;
mod planted;
mod process;
mod program;
mod progress;
mod project;
mod readme;
mod receipts;
mod recipe;
mod results;
mod rotation;
mod say;
mod servers;
mod service;
mod space;
mod suites;
mod tally;
mod team;
mod tool;
mod tools;
mod tree;
mod variants;
mod workflow;
mod year;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let command = cli::Cli::parse();
    interrupt::watch();
    match command.run() {
        Err(_) if interrupt::is_requested() => {
            interrupt::end_all();
            say::line("xtask: interrupted by a signal");
            ExitCode::from(interrupt::EXIT_CODE)
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::line(format_args!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
