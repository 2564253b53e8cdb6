//! `deploy/roll.sh`: a new version under load, what is remembered of it, and what is left of a roll that was cut short.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::site::Site;
use super::{APP, eventually};
use crate::load::{self, Load};
use crate::process::Running;
use crate::program::{Output, Program};
use crate::tally::Tally;
use crate::{dirs, http};

/// Longer than a replica takes to drain.
const LIMIT: Duration = Duration::from_secs(90);

/// Runs the checks; unless everything is wanted, only the first. As many replicas run before as after.
pub(super) fn check(tally: &mut Tally, site: &Site, name: &str, is_whole: bool) -> Result<()> {
    let replicas = site.containers(APP)?.len();
    tally.note(&format!("{name}: roll.sh under load"), || rolled(site));
    if !is_whole {
        return Ok(());
    }
    tally.note(&format!("{name}: roll.sh brings configuration out under load"), || reloaded(site));
    tally.check(&format!("{name}: roll.sh refuses wrong configuration"), || misconfigured(site));
    tally.check(&format!("{name}: `up` after a roll changes nothing"), || remembered(site));
    tally.check(&format!("{name}: an interrupted roll changes nothing"), || interrupted(site));
    tally.note(&format!("{name}: a killed roll is tidied up by the next"), || killed(site, replicas));
    tally.check(&format!("{name}: a second roll is refused"), || refused(site));
    tally.check(&format!("{name}: a version that does not start changes nothing"), || broken(site));
    Ok(())
}

/// The version that was built last, brought out as the project says.
fn rolled(site: &Site) -> Result<String> {
    let answered = replaced(site, site.script("roll.sh")?)?;
    Ok(format!("{answered} answered, 0 failed"))
}

/// Under load, a roll replaces each replica. Returns the number of requests, all of which were answered.
pub(super) fn replaced(site: &Site, roll: Program) -> Result<u64> {
    let before = site.containers(APP)?;
    let (answered, _) = load::during(site.public_port, "/greet", || roll.read())?;
    let after = site.containers(APP)?;
    ensure!(after.len() == before.len() && after.iter().all(|id| !before.contains(id)), "{before:?} became {after:?}");
    Ok(answered)
}

/// A change of the load balancer's configuration, and of Prometheus', is in force after the roll.
fn reloaded(site: &Site) -> Result<String> {
    plant(
        site,
        "haproxy/haproxy.cfg",
        "default_backend app",
        "http-response set-header x-planted yes\n    default_backend app",
    )?;
    if site.has("prometheus") {
        plant(site, "prometheus/prometheus.yml", "scrape_interval: 15s", "scrape_interval: 14s")?;
    }
    let (answered, roll) = load::during(site.public_port, "/greet", || again(site))?;
    ensure!(roll.status.success(), "{}", roll.tail());
    eventually(|| match http::get(site.public_port, "/greet")?.header("x-planted") {
        Some("yes") => Ok(()),
        _ => bail!("HAProxy has the configuration before"),
    })?;
    if site.has("prometheus") {
        eventually(|| match http::get(site.prometheus_port, "/api/v1/status/config")?.expect(200)? {
            config if config.contains("scrape_interval: 14s") => Ok(()),
            _ => bail!("Prometheus has the configuration before"),
        })?;
    }
    Ok(format!("{answered} answered, 0 failed"))
}

fn misconfigured(site: &Site) -> Result<()> {
    let before = all(site)?;
    let refused = |service: &str, file: &str, right: &str, wrong: &str| {
        plant(site, file, right, wrong)?;
        let output = again(site)?;
        plant(site, file, wrong, right)?;
        says(&output, &format!("roll.sh: the configuration of {service} is wrong"))
    };
    refused("haproxy", "haproxy/haproxy.cfg", "balance leastconn", "ballance leastconn")?;
    if site.has("prometheus") {
        refused("prometheus", "prometheus/prometheus.yml", "scrape_configs", "scrape_configz")?;
        refused("alertmanager", "alertmanager/alertmanager.yml", "receivers:", "recievers:")?;
    }
    let after = all(site)?;
    ensure!(before == after, "{before:?} became {after:?}");
    Ok(())
}

