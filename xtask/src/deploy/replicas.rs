//! Under load, the load is spread, a replica is killed and each is restarted; every request is answered.

use anyhow::{Result, bail};

use super::site::Site;
use super::{APP, eventually};
use crate::load::{self, BREATH, Load};
use crate::tally::Tally;

/// Runs the checks. The number of replicas is the same before and after.
pub(super) fn check(tally: &mut Tally, site: &Site, name: &str) -> Result<()> {
    let replicas = site.containers(APP)?;
    if replicas.len() > 1 {
        tally.note(&format!("{name}: load is spread"), || spread(site, &replicas));
        tally.note(&format!("{name}: a replica is killed under load"), || killed(site, &replicas[0]));
        tally.note(&format!("{name}: rolling restart under load"), || restarted(site, &replicas));
    }
    Ok(())
}

fn spread(site: &Site, replicas: &[String]) -> Result<String> {
    let load = Load::start(site.public_port, "/greet");
    std::thread::sleep(BREATH);
    let answered = load.finish()?;
    for id in replicas {
        // One log line per request: a replica with a fair share has hundreds.
        let log = site.docker(["logs", id])?.capture()?;
        let lines = log.stdout.lines().filter(|line| line.contains("/greet")).count() as u64;
        // Half of a fair share.
        if lines * 2 * (replicas.len() as u64) < answered {
            bail!("one replica of {} took {lines} of {answered} requests", replicas.len());
        }
    }
    Ok(format!("{answered} answered by {} replicas", replicas.len()))
}

fn killed(site: &Site, replica: &str) -> Result<String> {
    let kill = || site.docker(["kill", "--signal", "KILL", replica])?.read();
    let (answered, _) = load::during(site.public_port, "/greet", kill)?;
    site.docker(["start", replica])?.read()?;
    healthy(site, replica)?;
    Ok(format!("{answered} answered, 0 failed"))
}

fn restarted(site: &Site, replicas: &[String]) -> Result<String> {
    let load = Load::start(site.public_port, "/greet");
    std::thread::sleep(BREATH);
    for replica in replicas {
        site.docker(["stop", replica])?.read()?;
        site.docker(["start", replica])?.read()?;
        healthy(site, replica)?;
        std::thread::sleep(BREATH);
    }
    Ok(format!("{} answered, 0 failed", load.finish()?))
}

/// Waits for the container's own health check.
fn healthy(site: &Site, replica: &str) -> Result<()> {
    eventually(|| {
        let state = site.docker(["inspect", "--format", "{{.State.Health.Status}}", replica])?.read()?;
        match state.trim() {
            "healthy" => Ok(()),
            other => bail!("a replica is {other}"),
        }
    })
}
