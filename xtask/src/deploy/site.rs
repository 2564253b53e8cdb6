//! A generated project's compose file, run as in its README, on free ports.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::engine::Engine;
use super::{APP, stand_in};
use crate::program::Program;
use crate::{interrupt, service};

/// A rate limit high enough for a load test: the limiter is not tested here.
const ROOM: (&str, &str) = ("    environment:\n", "    environment:\n      RATE_LIMIT: 1000000/min\n");

/// The deployment that a project's compose file starts.
pub(crate) struct Site<'a> {
    engine: &'a Engine,
    /// `deploy/` of the project.
    folder: PathBuf,
    config: Value,
    /// The public port.
    pub(crate) public_port: u16,
    /// The port of Prometheus, if it is deployed.
    pub(crate) prometheus_port: u16,
}

impl<'a> Site<'a> {
    /// Reads the compose file of the project in `project`.
    pub(crate) fn new(engine: &'a Engine, project: &Path) -> Result<Self> {
        let folder = project.join("deploy");
        let file = folder.join("compose.yml");
        let text = fs::read_to_string(&file).context("deploy/compose.yml")?;
        if !text.contains(ROOM.0) {
            bail!("no service has an environment");
        }
        fs::write(&file, text.replacen(ROOM.0, ROOM.1, 1))?;
        let (public_port, prometheus_port) = (service::free_port()?, service::free_port()?);
        let mut site = Self { engine, folder, config: Value::Null, public_port, prometheus_port };
        let config = site.compose(["config", "--format", "json"])?.read()?;
        site.config = serde_json::from_str(&config)?;
        site.leave_out(&file)?;
        // A run that was killed left its containers, and their data, in the engine.
        site.compose(["down", "--volumes", "--remove-orphans", "--timeout", "5"])?.read()?;
        Ok(site)
    }

    /// A service that cannot run here gets a profile, so that neither `up` nor a script of the project starts it.
    fn leave_out(&self, file: &Path) -> Result<()> {
        let mut text = fs::read_to_string(file)?;
        for service in self.missing() {
            let head = format!("\n  {service}:\n");
            text = text.replacen(&head, &format!("{head}    profiles: [missing]\n"), 1);
        }
        Ok(fs::write(file, text)?)
    }

    /// Services that can run here, in the order of their names.
    pub(crate) fn services(&self) -> Vec<&str> {
        self.entries().filter(|(_, service)| self.can_run(service)).map(|(name, _)| name).collect()
    }

    /// Services whose image is not available here.
    pub(crate) fn missing(&self) -> Vec<&str> {
        self.entries().filter(|(_, service)| !self.can_run(service)).map(|(name, _)| name).collect()
    }

    /// The image of a service that is not built here.
    pub(crate) fn image(&self, service: &str) -> Result<&str> {
        self.config["services"][service]["image"].as_str().with_context(|| format!("`{service}` has no image"))
    }

    /// Builds every base image that the Dockerfile and the services use.
    pub(crate) fn make_images(&self) -> Result<()> {
        let dockerfile = fs::read_to_string(self.folder.join("../Dockerfile"))?;
        let bases = dockerfile.lines().filter_map(base_image);
        let services = self.entries().filter_map(|(_, service)| service["image"].as_str());
        for image in bases.chain(services).filter(|image| stand_in::is_known(image)) {
            stand_in::make(self.engine, image).with_context(|| image.to_owned())?;
        }
        Ok(())
    }

    /// Compose in the folder of its file.
    pub(crate) fn compose<const N: usize>(&self, arguments: [&str; N]) -> Result<Program> {
        let compose = self.engine.compose()?.args(["-f", "compose.yml"]).args(arguments);
        Ok(self.here(compose))
    }

    /// A script of the project, with the engine and the ports of this site.
    pub(crate) fn script(&self, name: &str) -> Result<Program> {
        let script = self.engine.client(Program::new(self.folder.join(name)))?;
        Ok(self.here(script))
    }

    /// Commands of the project's documents, run in its folder with the engine and the ports of this site.
    pub(crate) fn shell(&self, commands: &str) -> Result<Program> {
        let shell = self.engine.client(Program::new("sh").args(["-ec", commands]))?;
        Ok(self.here(shell).dir(self.folder.join("..")))
    }

    /// Makes the files with secrets by the commands that the README has above those of the first start.
    pub(crate) fn make_secrets(&self) -> Result<()> {
        let readme = fs::read_to_string(self.folder.join("../README.md"))?;
        let (_, deploy) = readme.split_once("\n## Deploy it\n").context("the README does not deploy")?;
        let (before, _) = deploy.split_once("deploy/roll.sh").context("the README starts nothing")?;
        // The last part begins the block with the start.
        let mut blocks: Vec<&str> = before.split("```sh\n").skip(1).collect();
        blocks.pop();
        for block in blocks {
            self.shell(block.split("```").next().unwrap_or_default())?.read()?;
        }
        Ok(())
    }

    /// Docker's client for the engine of this site.
    pub(crate) fn docker<const N: usize>(&self, arguments: [&str; N]) -> Result<Program> {
        self.engine.docker(arguments)
    }

    /// The ids of the running containers of a service.
    pub(crate) fn containers(&self, service: &str) -> Result<Vec<String>> {
        let ids = self.compose(["ps", "--quiet", service])?.read()?;
        Ok(ids.lines().map(str::to_owned).collect())
    }

    /// The engine's names of the networks of a service.
    pub(crate) fn networks(&self, service: &str) -> Result<Vec<&str>> {
        let networks = self.config["services"][service]["networks"].as_object().context("no networks")?;
        let name = |key: &String| self.config["networks"][key]["name"].as_str().context("a network has no name");
        networks.keys().map(name).collect()
    }

    /// Whether the file has this service.
    pub(crate) fn has(&self, service: &str) -> bool {
        self.entries().any(|(name, _)| name == service)
    }

    /// `deploy/` of the project.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn here(&self, program: Program) -> Program {
        program
            .dir(&self.folder)
            .env("PUBLIC_PORT", self.public_port.to_string())
            .env("PROMETHEUS_PORT", self.prometheus_port.to_string())
            // Any that is free.
            .env("ALERTMANAGER_PORT", "0")
    }

    /// Whether its image is that of the service, or has a stand-in.
    fn can_run(&self, service: &Value) -> bool {
        let image = service["image"].as_str();
        image == self.image(APP).ok() || image.is_some_and(stand_in::is_known)
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        let services = self.config["services"].as_object();
        services.into_iter().flatten().map(|(name, service)| (name.as_str(), service))
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        // After a failed check there may be containers left; after `down` this does nothing.
        let timeout = interrupt::shutdown_timeout(Duration::from_secs(5), Duration::from_secs(1)).as_secs();
        if let Ok(down) = self.compose(["down", "--volumes", "--timeout", &timeout.to_string()]) {
            down.clean_up();
        }
    }
}

/// The image of a `FROM` line.
fn base_image(line: &str) -> Option<&str> {
    line.strip_prefix("FROM ")?.split_whitespace().find(|word| !word.starts_with("--"))
}
