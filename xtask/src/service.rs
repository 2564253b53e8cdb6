//! A generated service that runs on free ports of this machine, and is stopped when dropped.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use restwell::part::Setting;
use restwell::plan::Plan;
use restwell::stack::Stack;

use crate::process::Running;
use crate::program::Program;
use crate::{dirs, http, project};

/// A name and a value for the environment.
type Variable<Text> = (Text, Text);

/// The settings without a default, of all projects, with their values for development.
static REQUIRED: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let plans = Stack::rust_distinct();
    let settings = plans.iter().map(|stack| Plan::new(stack, "any").parts.settings);
    let required = |setting: &Setting| setting.required.then_some((setting.name, setting.default));
    settings.flat_map(|settings| settings.iter().filter_map(required).collect::<Vec<_>>()).collect()
});

/// A running service.
pub(crate) struct Service {
    running: Running,
    /// The public port.
    pub(crate) port: u16,
    /// The admin port, for health and metrics.
    pub(crate) admin_port: u16,
}

impl Service {
    /// Starts `binary` in `folder` with these variables on top, and waits until it is ready.
    pub(crate) fn start(binary: &Path, folder: &Path, variables: &[Variable<impl AsRef<str>>]) -> Result<Self> {
        fs::create_dir_all(dirs::proof())?;
        let name = binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = dirs::proof().join(format!("{name}.log"));
        Self::start_with_log(binary, folder, variables, &log)
    }

    /// Like [`Service::start`], with a separate log file.
    pub(crate) fn start_with_log(
        binary: &Path,
        folder: &Path,
        variables: &[Variable<impl AsRef<str>>],
        log: &Path,
    ) -> Result<Self> {
        let (port, admin_port) = (free_port()?, free_port()?);
        let mut program =
            Program::new(binary).dir(folder).env("PORT", port.to_string()).env("ADMIN_PORT", admin_port.to_string());
        // A service that has none of them ignores them.
        for (name, value) in &*REQUIRED {
            program = program.env(name, value);
        }
        for (name, value) in variables {
            program = program.env(name.as_ref(), value.as_ref());
        }
        Self::ready(program.start(log)?, port, admin_port, "/health/ready")
    }

    /// Starts `xtask/bare-axum`, which has neither health endpoints nor settings.
    pub(crate) fn start_bare(binary: &Path) -> Result<Self> {
        let port = free_port()?;
        let running = Program::new(binary).arg(port.to_string()).start(Path::new("/dev/null"))?;
        Self::ready(running, port, port, "/greet")
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.running.id()
    }

    /// Sends SIGTERM; an error unless it exits with 0 within half a minute.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.running.terminate()?;
        let status = self.running.wait(Duration::from_secs(30))?;
        if !status.success() {
            bail!("the service ended with {status}: {}", self.running.last_lines());
        }
        Ok(())
    }

    /// Waits until `path` responds with 200.
    fn ready(mut running: Running, port: u16, admin_port: u16, path: &str) -> Result<Self> {
        running.until(Duration::from_secs(20), || http::get(port, path)?.expect(200))?;
        Ok(Self { running, port, admin_port })
    }
}

/// Builds the project in `folder` in release mode and returns its binary.
pub(crate) fn build(folder: &Path, name: &str) -> Result<PathBuf> {
    let limit = Duration::from_secs(1200);
    project::cargo(folder).args(["build", "--release", "--locked", "--quiet"]).limit(limit).read()?;
    Ok(dirs::projects_target().join("release").join(name))
}

/// A port that is currently free.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_of_tokens_has_no_default() {
        assert_eq!(REQUIRED.get("JWT_AUDIENCE"), Some(&"products"), "{REQUIRED:?}");
        assert!(!REQUIRED.contains_key("PORT"));
    }
}
