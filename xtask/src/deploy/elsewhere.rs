//! The image on targets that cannot be had here: as a machine of Fly.io and as a pod of Kubernetes, with the servers of
//! the site.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::site::Site;
use super::{ELSEWHERE, machine, pods};
use crate::program::Program;
use crate::project;
use crate::tally::Tally;

/// Runs the checks for the project of the site, which is in `project`.
pub(super) fn check(tally: &mut Tally, site: &Site, project: &Path) -> Result<()> {
    let name = project.file_name().context("a project has a name")?;
    let parent = project.ancestors().nth(2).context("it is in the folder of its target")?;
    let [fly, kubernetes] = ELSEWHERE.map(|target| parent.join(target).join(name));
    let name = name.to_string_lossy();
    let same = || [&fly, &kubernetes].into_iter().try_for_each(|other| has_same_program(project, other));
    if tally.check(&format!("{name}: the same program on every target"), same).is_some() {
        machine::check(tally, site, &fly);
        pods::check(tally, site, &kubernetes);
    }
    Ok(())
}

/// An error unless what the image is built from is the same.
fn has_same_program(one: &Path, other: &Path) -> Result<()> {
    let read = |folder: &Path| -> Result<Vec<(String, Vec<u8>)>> {
        let mut files = project::files(&folder.join("src"))?;
        files.extend(project::files(&folder.join("migrations"))?);
        files.extend(["Cargo.toml", "Cargo.lock", "Dockerfile"].map(|name| folder.join(name)));
        let content = |path: std::path::PathBuf| -> Result<(String, Vec<u8>)> {
            Ok((path.strip_prefix(folder)?.display().to_string(), fs::read(&path)?))
        };
        files.into_iter().map(content).collect()
    };
    let (one, other) = (read(one)?, read(other)?);
    ensure!(one.len() == other.len(), "{} files, and {} files", one.len(), other.len());
    let differs = one.iter().zip(&other).find(|(one, other)| one != other);
    ensure!(differs.is_none(), "{:?} is not the same", differs.map(|(one, _)| &one.0));
    Ok(())
}

/// The value of a secret: the site has it in a file.
pub(super) fn secret(site: &Site, name: &str) -> Result<String> {
    let path = site.folder().join("secrets").join(name.to_lowercase());
    Ok(fs::read_to_string(&path).with_context(|| path.display().to_string())?.trim_end().to_owned())
}

/// Stops a container of docker or podman as a target does: SIGTERM, and SIGKILL after `grace`. It must end before that.
pub(super) fn stop(program: impl Fn([&str; 4]) -> Result<Program>, id: &str, grace: Duration) -> Result<String> {
    let started = Instant::now();
    program(["stop", "--time", &grace.as_secs().to_string(), id])?.read()?;
    let elapsed = started.elapsed();
    let code = program(["inspect", "--format", "{{.State.ExitCode}}", id])?.read()?;
    ensure!(code.trim() == "0" && elapsed < grace, "it ended with {} after {elapsed:?}", code.trim());
    Ok(format!("ended after {:.0} of {} s", elapsed.as_secs_f64(), grace.as_secs()))
}

/// One GET with a new connection; an error unless the status is 200.
pub(super) fn ask(url: &str) -> Result<String> {
    let get = Program::new("curl").args(["--fail", "--silent", "--show-error", "--max-time", "3", "--globoff"]);
    get.arg(url).limit(Duration::from_secs(10)).read()
}
