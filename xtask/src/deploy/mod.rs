//! Tier 3: the compose target built and run. One stack with a database (one replica), one without (two replicas, so
//! that one can be killed and each restarted under load without a failed request).

mod engine;
mod image;
mod replicas;
mod site;
mod stand_in;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http::{self, Client};
use crate::program::Program;
use crate::project;
use crate::tally::Tally;
use engine::Engine;
use site::Site;

/// The stacks, by what they add to the defaults.
const STACKS: &[(&str, &[&str])] = &[("shop-api", &[]), ("ledger", &["--database", "none"])];

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("deploy")?;
    let restwell = project::restwell()?;
    let Some(engine) = tally.check("container engine", Engine::start) else {
        return tally.close();
    };
    for (name, flags) in STACKS {
        let folder = tempfile::tempdir()?;
        let new = Program::new(&restwell)
            .args(["new", name, "--yes", "--no-git", "--quiet"])
            .args(*flags);
        new.dir(folder.path()).read()?;
        let folder = folder.path().join(name);
        match tally.check(&format!("{name}: compose file"), || {
            Site::new(&engine, &folder)
        }) {
            Some(site) => deploy(&mut tally, &site, name, &folder)?,
            None => continue,
        }
    }
    drop(engine);
    tally.close()
}

fn deploy(tally: &mut Tally, site: &Site, name: &str, folder: &Path) -> Result<()> {
    for service in site.missing() {
        tally.gap(
            &format!("{name}: {service}"),
            "its image cannot be had here, so it is not started",
        );
    }
    tally.check(&format!("{name}: stand-ins for base images"), || {
        site.make_images()
    });
    if tally
        .check(&format!("{name}: image builds"), || {
            site.compose(["build"])?.read()
        })
        .is_none()
    {
        return Ok(());
    }
    image::check(tally, site, name)?;
    let services = site.services();
    let up = || {
        site.compose([
            "up",
            "--detach",
            "--no-build",
            "--wait",
            "--wait-timeout",
            "90",
        ])?
        .args(&services)
        .read()
    };
    if tally.check(&format!("{name}: compose up"), up).is_none() {
        tally.note(&format!("{name}: logs"), || {
            bail!("{}", site.compose(["logs", "--tail", "20"])?.read()?)
        });
        return Ok(());
    }
    tally.check(&format!("{name}: greets through the load balancer"), || {
        greets(site)
    });
    tally.check(&format!("{name}: containers are read-only"), || {
        read_only(site)
    });
    if site.has("prometheus") {
        tally.check(&format!("{name}: Prometheus sees every replica"), || {
            scraped(site)
        });
    }
    if site.containers(site.app()?)?.len() > 1 {
        replicas::check(tally, site, name)?;
    } else {
        tally.check(&format!("{name}: data outlives its container"), || {
            keeps_data(site)
        });
    }
    tally.check(&format!("{name}: outage in the envelope"), || outage(site));
    tally.check(&format!("{name}: stops inside its grace period"), || {
        stops(site)
    });
    image::check_layers(tally, site, name, folder);
    tally.check(&format!("{name}: compose down"), || {
        site.compose(["down", "--volumes"])?.read()
    });
    Ok(())
}

/// Where clients connect: whatever publishes a port and is not for operators.
pub(crate) fn entrance(site: &Site) -> Result<u16> {
    site.port("haproxy").or_else(|_| site.port(site.app()?))
}

fn greets(site: &Site) -> Result<()> {
    let answer = eventually(|| {
        let answer = http::get(entrance(site)?, "/greet?name=Ada")?;
        answer.expect(200)
    })?;
    match answer.as_str() {
        r#"{"message":"Hello, Ada!"}"# => Ok(()),
        other => bail!("/greet answered {other}"),
    }
}

fn read_only(site: &Site) -> Result<()> {
    for id in site.containers(site.app()?)? {
        let found = site.docker([
            "inspect",
            "--format",
            "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}",
            &id,
        ]);
        let found = found.read()?;
        if found.trim() != "true [ALL]" {
            bail!("read-only root and dropped capabilities: {found}");
        }
    }
    Ok(())
}

/// `up` is 1 for as many targets as there are containers.
fn scraped(site: &Site) -> Result<()> {
    let wanted = site.containers(site.app()?)?.len();
    eventually(|| {
        let body = http::get(
            site.port("prometheus")?,
            "/api/v1/query?query=up%7Bjob%3D%22app%22%7D%3D%3D1",
        )?
        .expect(200)?;
        let body: serde_json::Value = serde_json::from_str(&body)?;
        let found = body["data"]["result"].as_array().map_or(0, Vec::len);
        match found == wanted {
            true => Ok(()),
            false => bail!("{found} of {wanted} replicas are up for Prometheus"),
        }
    })
}

fn keeps_data(site: &Site) -> Result<()> {
    let port = entrance(site)?;
    let made =
        Client::new(port).send("POST", "/products", r#"{"name":"Lamp","price_cents":1200}"#)?;
    let location = made.header("location").context("no Location")?.to_owned();
    made.expect(201)?;
    site.compose([
        "up",
        "--detach",
        "--no-build",
        "--force-recreate",
        "--wait",
        site.app()?,
    ])?
    .read()?;
    let found = eventually(|| http::get(port, &location)?.expect(200))?;
    match found.contains("Lamp") {
        true => Ok(()),
        false => bail!("{location} answered {found}"),
    }
}

/// With no replica left, the load balancer's own answer has the shape of every other failure.
fn outage(site: &Site) -> Result<()> {
    site.compose(["stop", site.app()?])?.read()?;
    let outage = eventually(|| {
        let answer = http::get(entrance(site)?, "/greet")?;
        let kind = answer.header("content-type").unwrap_or_default().to_owned();
        let body: serde_json::Value =
            serde_json::from_str(&answer.expect(503)?).context("not JSON")?;
        match kind.starts_with("application/json") && body["error"]["code"] == 503 {
            true => Ok(()),
            false => bail!("{kind}: {body}"),
        }
    });
    site.compose(["start", site.app()?])?.read()?;
    outage
}

/// A stop that needs SIGKILL leaves 137; a drain leaves 0.
fn stops(site: &Site) -> Result<()> {
    let app = site.app()?;
    let ids = site.containers(app)?;
    site.compose(["stop", app])?.read()?;
    for id in ids {
        let code = site
            .docker(["inspect", "--format", "{{.State.ExitCode}}", &id])
            .read()?;
        if code.trim() != "0" {
            bail!("a container ended with {code}");
        }
    }
    Ok(())
}

/// Tries for half a minute.
pub(crate) fn eventually<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match attempt() {
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
            found => return found,
        }
    }
}
