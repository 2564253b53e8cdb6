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
mod kill;
mod living;
mod load;
mod lock;
mod mutations;
mod openapi;
mod outage;
mod outside;
mod package;
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
mod tier0;
mod tools;
mod variants;
mod year;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::line(format_args!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
