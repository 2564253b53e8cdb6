//! The running service and its API description: schemathesis generates valid and invalid requests from the description,
//! and compares every response with it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::planted::bites;
use crate::service::Service;
use crate::tally::Tally;
use crate::{dirs, http, tools};

/// Runs the checks.
pub(super) fn check(tally: &mut Tally, service: &Service) {
    let limited = "schemathesis was not rate limited";
    tally.note("schemathesis", || {
        let description = http::get(service.port, "/openapi.json")?.expect(200)?;
        let path = dirs::proof().join("openapi.json");
        fs::write(&path, description)?;
        schemathesis(service, &path, 100)
    });
    tally.note(limited, || not_limited(service));
    tally.check("schemathesis bites", || {
        let mut wrong: Value = serde_json::from_str(&http::get(service.port, "/openapi.json")?.expect(200)?)?;
        plant(&mut wrong)?;
        let path = dirs::proof().join("openapi-wrong.json");
        fs::write(&path, wrong.to_string())?;
        bites(schemathesis(service, &path, 10))
    });
}

/// Its summary line.
fn schemathesis(service: &Service, description: &Path, examples: u32) -> Result<String> {
    let output = tools::program("schemathesis")?
        .arg("--config-file")
        .arg(dirs::root().join("xtask/schemathesis.toml"))
        .arg("run")
        .arg(description)
        .args(["--url", &format!("http://127.0.0.1:{}", service.port)])
        .args(["--checks", "all", "--seed", "1", "--max-examples", &examples.to_string()])
        .args(["--generation-database", "none", "--no-color"])
        .env("SCHEMATHESIS_HOOKS", dirs::root().join("xtask/schemathesis_hooks.py"))
        .dir(dirs::proof())
        .limit(Duration::from_secs(600))
        .capture()?;
    if !output.status.success() {
        bail!("{}", output.stdout.trim());
    }
    let generated = output.stdout.lines().find(|line| line.contains("generated"));
    Ok(generated.context("it does not say what it did")?.trim().to_owned())
}

/// Plants an error: `/greet` promises a number but returns text.
fn plant(description: &mut Value) -> Result<()> {
    let message = &mut description["components"]["schemas"]["Greeting"]["properties"]["message"]["type"];
    ensure!(*message == "string", "the message of a greeting is {message}, not text");
    *message = Value::from("integer");
    Ok(())
}

/// Fewer than one response in a hundred may be a 429.
fn not_limited(service: &Service) -> Result<String> {
    let metrics = http::get(service.admin_port, "/metrics")?.expect(200)?;
    let (mut all, mut limited) = (0.0, 0.0);
    for line in metrics.lines().filter(|line| line.starts_with("http_server_request_duration_seconds_count")) {
        let count: f64 = line.rsplit(' ').next().unwrap_or_default().parse()?;
        all += count;
        if line.contains("http_response_status_code=\"429\"") {
            limited += count;
        }
    }
    match all > 100.0 && limited < all / 100.0 {
        true => Ok(format!("{limited} of {all} answers")),
        false => bail!("{limited} of {all} answers were 429"),
    }
}
