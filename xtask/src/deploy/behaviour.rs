//! The behaviour of a deployed project: responses through the load balancer, Prometheus targets, persistent data,
//! failure and shutdown.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::site::Site;
use super::{APP, eventually};
use crate::balancer::Balancer;
use crate::http::{self, Client};
use crate::outside::prometheus;
use crate::planted::bites;
use crate::process;
use crate::tally::Tally;

const HAPROXY_CONFIGURATION: &str = "/usr/local/etc/haproxy";

/// The load balancer accepts its configuration, and rejects one with an error.
pub(super) fn check_configuration(tally: &mut Tally, site: &Site, name: &str) {
    let check = |folder: &std::path::Path| {
        let mount = format!("{}:{HAPROXY_CONFIGURATION}:ro", folder.display());
        let run = ["run", "--rm", "--volume", &mount, site.image("haproxy")?];
        let output = site.docker(run)?.args(["haproxy", "-c", "-f", HAPROXY_CONFIGURATION]).capture()?;
        // The name of the service is known only where it runs.
        let warns = |line: &str| line.contains("WARNING") && !line.contains("could not resolve address 'app'");
        match output.status.success() && !output.stderr.lines().any(warns) {
            true => Ok(()),
            false => bail!("{}", output.tail()),
        }
    };
    let folder = site.folder().join("haproxy");
    tally.check(&format!("{name}: haproxy -c"), || check(&folder));
    tally.check(&format!("{name}: haproxy -c bites"), || {
        let copy = tempfile::Builder::new().prefix("haproxy").tempdir()?;
        let text = fs::read_to_string(folder.join("haproxy.cfg"))?;
        fs::write(copy.path().join("haproxy.cfg"), text.replacen("balance ", "ballance ", 1))?;
        bites(check(copy.path()))
    });
}

/// HAProxy waits for an answer as long as the setting of the service says, and five seconds.
pub(super) fn check_time_out(tally: &mut Tally, site: &Site, name: &str) {
    tally.note(&format!("{name}: HAProxy's time-out follows REQUEST_SECONDS"), || {
        // Takes connections and never answers.
        let silent = TcpListener::bind("127.0.0.1:0")?;
        let server = format!("    server app {} no-check", silent.local_addr()?);
        let balancer = Balancer::start(&site.folder().join("haproxy/haproxy.cfg"), &server, "-3")?;
        let answer = eventually(|| {
            let started = Instant::now();
            http::get(balancer.port, "/greet")?.expect(504)?;
            Ok(started.elapsed())
        });
        match answer? {
            after if (1..5).contains(&after.as_secs()) => Ok(format!("504 after {:.1} s", after.as_secs_f64())),
            after => bail!("504 after {after:?}, not 2 s"),
        }
    });
}

/// The checks of a healthy deployment.
pub(super) fn check(tally: &mut Tally, site: &Site, name: &str) -> Result<()> {
    tally.check(&format!("{name}: greets through the load balancer"), || greets(site));
    tally.check(&format!("{name}: the admin port is asked as ONCALL.md says"), || asked(site));
    tally.check(&format!("{name}: containers are read-only"), || read_only(site));
    if site.has("prometheus") {
        tally.note(&format!("{name}: Prometheus sees every replica"), || scraped(site));
    }
    if site.has("haproxy") && fs::exists(site.folder().join("../migrations"))? {
        tally.check(&format!("{name}: data outlives its container"), || keeps_data(site));
    }
    Ok(())
}

/// Every panel of the dashboards has data once there were requests of every kind.
pub(super) fn check_panels(tally: &mut Tally, site: &Site, name: &str) {
    if site.has("prometheus") {
        tally.note(&format!("{name}: every panel has data"), || panels(site));
    }
}

fn panels(site: &Site) -> Result<String> {
    let mut client = Client::new(site.public_port);
    for _ in 0..20 {
        for path in ["/greet", "/products", "/products/1", "/nowhere"] {
            client.get(path)?;
        }
    }
    let queries = prometheus::queries(&site.folder().join(".."))?;
    for query in &queries {
        // A scrape takes 15 s, and a rate needs two.
        let filled = query.replace("$__rate_interval", "1m");
        process::eventually(Duration::from_secs(90), || match series(site, &prometheus::encode(&filled))? {
            0 => bail!("no data: {query}"),
            _ => Ok(()),
        })?;
    }
    Ok(format!("{} queries", queries.len()))
}

