//! A generated project's compose file, run as its README says, on ports that are free.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::NamedTempFile;

use super::engine::Engine;
use super::stand_in;
use crate::program::Program;
use crate::{project, service};

/// What the compose file of a project starts.
pub(crate) struct Site<'a> {
    engine: &'a Engine,
    compose_file: PathBuf,
    /// Free ports in the place of the usual ones, and room for a load test in the rate limit.
    changes: NamedTempFile,
    config: Value,
    ports: BTreeMap<(String, u64), u16>,
}

impl<'a> Site<'a> {
    /// Reads the compose file of the project in `folder`.
    pub(crate) fn new(engine: &'a Engine, folder: &Path) -> Result<Self> {
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| name == "compose.yaml");
        let compose_file = project::files(folder)?
            .into_iter()
            .find(named)
            .context("no compose.yaml")?;
        let config = engine
            .compose(folder)?
            .arg("-f")
            .arg(&compose_file)
            .args(["config", "--format", "json"])
            .read()?;
        let mut site = Self {
            engine,
            compose_file,
            changes: tempfile::Builder::new().suffix(".yaml").tempfile()?,
            config: serde_json::from_str(&config)?,
            ports: BTreeMap::new(),
        };
        site.change()?;
        Ok(site)
    }

    /// Services that can run here, in the order of the file.
    pub(crate) fn services(&self) -> Vec<&str> {
        self.service_entries()
            .filter(|(_, service)| can_run(service))
            .map(|(name, _)| name)
            .collect()
    }

    /// Services whose image cannot be had here.
    pub(crate) fn missing(&self) -> Vec<&str> {
        self.service_entries()
            .filter(|(_, service)| !can_run(service))
            .map(|(name, _)| name)
            .collect()
    }

    /// Makes every base image that the Dockerfile and the services name.
    pub(crate) fn make_images(&self) -> Result<()> {
        let dockerfile = fs::read_to_string(self.dockerfile()?)?;
        let mut images: Vec<&str> = dockerfile.lines().filter_map(base_image).collect();
        images.extend(
            self.service_entries()
                .filter_map(|(_, service)| image(service)),
        );
        for image in images.into_iter().filter(|image| stand_in::is_known(image)) {
            stand_in::make(self.engine, image).with_context(|| image.to_owned())?;
        }
        Ok(())
    }

    /// Compose with the file of the project and the changes of this test.
    pub(crate) fn compose<const N: usize>(&self, arguments: [&str; N]) -> Result<Program> {
        let folder = self.compose_file.parent().context("a file has a folder")?;
        let compose = self
            .engine
            .compose(folder)?
            .arg("-f")
            .arg(&self.compose_file);
        Ok(compose.arg("-f").arg(self.changes.path()).args(arguments))
    }

    /// The ids of the running containers of a service.
    pub(crate) fn containers(&self, service: &str) -> Result<Vec<String>> {
        let ids = self.compose(["ps", "--quiet", service])?.read()?;
        Ok(ids.lines().map(str::to_owned).collect())
    }

    /// Where a service's port is published on this machine.
    pub(crate) fn port(&self, service: &str) -> Result<u16> {
        let port = self.ports.iter().find(|((name, _), _)| name == service);
        port.map(|(_, port)| *port)
            .with_context(|| format!("`{service}` publishes no port"))
    }

    /// Whether the file has this service.
    pub(crate) fn has(&self, service: &str) -> bool {
        self.service_entries().any(|(name, _)| name == service)
    }

    /// Docker's client, talking to the engine of this site.
    pub(crate) fn docker<const N: usize>(&self, arguments: [&str; N]) -> Program {
        self.engine.docker(arguments)
    }

    /// The service that is built from the project, and not taken from somewhere.
    pub(crate) fn app(&self) -> Result<&str> {
        let mut built = self
            .service_entries()
            .filter(|(_, service)| !service["build"].is_null());
        built
            .next()
            .map(|(name, _)| name)
            .context("no service is built from the project")
    }

    fn service_entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        let services = self.config["services"].as_object();
        services
            .into_iter()
            .flatten()
            .map(|(name, service)| (name.as_str(), service))
    }

    fn dockerfile(&self) -> Result<PathBuf> {
        let build = &self.config["services"][self.app()?]["build"];
        let field = |name: &str, default: &str| build[name].as_str().unwrap_or(default).to_owned();
        Ok(Path::new(&field("context", ".")).join(field("dockerfile", "Dockerfile")))
    }

    fn change(&mut self) -> Result<()> {
        let mut text = "services:\n".to_owned();
        let mut ports = BTreeMap::new();
        for (name, service) in self.service_entries() {
            writeln!(text, "  {name}:")?;
            if !service["build"].is_null() {
                text.push_str("    environment:\n      RATE_LIMIT: 1000000/min\n");
            }
            let published: Vec<u64> = service["ports"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|port| port["target"].as_u64())
                .collect();
            let entries: Vec<String> = published
                .iter()
                .map(|target| {
                    let free = service::free_port()?;
                    ports.insert((name.to_owned(), *target), free);
                    Ok(format!("\"127.0.0.1:{free}:{target}\""))
                })
                .collect::<Result<_>>()?;
            writeln!(text, "    ports: !override [{}]", entries.join(", "))?;
        }
        self.ports = ports;
        Ok(fs::write(self.changes.path(), text)?)
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        // After a failed check there may be containers left; after `down` this does nothing.
        if let Ok(down) = self.compose(["down", "--volumes", "--timeout", "5"]) {
            let _ = down.capture();
        }
    }
}

fn can_run(service: &Value) -> bool {
    !service["build"].is_null() || image(service).is_some_and(stand_in::is_known)
}

fn image(service: &Value) -> Option<&str> {
    service["image"].as_str()
}

/// The image of a `FROM` line, if it is not an earlier stage.
fn base_image(line: &str) -> Option<&str> {
    line.strip_prefix("FROM ")?
        .split_whitespace()
        .find(|word| !word.starts_with("--"))
}
