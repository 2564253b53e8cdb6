//! What installing the command costs, against the generator that most people would install instead. CPU time, which
//! says the same on an idle machine and on a busy one.

use std::fs;
use std::time::Duration;

use anyhow::Result;

use super::median;
use crate::program::Program;
use crate::{dirs, process, say};

/// Turns, unless told otherwise: the other generator compiles for minutes.
pub(super) const ROUNDS: usize = 1;

/// The generator that is installed for comparison, at the newest version that the toolchain here compiles.
const PEER: &str = "cargo-generate";
const PEER_VERSION: &str = "0.23.8";

/// Measures in turns: `cargo install` of the two, each into an empty build folder.
pub(super) fn run(rounds: usize) -> Result<()> {
    let root = dirs::root();
    let own = ["--path", root.to_str().unwrap_or(".")];
    let peer = [PEER, "--version", PEER_VERSION];
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        times[0].push(install(&own)?);
        times[1].push(install(&peer)?);
    }
    let [own, peer] = times.map(median);
    say::line(format_args!("\n`cargo install --locked`, CPU seconds, {rounds} rounds\n"));
    say::line("| | CPU | `restwell` against it |\n| --- | --- | --- |");
    say::line(format_args!("| `restwell` | {own:.0} s | |"));
    say::line(format_args!("| `{PEER}` {PEER_VERSION} | {peer:.0} s | {:.2} × |", own / peer));
    Ok(())
}

/// The CPU seconds of one `cargo install`, of all processes that it started.
fn install(what: &[&str]) -> Result<f64> {
    let folder = dirs::target().join("bench/install");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let before = process::cpu_time_of_children()?;
    Program::cargo()
        .args(["install", "--quiet", "--locked", "--root"])
        .args([&folder])
        .args(what)
        .dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .limit(Duration::from_secs(3600))
        .read()?;
    Ok((process::cpu_time_of_children()? - before).as_secs_f64())
}