/// The checks of a shutdown; no replica runs afterwards.
pub(super) fn check_end(tally: &mut Tally, site: &Site, name: &str) {
    tally.check(&format!("{name}: stops inside its grace period"), || stops(site));
    tally.check(&format!("{name}: an outage has the envelope, and is in the log"), || outage(site));
}

fn greets(site: &Site) -> Result<()> {
    let body = eventually(|| http::get(site.public_port, "/greet?name=Ada")?.expect(200))?;
    match body.as_str() {
        r#"{"message":"Hello, Ada!"}"# => Ok(()),
        other => bail!("/greet answered {other}"),
    }
}

/// The image of the service has no program that asks, and its admin port is not published.
fn asked(site: &Site) -> Result<()> {
    let page = fs::read_to_string(site.folder().join("../ops/ONCALL.md"))?;
    let ask = page.split('`').find(|quoted| quoted.contains("/dev/tcp/")).context("it does not say how")?;
    eventually(|| {
        let answer = site.shell(ask)?.read()?;
        ensure!(answer.starts_with("HTTP/1.0 200 ") && answer.contains("dependencies"), "{answer}");
        Ok(())
    })
}

fn read_only(site: &Site) -> Result<()> {
    for id in site.containers(APP)? {
        let wanted = "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}";
        let found = site.docker(["inspect", "--format", wanted, &id])?.read()?;
        if found.trim() != "true [ALL]" {
            bail!("read-only root and dropped capabilities: {found}");
        }
    }
    Ok(())
}

/// `up` is 1 for as many targets as there are containers, and the load balancer exports metrics.
fn scraped(site: &Site) -> Result<String> {
    let wanted = site.containers(APP)?.len();
    eventually(|| {
        let found = series(site, "up%7Binstance%3D~%22.*%3A8081%22%7D%3D%3D1")?;
        let balanced = series(site, "haproxy_backend_active_servers%7Bproxy%3D%22app%22%7D")?;
        match found == wanted && balanced == 1 {
            true => Ok(format!("{found} and the load balancer")),
            false => bail!("{found} of {wanted} replicas are up for Prometheus, {balanced} load balancers"),
        }
    })
}

/// The number of series that Prometheus has for a query.
pub(super) fn series(site: &Site, query: &str) -> Result<usize> {
    let body = http::get(site.prometheus_port, &format!("/api/v1/query?query={query}"))?.expect(200)?;
    let body: Value = serde_json::from_str(&body)?;
    Ok(body["data"]["result"].as_array().map_or(0, Vec::len))
}

fn keeps_data(site: &Site) -> Result<()> {
    let made = Client::new(site.public_port).send("POST", "/products", r#"{"name":"Lamp","price_cents":1200}"#)?;
    let location = made.header("location").context("no Location")?.to_owned();
    made.expect(201)?;
    let again = ["up", "--detach", "--no-build", "--no-deps", "--force-recreate", "--wait", APP];
    site.compose(again)?.read()?;
    let found = eventually(|| http::get(site.public_port, &location)?.expect(200))?;
    match found.contains("Lamp") {
        true => Ok(()),
        false => bail!("{location} answered {found}"),
    }
}

/// The exit code is 0 after a graceful shutdown, and would be 137 after SIGKILL.
fn stops(site: &Site) -> Result<()> {
    let ids = site.containers(APP)?;
    site.compose(["stop", APP])?.read()?;
    for id in ids {
        let code = site.docker(["inspect", "--format", "{{.State.ExitCode}}", &id])?.read()?;
        if code.trim() != "0" {
            bail!("a container ended with {code}");
        }
    }
    Ok(())
}

/// With no replica left, the load balancer's own response has the same error format.
fn outage(site: &Site) -> Result<()> {
    eventually(|| {
        let answer = http::get(site.public_port, "/greet")?;
        let kind = answer.header("content-type").unwrap_or_default().to_owned();
        let id = answer.header("x-request-id").unwrap_or_default().to_owned();
        let body: Value = serde_json::from_str(&answer.expect(503)?).context("not JSON")?;
        let error = &body["error"];
        if !kind.starts_with("application/json") || error["code"] != 503 || error["request_id"] != id {
            bail!("{kind}, request {id}: {body}");
        }
        let log = site.compose(["logs", "--no-log-prefix", "--tail", "50", "haproxy"])?.read()?;
        ensure!(log.contains(&id), "the log of HAProxy has no request {id}: {log}");
        Ok(())
    })
}
