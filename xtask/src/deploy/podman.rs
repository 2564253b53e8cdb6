//! Podman with storage of its own, which is removed with its containers when dropped. The engine gives a pod its
//! network.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::APP;
use super::engine::folder;
use super::site::Site;
use crate::program::Program;
use crate::tools;

/// The name server of a network of the engine, and limits that need no right that a container may lack. crun refuses
/// the control groups of a machine that has both versions of them, and systemd may not run here.
const CONFIGURATION: &str = "[containers]\ndns_servers = [\"127.0.0.11\"]\n\
    default_ulimits = [\"nofile=4096:4096\", \"nproc=4096:4096\"]\n\
    [engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n";

/// Podman, and a container of the engine that holds the network of its pods.
pub(super) struct Podman<'a> {
    site: &'a Site<'a>,
    /// The id of that container, and that of its process.
    network: String,
    pid: u32,
    data: TempDir,
    /// A short path, because podman refuses long ones.
    run: TempDir,
}

impl<'a> Podman<'a> {
    /// Has the network of the site's replicas.
    pub(super) fn new(site: &'a Site<'a>) -> Result<Self> {
        let (data, run) = (tempfile::tempdir_in(folder())?, tempfile::tempdir()?);
        let networks = format!("[network]\nnetwork_config_dir = '{}'\n", run.path().join("networks").display());
        fs::write(run.path().join("containers.conf"), CONFIGURATION.to_owned() + &networks)?;
        // An image with a shell, so that there is a program that waits.
        let mut networks = site.networks(APP)?.into_iter();
        let first = networks.next().context("no network")?;
        let create = ["run", "--detach", "--init", "--network", first, site.image("haproxy")?, "sleep", "infinity"];
        let network = site.docker(create)?.read()?.trim().to_owned();
        let pid = site.docker(["inspect", "--format", "{{.State.Pid}}", &network])?.read()?.trim().parse()?;
        let podman = Self { site, network, pid, data, run };
        for network in networks {
            site.docker(["network", "connect", network, &podman.network])?.read()?;
        }
        Ok(podman)
    }

    /// Podman with these arguments, in the network of the engine's container.
    pub(super) fn program<const N: usize>(&self, arguments: [&str; N]) -> Result<Program> {
        let podman =
            Program::new("nsenter").arg(format!("--net=/proc/{}/ns/net", self.pid)).arg(tools::path("podman")?);
        let podman = podman.env("CONTAINERS_CONF", self.run.path().join("containers.conf"));
        // A timer of systemd would ask the probe that podman knows, with a program that the image does not have.
        let podman = podman.env("DISABLE_HC_SYSTEMD", "true").arg("--root").arg(self.data.path());
        let podman = podman.arg("--runroot").arg(self.run.path().join("run"));
        let podman = podman.arg("--tmpdir").arg(self.run.path().join("tmp"));
        Ok(podman.args(arguments).limit(Duration::from_secs(120)))
    }

    /// Copies an image from the engine, under another name.
    pub(super) fn load(&self, image: &str, name: &str) -> Result<()> {
        let loaded = self.program(["load", "--quiet"])?.read_from(self.site.docker(["save", image])?)?;
        let loaded = loaded.trim().rsplit(' ').next().context("podman names no image")?;
        self.program(["tag", loaded, name])?.read().map(drop)
    }

    /// Creates a secret from the text of an object.
    pub(super) fn secret(&self, name: &str, object: &str) -> Result<()> {
        let file = self.run.path().join("secret.yaml");
        fs::write(&file, object)?;
        self.program(["secret", "create", name])?.arg(file).read().map(drop)
    }

    /// Starts the pod of these objects, and returns the id of its container. It has the network of its host: that of
    /// the engine's container, in which podman runs.
    pub(super) fn play(&self, objects: &str) -> Result<String> {
        let file = self.run.path().join("objects.yaml");
        fs::write(&file, objects)?;
        self.program(["play", "kube", "--quiet"])?.arg(file).read()?;
        let ids = self.program(["ps", "--quiet", "--filter", "name=-app$"])?.read()?;
        match ids.lines().collect::<Vec<_>>().as_slice() {
            [id] => Ok((*id).to_owned()),
            ids => bail!("{} containers run: {}", ids.len(), self.program(["ps", "--all"])?.read()?),
        }
    }

    /// An address of the network.
    pub(super) fn address(&self) -> Result<String> {
        let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
        let addresses = self.site.docker(["inspect", "--format", format, &self.network])?.read()?;
        Ok(addresses.split_whitespace().next().context("no address")?.to_owned())
    }
}

impl Drop for Podman<'_> {
    fn drop(&mut self) {
        if let Ok(remove) = self.program(["pod", "rm", "--force", "--all", "--time", "1"]) {
            remove.clean_up();
        }
        if let Ok(remove) = self.site.docker(["rm", "--force", &self.network]) {
            remove.clean_up();
        }
    }
}
