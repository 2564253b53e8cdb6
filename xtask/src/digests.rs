//! The same stack gives the same bytes, in every directory and on every date: compared with `xtask/digests.txt`, which
//! only `cargo xtask digests --bless` changes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use restwell::preset::PRESETS;

use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, project};

/// Dates in the past and in the future, for a faked clock.
const DAYS: [&str; 2] = ["2001-02-03 04:05:06", "2063-04-05 06:07:08"];

/// Several names, because the output contains the name of the project.
const NAMES: [&str; 2] = ["shop-api", "ledger"];

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("digests")?;
    let expected = fs::read_to_string(dirs::root().join("xtask/digests.txt"))?;
    let found = table()?;
    tally.check("as committed", || match found == expected {
        true => Ok(()),
        false => {
            bail!("expected\n{expected}found\n{found}if that is meant: cargo xtask digests --bless")
        }
    });
    let restwell = project::restwell()?;
    let home = tempfile::tempdir()?;
    for (turn, day) in DAYS.iter().enumerate() {
        let folder = home.path().join(format!("day-{turn}"));
        fs::create_dir(&folder)?;
        for preset in PRESETS {
            let title = format!("{} on {day}", preset.id);
            if !Path::new("/usr/bin/faketime").exists() {
                tally.gap(&title, "faketime is not installed: cargo xtask tools");
                continue;
            }
            let arguments = [preset.id, "--format", "json"];
            let new = ["new", NAMES[turn], "--yes", "--no-git", "--preset"];
            let program = Program::new("faketime").arg(day).arg(&restwell).args(new).args(arguments);
            tally.check(&title, || {
                let said = program.dir(&folder).read()?;
                let said: serde_json::Value = serde_json::from_str(&said)?;
                let digest = said["data"]["digest"].as_str().context("no digest")?;
                fs::remove_dir_all(folder.join(NAMES[turn]))?;
                let line = format!("{} {} {digest}\n", preset.id, NAMES[turn]);
                if !expected.contains(&line) {
                    bail!("{line}is not expected");
                }
                Ok(())
            });
        }
    }
    tally.close()
}

/// Stores the digests of the current output as the expected ones.
pub(crate) fn bless() -> Result<()> {
    Ok(fs::write(dirs::root().join("xtask/digests.txt"), table()?)?)
}

/// `PRESET NAME DIGEST` lines.
fn table() -> Result<String> {
    let mut table = String::new();
    for preset in PRESETS {
        for name in NAMES {
            let tree = project::render(&project::preset(preset)?, name)?;
            writeln!(table, "{} {name} {}", preset.id, tree.digest())?;
        }
    }
    Ok(table)
}
