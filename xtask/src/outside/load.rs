//! The load files of a project: Locust and k6 send their requests to the running service and judge the objective. The file of
//! k6 is also compared with the thresholds of Locust.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::planted::bites;
use crate::service::Service;
use crate::tally::Tally;
use crate::tools;

/// Runs the checks.
pub(super) fn check(tally: &mut Tally, service: &Service, folder: &Path) {
    tally.check("locust", || locust(service, folder, "/greet?name=Ada"));
    tally.check("locust bites", || bites(locust(service, folder, "/nowhere")));
    tally.check("k6", || k6(service, folder, "/greet?name=Ada", str::to_owned));
    tally.check("k6 bites: a path that does not exist", || bites(k6(service, folder, "/nowhere", str::to_owned)));
    tally.check("k6 bites: a response that is too slow", || {
        bites(k6(service, folder, "/greet?name=Ada", |script| script.replace("p(99)<250", "p(99)<0.001")))
    });
    tally.check("k6 bites: a script that is none", || {
        bites(k6(service, folder, "/greet?name=Ada", |script| script.replacen("scenarios: {", "scenarios: ", 1)))
    });
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

/// Runs the project's script for five seconds, with this change.
fn k6(service: &Service, folder: &Path, path: &str, change: impl Fn(&str) -> String) -> Result<()> {
    let text = fs::read_to_string(folder.join("ops/load/k6.js"))?;
    ensure!(text.contains("duration: \"30s\""), "ops/load/k6.js does not run for 30 s");
    let script = tempfile::Builder::new().suffix(".js").tempfile()?;
    fs::write(script.path(), change(&text).replace("duration: \"30s\"", "duration: \"5s\""))?;
    let output = tools::program("k6")?
        .args(["run", "--quiet", "--env", &format!("HOST=http://127.0.0.1:{}", service.port)])
        .args(["--env", &format!("LOAD_PATH={path}")])
        .arg(script.path())
        .env("K6_NO_USAGE_REPORT", "true")
        .limit(Duration::from_secs(60))
        .capture()?;
    if !output.status.success() {
        bail!("{}", output.tail());
    }
    Ok(())
}
