//! External programs check a generated project. Each of them also runs on a copy with a planted error, and must
//! detect it.

mod api;
mod attack;
mod aws;
mod azure;
mod browser;
mod checkov;
mod dashboards;
mod datadog;
mod distinct;
mod every;
mod files;
mod fly;
mod gcp;
mod gitlab;
mod kubernetes;
mod licences;
mod load;
mod million;
pub(crate) mod prometheus;
mod rules;
mod systemd;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::program::Program;
use crate::service::{self, Service};
use crate::tally::Tally;
use crate::{process, project, readme, tools};

/// A rate limit high enough for thousands of requests: a 429 would test nothing else.
const UNLIMITED: &[(&str, &str)] = &[("RATE_LIMIT", "1000000/min"), ("RUST_LOG", "off")];

/// The memory limit of the container in the compose file, in MiB.
const MEMORY: u64 = 256;

/// The name of the checked project.
const NAME: &str = "orders";

/// The name of a project with more choices, whose files are linted.
const LARGEST: &str = "parcels";

/// The choices of that project: the largest preset, on the target with the most files that have linters.
const LARGEST_STACK: [&str; 4] = ["--preset", "scale", "--deploy", "compose"];

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("outside")?;
    let restwell = project::restwell()?;
    let folder = tempfile::tempdir()?;
    generate(&restwell, folder.path(), NAME, &["--preset", "standard"])?;
    generate(&restwell, folder.path(), LARGEST, &LARGEST_STACK)?;
    let largest = folder.path().join(LARGEST);
    tally.note("scale: licences of the dependencies", || licences::check(&largest));
    gitlab::check(&mut tally, &restwell, folder.path())?;
    datadog::check(&mut tally, &restwell, folder.path())?;
    for target in [kubernetes::TARGET, fly::TARGET, aws::TARGET, gcp::TARGET, azure::TARGET] {
        files::check_target(&mut tally, &restwell, folder.path(), &target)?;
    }
    systemd::check(&mut tally, &restwell, folder.path())?;
    files::check_each(&mut tally, &largest, &[dashboards::LINTER])?;
    every::check(&mut tally)?;
    let folder = folder.path().join(NAME);
    files::check(&mut tally, &folder)?;
    tally.note("licences of the dependencies", || licences::check(&folder));
    tally.gap("advisories", "the database of advisories cannot be fetched here; the project's own workflow asks it");
    let Some(binary) = tally.check("release build", || service::build(&folder, NAME)) else {
        return tally.close();
    };
    if let Some(running) = tally.check("service starts", || Service::start(&binary, &folder, UNLIMITED)) {
        api::check(&mut tally, &running);
        load::check(&mut tally, &running, &folder);
        browser::check(&mut tally, &running);
        prometheus::check(&mut tally, &running, &folder)?;
        tally.check("service stops", || running.stop());
    }
    tally.note("a million keys", || million::check(&binary, &folder));
    tally.note("half-sent headers and bodies", || attack::check(&binary, &folder));
    pages(&mut tally, &folder)?;
    tally.close()
}

/// Generates a project in a folder.
fn generate(restwell: &Path, place: &Path, name: &str, flags: &[&str]) -> Result<()> {
    Program::new(restwell).args(["new", name, "--yes", "--quiet"]).args(flags).dir(place).read().map(drop)
}

/// Runs the commands of the project's AGENTS.md, all of which must exit by themselves.
fn pages(tally: &mut Tally, folder: &Path) -> Result<()> {
    let page = fs::read_to_string(folder.join("AGENTS.md"))?;
    let path = format!("{}:{}", tools::bin().display(), std::env::var("PATH")?);
    let commands = readme::commands(&page);
    ensure!(!commands.is_empty(), "AGENTS.md has no command");
    for command in commands {
        tally.check(&format!("AGENTS.md: {command}"), || {
            let shell = Program::new("sh").args(["-c", &command]).dir(folder).env("PATH", &path);
            project::in_shared_target(shell).limit(Duration::from_secs(900)).read()
        });
    }
    Ok(())
}

/// The peak memory of the service, for a report; an error if its container would have ended it.
fn peak(service: &Service) -> Result<String> {
    let peak = process::peak(service.pid())? >> 20;
    ensure!(peak <= MEMORY, "{peak} MiB at the peak, at most {MEMORY}");
    Ok(format!("{peak} MiB at the peak of {MEMORY}"))
}
