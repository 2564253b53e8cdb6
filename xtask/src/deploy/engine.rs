//! A private Docker engine: its daemon, data and socket are under `target/engine`, and it is stopped when dropped.
//! Nothing is pulled; base images are stand-ins (`stand_in`).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tempfile::TempDir;

use crate::program::Program;
use crate::{dirs, process, tools};

/// A running engine.
pub(crate) struct Engine {
    daemon: Child,
    /// A short path for the socket, which may have at most 107 bytes, wherever the repository is.
    run: TempDir,
}

impl Engine {
    /// Starts the daemon and waits until it responds.
    pub(crate) fn start() -> Result<Self> {
        let run = tempfile::tempdir()?;
        fs::create_dir_all(folder())?;
        let log = folder().join("dockerd.log");
        let daemon = tools::program("dockerd")?
            .arg("--data-root")
            .arg(folder().join("data"))
            .arg("--exec-root")
            .arg(run.path().join("exec"))
            .arg("--pidfile")
            .arg(run.path().join("dockerd.pid"))
            .arg("--host")
            .arg(host(run.path()))
            .start(&log)?;
        let engine = Self { daemon, run };
        let deadline = Instant::now() + Duration::from_secs(60);
        while engine.docker(["info"])?.read().is_err() {
            if Instant::now() > deadline {
                let log = fs::read_to_string(&log)?;
                bail!("dockerd does not answer: {}", log.lines().last().unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(engine)
    }

    /// Docker's client for this engine.
    pub(crate) fn docker<const N: usize>(&self, arguments: [&str; N]) -> Result<Program> {
        Ok(self.client(Program::new("/usr/bin/docker"))?.args(arguments))
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
        // SIGTERM first, so that the daemon removes its containers and mounts.
        let asked = process::terminate(&self.daemon);
        if asked.is_err() || process::wait(&mut self.daemon, Duration::from_secs(30)).is_err() {
            process::end_tree(&mut self.daemon);
        }
    }
}

/// The data that the engine keeps between runs: its images and the file trees from which they are built.
pub(crate) fn folder() -> PathBuf {
    dirs::target().join("engine")
}

fn host(run: &Path) -> String {
    format!("unix://{}", run.join("docker.sock").display())
}
