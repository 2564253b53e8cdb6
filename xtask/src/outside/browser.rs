//! The documentation page in a browser that can reach only the service.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::planted::bites;
use crate::program::Program;
use crate::service::Service;
use crate::tally::Tally;
use crate::{dirs, http, tools};

/// Runs the checks.
pub(super) fn check(tally: &mut Tally, service: &Service) {
    tally.check("browser: the page shows every operation", || shows(service, "/docs"));
    tally.check("browser: an empty page is seen as one", || bites(shows(service, "/docs/nowhere")));
    tally.check("browser: the page may run no inline script", || policy(service));
    tally.note("browser: screenshot", || {
        let picture = dirs::proof().join("docs.png");
        browse(service, "/docs", |chromium| {
            chromium.arg(format!("--screenshot={}", picture.display())).arg("--window-size=1100,1400")
        })?;
        let bytes = std::fs::metadata(&picture)?.len();
        match bytes > 10_000 {
            true => Ok(picture.display().to_string()),
            false => bail!("{bytes} bytes: a blank picture"),
        }
    });
}

/// The browser renders every path and summary of the description as text.
fn shows(service: &Service, page: &str) -> Result<()> {
    let dom = browse(service, page, |chromium| chromium.arg("--dump-dom"))?;
    let description: serde_json::Value = serde_json::from_str(&http::get(service.port, "/openapi.json")?.expect(200)?)?;
    let paths = description["paths"].as_object().filter(|paths| !paths.is_empty()).context("no paths")?;
    for (path, operations) in paths {
        let operations = operations.as_object().context("a path has operations")?.values();
        let summaries = operations.filter_map(|operation| operation["summary"].as_str());
        if let Some(missing) = summaries.chain([path.as_str()]).find(|text| !dom.contains(*text)) {
            bail!("`{missing}` of `{path}` is not on the page");
        }
    }
    Ok(())
}

fn policy(service: &Service) -> Result<()> {
    let answer = http::get(service.port, "/docs")?;
    let policy = answer.header("content-security-policy").context("no policy")?;
    match policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("//") {
        true => Ok(()),
        false => bail!("{policy}"),
    }
}

fn browse(service: &Service, page: &str, ask: impl Fn(Program) -> Program) -> Result<String> {
    let profile = tempfile::tempdir()?;
    let chromium = tools::program("chromium")?
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"])
        // A proxy where nothing listens: only requests to the service's own address bypass it.
        .args(["--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1", "--virtual-time-budget=5000"])
        // The console reports violations of the policy by the page.
        .arg("--enable-logging=stderr")
        .arg(user_data(profile.path()))
        .limit(Duration::from_secs(60));
    let output = ask(chromium).arg(format!("http://127.0.0.1:{}{page}", service.port)).capture()?;
    let complaint = output.stderr.lines().find(|line| line.contains("CONSOLE") && line.contains("olicy"));
    match complaint {
        Some(complaint) => bail!("{complaint}"),
        None if output.status.success() => Ok(output.stdout),
        None => bail!("{}", output.tail()),
    }
}

fn user_data(profile: &Path) -> String {
    format!("--user-data-dir={}", profile.display())
}