/// Changes a file as git does: by another file of the same name.
fn plant(site: &Site, file: &str, from: &str, to: &str) -> Result<()> {
    let path = site.folder().join(file);
    let text = fs::read_to_string(&path)?;
    ensure!(text.contains(from), "{file} has no `{from}`");
    let new = path.with_extension("new");
    fs::write(&new, text.replacen(from, to, 1))?;
    Ok(fs::rename(&new, &path)?)
}

/// `up` leaves every container as it is.
pub(super) fn remembered(site: &Site) -> Result<()> {
    let before = all(site)?;
    site.compose(["up", "--detach"])?.read()?;
    let after = all(site)?;
    ensure!(before == after, "{before:?} became {after:?}");
    Ok(())
}

fn interrupted(site: &Site) -> Result<()> {
    let before = all(site)?;
    let mut roll = begun(site)?;
    roll.terminate()?;
    let status = roll.wait(LIMIT)?;
    ensure!(status.code() == Some(143), "an interrupted roll ended with {status}");
    let after = all(site)?;
    ensure!(before == after, "{before:?} became {after:?}");
    Ok(())
}

/// It leaves twice as many replicas; the next roll ends with as many as there are to be.
fn killed(site: &Site, replicas: usize) -> Result<String> {
    drop(begun(site)?);
    // The lock ends with the last process of the roll.
    let free = || Program::new("flock").args(["--nonblock", "."]).arg("true").dir(site.folder()).read();
    eventually(|| free().map(drop))?;
    let left = site.containers(APP)?.len();
    ensure!(left == 2 * replicas, "{left} replicas before the next roll: nothing to tidy up");
    let load = Load::start(site.public_port, "/greet");
    let next = again(site)?;
    ensure!(next.status.success(), "the next roll: {}", next.tail());
    let answered = load.finish()?;
    let after = site.containers(APP)?.len();
    ensure!(after == replicas, "{left} replicas became {after}");
    Ok(format!("{left} replicas became {after}, {answered} requests answered, 0 failed"))
}

fn refused(site: &Site) -> Result<()> {
    let mut first = begun(site)?;
    let second = again(site)?;
    let status = first.wait(LIMIT)?;
    ensure!(status.success(), "the first roll ended with {status}");
    says(&second, "roll.sh: another roll is running")
}

fn broken(site: &Site) -> Result<()> {
    let (before, env) = (all(site)?, env(site)?);
    // It has no configuration to start with.
    let output = site.script("roll.sh")?.env("IMAGE", site.image("haproxy")?).capture()?;
    says(&output, "roll.sh: a new replica does not become ready")?;
    let after = all(site)?;
    ensure!(before == after, "{before:?} became {after:?}");
    ensure!(env == self::env(site)?, "deploy/.env changed");
    Ok(())
}

/// A roll of the version that runs, once its new replicas have started.
fn begun(site: &Site) -> Result<Running> {
    let before = site.containers(APP)?.len();
    let roll = site.script("roll.sh")?.env("IMAGE", image(site)?);
    let roll = roll.start(&dirs::proof().join("deploy-roll.log"))?;
    eventually(|| match site.containers(APP)?.len() {
        found if found == 2 * before => Ok(()),
        found => bail!("{found} replicas run"),
    })?;
    Ok(roll)
}

/// A whole roll of the version that runs.
fn again(site: &Site) -> Result<Output> {
    site.script("roll.sh")?.env("IMAGE", image(site)?).capture()
}

/// It failed, and gave this reason.
fn says(output: &Output, sentence: &str) -> Result<()> {
    ensure!(!output.status.success() && output.stderr.contains(sentence), "not `{sentence}`: {}", output.tail());
    Ok(())
}

/// The version in `deploy/.env`.
pub(super) fn image(site: &Site) -> Result<String> {
    let env = env(site)?;
    let image = env.lines().find_map(|line| line.strip_prefix("IMAGE="));
    Ok(image.context("deploy/.env has no IMAGE")?.to_owned())
}

fn env(site: &Site) -> Result<String> {
    Ok(fs::read_to_string(site.folder().join(".env"))?)
}

/// The containers of all services.
fn all(site: &Site) -> Result<Vec<String>> {
    let ids = site.compose(["ps", "--quiet"])?.read()?;
    let mut ids: Vec<_> = ids.lines().map(str::to_owned).collect();
    ids.sort();
    Ok(ids)
}
