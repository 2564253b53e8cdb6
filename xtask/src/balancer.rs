//! The load balancer of a deployment, as a process on this machine.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::Running;
use crate::{service, tools};

/// A running HAProxy.
pub(crate) struct Balancer {
    /// The process.
    pub(crate) running: Running,
    /// The public port.
    pub(crate) port: u16,
    _folder: TempDir,
}

impl Balancer {
    /// Starts HAProxy with `configuration`, but with the lines `servers` instead of Docker's name server.
    pub(crate) fn start(configuration: &Path, servers: &str, request_seconds: &str) -> Result<Self> {
        let (port, health) = (service::free_port()?, service::free_port()?);
        let text = fs::read_to_string(configuration)?;
        let template = text.lines().find(|line| line.trim().starts_with("server-template")).context("no servers")?;
        let text = text
            .replace(template, servers)
            .replace("check port 8081 ", "check ")
            .replace("bind :8080", &format!("bind 127.0.0.1:{port}"))
            .replace("bind 127.0.0.1:8405", &format!("bind 127.0.0.1:{health}"));
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("haproxy.cfg");
        fs::write(&file, text)?;
        let haproxy =
            tools::program("haproxy")?.env("REQUEST_SECONDS", request_seconds).arg("-db").arg("-f").arg(&file);
        Ok(Self { running: haproxy.start(&folder.path().join("log"))?, port, _folder: folder })
    }
}
