//! Tier 4: programs that know nothing of Restwell look at what it wrote. Each of them is also shown an error that was
//! planted for it, and has to find it.

mod api;
mod browser;
mod files;
mod prometheus;

use anyhow::{Result, bail};

use crate::program::Program;
use crate::service::{self, Service};
use crate::tally::Tally;
use crate::{project, say};

/// Room for thousands of requests: an answer of 429 proves nothing about the rest.
const UNLIMITED: &[(&str, &str)] = &[("RATE_LIMIT", "1000000/min"), ("RUST_LOG", "off")];

/// The name of the project that is looked at.
const NAME: &str = "orders";

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("outside")?;
    let restwell = project::restwell()?;
    let folder = tempfile::tempdir()?;
    Program::new(restwell)
        .args(["new", NAME, "--yes", "--quiet"])
        .dir(folder.path())
        .read()?;
    let folder = folder.path().join(NAME);
    files::check(&mut tally, &folder)?;
    let Some(binary) = tally.check("release build", || service::build(&folder, NAME)) else {
        return tally.close();
    };
    if let Some(running) = tally.check("service starts", || {
        Service::start(&binary, &folder, UNLIMITED)
    }) {
        api::check(&mut tally, &running);
        browser::check(&mut tally, &running);
        prometheus::check(&mut tally, &running, &folder)?;
        tally.check("service stops", || running.stop());
    }
    say::line(
        "  a Grafana server cannot be had here: its queries were asked of Prometheus instead",
    );
    tally.close()
}

/// An error if `outcome` is not one: the planted error was missed.
fn bites<T>(outcome: Result<T>) -> Result<()> {
    match outcome {
        Ok(_) => bail!("the planted error was not found"),
        Err(_) => Ok(()),
    }
}
