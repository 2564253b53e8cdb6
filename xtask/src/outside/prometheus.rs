//! A Prometheus scrapes the running service, loads the alert rules, and runs every query of the dashboards.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::http::{self, Client};
use crate::planted::bites;
use crate::process::Running;
use crate::service::{self, Service};
use crate::tally::Tally;
use crate::{dirs, tools};

/// The variables that Grafana would replace, with replacements.
pub(crate) const VARIABLES: &[(&str, &str)] =
    &[("$__rate_interval", "10s"), ("$__range", "10s"), ("$__interval", "10s")];

/// Runs the checks.
pub(super) fn check(tally: &mut Tally, service: &Service, folder: &Path) -> Result<()> {
    tally.check("promtool check metrics", || lint(service));
    let queries = queries(folder)?;
    let server = tally.check("prometheus scrapes the service", || Server::start(service, folder));
    let Some(mut server) = server else { return Ok(()) };
    tally.check("prometheus loads the rules", || server.rules());
    traffic(service);
    // What the load balancer reports, and what the rules record of it, has data only in the deployment.
    let is_known = |query: &&String| !query.contains("haproxy") && !query.contains("service:requests_failed");
    for query in queries.iter().filter(is_known) {
        tally.check(&format!("dashboard: {query}"), || server.answers(query));
    }
    tally.check("dashboard: a wrong metric is seen", || {
        bites(Server::ask(server.port, "rate(http_request_duration_second_count[10s])"))
    });
    Ok(())
}

/// A running Prometheus.
struct Server {
    running: Running,
    port: u16,
    _home: TempDir,
}

impl Server {
    fn start(service: &Service, folder: &Path) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let rules = folder.join("ops/alerts/*.yml");
        let admin = service.admin_port;
        let job = folder.file_name().and_then(|name| name.to_str()).context("the project has a name")?;
        let config = format!(
            "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files: [{}]\nscrape_configs:\n  \
             - job_name: {job}\n    static_configs: [{{targets: [\"127.0.0.1:{admin}\"]}}]\n",
            rules.display()
        );
        let path = home.path().join("prometheus.yml");
        fs::write(&path, config)?;
        let port = service::free_port()?;
        let running = tools::program("prometheus")?
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.tsdb.path={}", home.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .start(&dirs::proof().join("prometheus.log"))?;
        let mut server = Self { running, port, _home: home };
        server.answers("up == 1")?;
        Ok(server)
    }

    /// Retries until a scrape and an evaluation must have happened.
    fn answers(&mut self, query: &str) -> Result<()> {
        let port = self.port;
        self.running.until(Duration::from_secs(20), || Self::ask(port, query))
    }

    /// An error unless the response is a success with at least one series.
    fn ask(port: u16, query: &str) -> Result<()> {
        let query = VARIABLES.iter().fold(query.to_owned(), |query, (name, value)| query.replace(name, value));
        let answer = http::get(port, &format!("/api/v1/query?query={}", encode(&query)))?;
        let body: Value = serde_json::from_str(&answer.body)?;
        match body["data"]["result"].as_array() {
            Some(series) if !series.is_empty() => Ok(()),
            Some(_) => bail!("no series"),
            None => bail!("{}", body["error"]),
        }
    }

    fn rules(&self) -> Result<()> {
        let body: Value = serde_json::from_str(&http::get(self.port, "/api/v1/rules")?.expect(200)?)?;
        let groups = body["data"]["groups"].as_array().context("no groups")?;
        match groups.is_empty() {
            true => bail!("no rule was loaded"),
            false => Ok(()),
        }
    }
}

fn lint(service: &Service) -> Result<()> {
    let path = dirs::proof().join("metrics.txt");
    fs::write(&path, http::get(service.admin_port, "/metrics")?.expect(200)?)?;
    let promtool = tools::path("promtool")?;
    let line = format!("'{}' check metrics < '{}'", promtool.display(), path.display());
    let output = crate::program::Program::new("sh").args(["-c", &line]).capture()?;
    // promtool also requires a help text for every metric; only names and units are checked here.
    let complaints: Vec<&str> = output.stderr.lines().filter(|line| !line.ends_with("no help text")).collect();
    match complaints.is_empty() {
        true => Ok(()),
        false => bail!("{}", complaints.join("\n")),
    }
}

/// Requests of every kind that the dashboard counts, for longer than a rate needs.
fn traffic(service: &Service) {
    let mut client = Client::new(service.port);
    let deadline = Instant::now() + Duration::from_secs(12);
    while Instant::now() < deadline {
        for path in ["/greet", "/products", "/products/1", "/products/999999", "/nowhere"] {
            // Any response will do: it only has to be counted.
            let _ = client.get(path);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Every `expr` of the dashboards.
pub(crate) fn queries(folder: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder.join("ops/dashboards")).context("no dashboards")? {
        let dashboard: Value = serde_json::from_str(&fs::read_to_string(entry?.path())?)?;
        collect(&dashboard, &mut found);
    }
    match found.is_empty() {
        true => bail!("the dashboards have no query"),
        false => Ok(found),
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            if let Some(query) = fields.get("expr").and_then(Value::as_str) {
                found.insert(query.to_owned());
            }
            fields.values().for_each(|item| collect(item, found));
        }
        _ => {}
    }
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
