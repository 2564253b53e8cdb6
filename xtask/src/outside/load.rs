//! The load files of a project: Locust sends their requests to the running service and judges the objective. k6 is not
//! run: its file is compared with Locust's thresholds.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use super::bites;
use crate::service::Service;
use crate::tally::Tally;
use crate::tools;

/// Runs the checks.
pub(super) fn check(tally: &mut Tally, service: &Service, folder: &Path) {
    tally.check("locust", || locust(service, folder, "/greet?name=Ada"));
    tally.check("locust bites", || bites(locust(service, folder, "/nowhere")));
    tally.check("k6 has the thresholds of locust", || {
        let text = fs::read_to_string(folder.join("ops/load/k6.js"))?;
        for threshold in ["rate<0.001", "p(99)<250", "constant-arrival-rate", "LOAD_PATH"] {
            ensure!(text.contains(threshold), "ops/load/k6.js has no `{threshold}`");
        }
        Ok(())
    });
}

fn locust(service: &Service, folder: &Path, path: &str) -> Result<()> {
    let output = tools::program("locust")?
        .arg("--locustfile")
        .arg(folder.join("ops/load/locustfile.py"))
        .args(["--headless", "--only-summary", "--users", "50", "--spawn-rate", "50", "--run-time", "5s"])
        .args(["--host", &format!("http://127.0.0.1:{}", service.port)])
        .env("LOAD_PATH", path)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .limit(Duration::from_secs(60))
        .capture()?;
    if !output.status.success() {
        bail!("{}", output.tail());
    }
    Ok(())
}
