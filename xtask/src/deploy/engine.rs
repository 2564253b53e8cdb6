//! A private Docker engine: its daemon, data and socket are under `target/engine`, and it is stopped when dropped.
//! Nothing is pulled; base images are stand-ins (`stand_in`).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;

use crate::process::Running;
use crate::program::Program;
use crate::{dirs, interrupt, tools};

/// Docker's client.
const DOCKER: &str = "/usr/bin/docker";

/// A running engine.
pub(crate) struct Engine {
    daemon: Running,
    /// A short path for the socket, which may have at most 107 bytes, wherever the repository is.
    run: TempDir,
}

impl Engine {
    /// Starts the daemon and waits until it responds.
    pub(crate) fn start() -> Result<Self> {
        let run = tempfile::tempdir()?;
        fs::create_dir_all(folder())?;
        let mut daemon = tools::program("dockerd")?
            .arg("--data-root")
            .arg(folder().join("data"))
            .arg("--exec-root")
            .arg(run.path().join("exec"))
            .arg("--pidfile")
            .arg(run.path().join("dockerd.pid"))
            .arg("--host")
            .arg(host(run.path()))
            .start(&folder().join("dockerd.log"))?;
        let info = || Program::new(DOCKER).env("DOCKER_HOST", host(run.path())).arg("info");
        daemon.until(Duration::from_secs(60), || info().read())?;
        Ok(Self { daemon, run })
    }

    /// Docker's client for this engine.
    pub(crate) fn docker<const N: usize>(&self, arguments: [&str; N]) -> Result<Program> {
        Ok(self.client(Program::new(DOCKER))?.args(arguments))
    }

    /// Compose for this engine.
    pub(crate) fn compose(&self) -> Result<Program> {
        self.client(tools::program("docker-compose")?)
    }

    /// A program that uses this engine, also through `docker compose`.
    pub(crate) fn client(&self, program: Program) -> Result<Program> {
        let plugins = self.run.path().join("cli-plugins");
        if !plugins.exists() {
            fs::create_dir(&plugins)?;
            symlink(tools::path("docker-compose")?, plugins.join("docker-compose"))?;
        }
        let program = program.env("DOCKER_HOST", host(self.run.path())).env("DOCKER_CONFIG", self.run.path());
        Ok(program.env("DOCKER_BUILDKIT", "1").limit(Duration::from_secs(1800)))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SIGTERM first, so that the daemon removes its containers and mounts. What is left is killed.
        self.daemon.end(interrupt::shutdown_timeout(Duration::from_secs(30), Duration::from_secs(6)));
    }
}

/// The data that the engine keeps between runs: its images and the file trees from which they are built.
pub(crate) fn folder() -> PathBuf {
    dirs::target().join("engine")
}

fn host(run: &Path) -> String {
    format!("unix://{}", run.join("docker.sock").display())
}
