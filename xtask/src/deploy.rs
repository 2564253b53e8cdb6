//! The targets of one host built and run. One stack with a database in a file (one replica), one with servers for its
//! data (several replicas, so that one can be killed and each restarted under load without a failed request). A host with
//! systemd is a stage of its own, so that it can run beside another one.

mod backup;
mod behaviour;
mod delivery;
mod elsewhere;
mod engine;
mod host;
mod image;
mod machine;
mod podman;
mod pods;
mod registry;
mod replicas;
mod roll;
mod site;
mod stand_in;
mod systemd;
mod tls;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::program::Program;
use crate::tally::{Selection, Tally};
use crate::{process, project, rotation};
use engine::Engine;
use site::Site;

/// The service that is built from the project.
const APP: &str = "app";

/// The number of replicas, changed as the README says: with three, two still share the load while one is replaced.
const REPLICAS: (&str, &str) = ("      replicas: 2\n", "      replicas: 3\n");

/// The target of one host, and those that are elsewhere. Their projects have the same program: its image is built once.
const HERE: &str = "compose";
const ELSEWHERE: [&str; 2] = ["fly", "kubernetes"];

/// A project of this stage.
struct Case {
    name: &'static str,
    /// The flags of its stack.
    flags: &'static [&'static str],
    /// Whether everything is checked, or only what differs with one replica and a database in a file.
    is_whole: bool,
}

const CASES: &[Case] = &[
    Case { name: "shop-api", flags: &[], is_whole: false },
    Case {
        name: "warehouse",
        flags: &["--database", "postgres", "--cache", "redis", "--limiter", "redis"],
        is_whole: true,
    },
];

/// The number of runs after which the case that is not whole has run again.
const TURNS: usize = 2;

/// Runs the stage for the stacks whose name contains `filter`; without one, for the whole one, and by turns or with `all`
/// for the other.
pub(crate) fn run(filter: &str, all: bool) -> Result<()> {
    selects_any(filter, CASES.iter().map(|case| case.name))?;
    let mut tally = Tally::of("deploy", Selection::of(!filter.is_empty()))?;
    let is_its_turn = all || !filter.is_empty() || rotation::turn(TURNS)? == 0;
    let (cases, later): (Vec<&Case>, Vec<&Case>) =
        CASES.iter().filter(|case| case.name.contains(filter)).partition(|case| case.is_whole || is_its_turn);
    for Case { name, .. } in later {
        tally.gap(name, "runs for other states of the sources, or with `cargo xtask deploy --all`");
    }
    let restwell = project::restwell()?;
    let Some(engine) = tally.check("container engine", Engine::start) else {
        return tally.close();
    };
    for case in cases {
        let folder = tempfile::tempdir()?;
        let project = case.generate(&restwell, folder.path())?;
        if let Some(site) = tally.check(&format!("{}: compose file", case.name), || Site::new(&engine, &project)) {
            deploy(&mut tally, &site, case, &project)?;
        }
    }
    drop(engine);
    tally.close()
}

impl Case {
    /// Generates the project in a folder of its target below `folder`, and beside it those for other targets.
    fn generate(&self, restwell: &Path, folder: &Path) -> Result<PathBuf> {
        let targets = std::iter::once(HERE).chain(ELSEWHERE.into_iter().filter(|_| self.is_whole));
        for target in targets {
            let place = folder.join(target);
            fs::create_dir(&place)?;
            let new = Program::new(restwell).args(["new", self.name, "--yes", "--no-git", "--quiet"]);
            new.args(["--deploy", target]).args(self.flags).dir(place).read()?;
        }
        let project = folder.join(HERE).join(self.name);
        if self.is_whole {
            project::replace(&project.join("deploy/compose.yml"), REPLICAS.0, REPLICAS.1)?;
        }
        Ok(project)
    }
}

/// An error if no name contains `filter`: a stage that checks nothing would pass.
fn selects_any(filter: &str, names: impl Iterator<Item = &'static str>) -> Result<()> {
    let names: Vec<&str> = names.collect();
    ensure!(names.iter().any(|name| name.contains(filter)), "no stack is called `{filter}`: {}", names.join(", "));
    Ok(())
}

/// Runs the stage `host` for the stacks whose name contains `filter`.
pub(crate) fn run_host(filter: &str) -> Result<()> {
    selects_any(filter, systemd::STACKS.iter().map(|(name, _)| *name))?;
    let mut tally = Tally::of("host", Selection::of(!filter.is_empty()))?;
    let restwell = project::restwell()?;
    let Some(engine) = tally.check("container engine", Engine::start) else {
        return tally.close();
    };
    systemd::check(&mut tally, &engine, &restwell, filter)?;
    drop(engine);
    tally.close()
}

fn deploy(tally: &mut Tally, site: &Site, case: &Case, project: &Path) -> Result<()> {
    let Case { name, is_whole, .. } = *case;
    for service in site.missing() {
        tally.gap(&format!("{name}: {service}"), "its image cannot be had here, so it is not started");
    }
    let made = tally.check(&format!("{name}: stand-ins for base images"), || site.make_images());
    let build = || site.compose(["build"])?.read();
    if made.is_none() || tally.check(&format!("{name}: image builds"), build).is_none() {
        return Ok(());
    }
    image::check(tally, site, name)?;
    behaviour::check_configuration(tally, site, name);
    behaviour::check_time_out(tally, site, name);
    delivery::check_configuration(tally, site, name);
    if tally.check(&format!("{name}: secrets as the README says"), || site.make_secrets()).is_none() {
        return Ok(());
    }
    let receivers = delivery::Receivers::start(site)?;
    let services = site.services();
    let up = ["up", "--detach", "--no-build", "--wait", "--wait-timeout", "90"];
    if tally.check(&format!("{name}: compose up"), || site.compose(up)?.args(&services).read()).is_none() {
        tally.note(&format!("{name}: logs"), || bail!("{}", site.compose(["logs", "--tail", "20"])?.read()?));
        return Ok(());
    }
    backup::check_schedule(tally, site, name);
    behaviour::check(tally, site, name)?;
    if let Some(receivers) = receivers.as_ref().filter(|_| is_whole) {
        receivers.check_watchdog(tally, name);
    }
    if is_whole {
        elsewhere::check(tally, site, project)?;
    }
    replicas::check(tally, site, name)?;
    roll::check(tally, site, name, is_whole)?;
    if is_whole {
        image::check_layers(tally, site, name, project);
        registry::check(tally, site, name);
        tls::check(tally, site, name)?;
    }
    backup::check(tally, site, name);
    behaviour::check_panels(tally, site, name);
    behaviour::check_end(tally, site, name);
    if let Some(receivers) = receivers.as_ref().filter(|_| is_whole) {
        receivers.check_page(tally, name);
    }
    tally.check(&format!("{name}: compose down"), || site.compose(["down", "--volumes"])?.read());
    Ok(())
}

/// Retries for half a minute.
fn eventually<T>(attempt: impl FnMut() -> Result<T>) -> Result<T> {
    process::eventually(Duration::from_secs(30), attempt)
}
