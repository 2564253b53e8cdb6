//! A version from a registry: its image is pushed to one on this machine, and `deploy/roll.sh` deploys it under load by
//! the digest that the push returned.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::site::Site;
use super::{APP, roll};
use crate::http;
use crate::process::Running;
use crate::program::Program;
use crate::tally::Tally;
use crate::{dirs, service, tools};

/// The manifest of one image, as the engine pushes it.
const MANIFEST: &str = "Accept: application/vnd.docker.distribution.manifest.v2+json";

/// Which steps of the workflow are not run.
const GAP: &str = "`docker buildx` and BuildKit's own container image cannot be had here: no bill of materials, no \
    provenance, no cache in a registry, no second processor and no index of both; the engine builds and pushes one";

/// A registry on this machine; it is stopped when dropped, and its images are deleted.
struct Registry {
    _running: Running,
    _data: TempDir,
    port: u16,
}

/// Runs the checks. As many replicas run before as after, of the version from the registry.
pub(super) fn check(tally: &mut Tally, site: &Site, name: &str) {
    tally.gap(&format!("{name}: how its workflow builds the image"), GAP);
    let registry = tally.check(&format!("{name}: a registry on this machine"), Registry::start);
    let Some(registry) = registry else { return };
    let push = || registry.push(site, name);
    let Some(image) = tally.check(&format!("{name}: a push returns the digest that the registry has"), push) else {
        return;
    };
    tally.note(&format!("{name}: roll.sh deploys that digest under load"), || deployed(site, &image));
    drop(registry);
    tally.check(&format!("{name}: `up` needs no registry after that"), || roll::remembered(site));
}

impl Registry {
    /// Starts it on a free port of the loopback address, from which the engine pulls without TLS.
    fn start() -> Result<Self> {
        let (data, port) = (tempfile::tempdir()?, service::free_port()?);
        let file = data.path().join("registry.yml");
        let folder = data.path().join("images");
        fs::write(&file, configuration(port, &folder))?;
        let registry = tools::program("docker-registry")?.arg("serve").arg(&file);
        let mut running = registry.start(&dirs::proof().join("deploy-registry.log"))?;
        running.until(Duration::from_secs(20), || http::get(port, "/v2/")?.expect(200))?;
        Ok(Self { _running: running, _data: data, port })
    }

    /// Pushes an image that the engine does not keep, and returns its name with the digest from the last line of the
    /// push.
    fn push(&self, site: &Site, name: &str) -> Result<String> {
        let repository = format!("127.0.0.1:{}/{name}", self.port);
        let tag = format!("{repository}:1");
        version(site, &tag)?;
        let push = site.docker(["push", &tag])?.read()?;
        let digest = push.lines().last().and_then(|line| line.split("digest: ").nth(1)?.split(' ').next());
        let digest = digest.with_context(|| format!("no digest in the last line: {push}"))?;
        let url = format!("http://127.0.0.1:{}/v2/{name}/manifests/1", self.port);
        let head = Program::new("curl").args(["--fail", "--silent", "--show-error", "--head", "--header", MANIFEST]);
        let head = head.arg(&url).read()?.to_lowercase();
        ensure!(head.contains(&format!("docker-content-digest: {digest}\r\n")), "{digest} was pushed: {head}");
        // The roll has to pull it.
        site.docker(["image", "rm", &tag])?.read()?;
        let image = format!("{repository}@{digest}");
        ensure!(site.docker(["image", "inspect", &image])?.read().is_err(), "the engine still has {image}");
        Ok(image)
    }
}

fn configuration(port: u16, folder: &Path) -> String {
    format!(
        "version: 0.1\nlog: {{ level: warn }}\nstorage: {{ filesystem: {{ rootdirectory: '{}' }} }}\n\
         http: {{ addr: '127.0.0.1:{port}' }}\n",
        folder.display()
    )
}

/// Makes the image `tag`: the version of `deploy/.env` with a label, so that no other image has its id.
fn version(site: &Site, tag: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let revision = tag.replace([':', '/', '.'], "-");
    let text = format!("FROM {}\nLABEL org.opencontainers.image.revision={revision}\n", roll::image(site)?);
    fs::write(folder.path().join("Dockerfile"), text)?;
    site.docker(["build", "--quiet", "--tag", tag])?.arg(folder.path()).read().map(drop)
}

/// Every request is answered, each replica is of that digest, and `deploy/.env` names it.
fn deployed(site: &Site, image: &str) -> Result<String> {
    let answered = roll::replaced(site, site.script("roll.sh")?.env("IMAGE", image))?;
    let replicas = site.containers(APP)?;
    let pulled = site.docker(["image", "inspect", "--format", "{{.Id}} {{json .RepoDigests}}", image])?.read()?;
    let (id, digests) = pulled.trim().split_once(' ').context("an id and digests")?;
    ensure!(digests.contains(&format!("\"{image}\"")), "the image is known as {digests}");
    for replica in &replicas {
        let runs = site.docker(["inspect", "--format", "{{.Image}} {{.Config.Image}}", replica])?.read()?;
        ensure!(runs.trim() == format!("{id} {image}"), "a replica runs {runs}");
    }
    ensure!(roll::image(site)? == image, "deploy/.env names {}", roll::image(site)?);
    Ok(format!("{answered} answered, 0 failed; {} replicas of it", replicas.len()))
}
