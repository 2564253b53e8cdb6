//! A host with systemd: a container in which systemd is the first process, with HAProxy of Debian's oldest supported release.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use super::engine::Engine;
use super::{eventually, stand_in};
use crate::program::Output;
use crate::service;

const IMAGE: &str = "host:bookworm";

/// What systemd needs to mount, and to give each unit a sandbox of its own.
const RIGHTS: [&str; 8] = [
    "--cap-add=SYS_ADMIN",
    "--cap-add=NET_ADMIN",
    "--cap-add=SYS_PTRACE",
    "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined",
    "--volume=/sys/fs/cgroup:/cgroups",
    "--tmpfs=/run",
    "--tmpfs=/tmp",
];

/// A running host; it is removed when dropped.
pub(super) struct Host<'a> {
    engine: &'a Engine,
    id: String,
    /// Where port 80 of the host is reached.
    pub(super) port: u16,
}

impl<'a> Host<'a> {
    /// Starts it, with `folder` at `/src`, and waits until every unit is up.
    pub(super) fn start(engine: &'a Engine, folder: &Path) -> Result<Self> {
        stand_in::make(engine, IMAGE)?;
        let port = service::free_port()?;
        let run = engine.docker(["run", "--detach", "--stop-signal=SIGRTMIN+3"])?.args(RIGHTS);
        let run = run.arg(format!("--publish=127.0.0.1:{port}:80"));
        let id = run.arg(format!("--volume={}:/src:ro", folder.display())).arg(IMAGE).read()?;
        let host = Self { engine, id: id.trim().to_owned(), port };
        eventually(|| match host.capture("systemctl is-system-running || true")?.stdout.trim() {
            "running" => Ok(()),
            other => bail!("the host is {other}: {}", host.capture("systemctl --failed --no-legend")?.stdout),
        })?;
        Ok(host)
    }

    /// Runs commands as root.
    pub(super) fn capture(&self, commands: &str) -> Result<Output> {
        let exec = self.engine.docker(["exec", &self.id, "sh", "-euc", commands])?;
        exec.limit(Duration::from_secs(120)).capture()
    }

    /// Runs commands that have to succeed, and returns what they print.
    pub(super) fn run(&self, commands: &str) -> Result<String> {
        let output = self.capture(commands)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => bail!("{commands}: {}", output.tail()),
        }
    }

    /// Copies a file to it.
    pub(super) fn copy(&self, from: &Path, to: &str) -> Result<()> {
        let to = format!("{}:{to}", self.id);
        self.engine.docker(["cp", "--follow-link"])?.arg(from).arg(to).read().map(drop)
    }

    /// Writes a program to it.
    pub(super) fn write(&self, to: &str, text: &str) -> Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), text)?;
        self.copy(file.path(), to)
    }
}

impl Drop for Host<'_> {
    fn drop(&mut self) {
        if let Ok(remove) = self.engine.docker(["rm", "--force", "--volumes", &self.id]) {
            remove.clean_up();
        }
    }
}
