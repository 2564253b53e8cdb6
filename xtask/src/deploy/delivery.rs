//! An alert on its way: Prometheus, Alertmanager, the URL of a receiver.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::site::Site;
use crate::planted::bites;
use crate::process;
use crate::tally::Tally;

/// Of the service in the Compose file.
const SERVICE: &str = "alertmanager";

/// From a fault to its page: two minutes for the rule, a scrape, an evaluation, a group's wait, and a slow machine.
const LIMIT: Duration = Duration::from_secs(300);

/// Where the links of alerts lead: `ops/repository-url`.
const REPOSITORY: &str = "https://git.example.com/shop/blob/main";

/// What `deploy/roll.sh` does before the first start.
const LINKS: &str =
    "ops/links.sh deploy/linked/alerts ops/alerts/*.yml; ops/links.sh deploy/linked/dashboards ops/dashboards/*.json";

/// What was posted to the receivers: the path, and the body.
type Posts = Arc<Mutex<Vec<(String, Value)>>>;

/// The receivers of alerts, on this machine.
pub(super) struct Receivers(Posts);

impl Receivers {
    /// Listens, and writes the URLs where the README says, and that of the repository; nothing in a project without
    /// Alertmanager.
    pub(super) fn start(site: &Site) -> Result<Option<Self>> {
        if !site.has(SERVICE) {
            return Ok(None);
        }
        let gateway = "{{(index .IPAM.Config 0).Gateway}}";
        let host = site.docker(["network", "inspect", "bridge", "--format", gateway])?.read()?;
        let listener = TcpListener::bind("0.0.0.0:0")?;
        let port = listener.local_addr()?.port();
        let folder = site.folder().join("secrets/alertmanager");
        fs::create_dir_all(&folder)?;
        for receiver in ["pages", "tickets", "watchdog"] {
            fs::write(folder.join(receiver), format!("http://{}:{port}/{receiver}\n", host.trim()))?;
        }
        fs::write(site.folder().join("../ops/repository-url"), format!("{REPOSITORY}\n"))?;
        site.shell(LINKS)?.read()?;
        let posts = Posts::default();
        let receivers = Self(Arc::clone(&posts));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that breaks is tried again by its sender.
                let _ = receive(stream, &posts);
            }
        });
        Ok(Some(receivers))
    }

    /// The dead man's switch hears that alerts are delivered.
    pub(super) fn check_watchdog(&self, tally: &mut Tally, name: &str) {
        tally.check(&format!("{name}: the watchdog is heard"), || self.hear("/watchdog", "Watchdog", name));
    }

    /// With no replica left, the alert reaches the pager.
    pub(super) fn check_page(&self, tally: &mut Tally, name: &str) {
        tally.check(&format!("{name}: an outage pages"), || self.hear("/pages", "NoReplicaIsReady", name));
    }

    fn hear(&self, path: &str, alert: &str, service: &str) -> Result<()> {
        process::eventually(LIMIT, || {
            let posts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is = |(to, body): &&(String, Value)| {
                let labels = &body["commonLabels"];
                to == path && body["status"] == "firing" && labels["alertname"] == alert && labels["service"] == service
            };
            let Some((_, body)) = posts.iter().find(is) else { bail!("{alert} is not among {} posts", posts.len()) };
            let link = body["commonAnnotations"]["runbook_url"].as_str().unwrap_or_default();
            ensure!(link.starts_with(&format!("{REPOSITORY}/ops/runbook/")), "{alert} links to `{link}`");
            Ok(())
        })
    }
}

/// Alertmanager reads its own configuration, and refuses one with an error in it.
pub(super) fn check_configuration(tally: &mut Tally, site: &Site, name: &str) {
    if !site.has(SERVICE) {
        return;
    }
    let check = |text: &str| {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("alertmanager.yml"), text)?;
        let mount = format!("{}:/configuration:ro", folder.path().display());
        let run = ["run", "--rm", "--user", "root", "--volume", &mount, "--entrypoint", "amtool", site.image(SERVICE)?];
        let output = site.docker(run)?.args(["check-config", "/configuration/alertmanager.yml"]).capture()?;
        ensure!(output.status.success(), "{}", output.tail());
        Ok(())
    };
    let text = || fs::read_to_string(site.folder().join("alertmanager/alertmanager.yml"));
    tally.check(&format!("{name}: amtool check-config"), || check(&text()?));
    tally.check(&format!("{name}: amtool check-config bites"), || {
        bites(check(&text()?.replacen("receiver: pages", "receiver: pager", 1)))
    });
}

/// Reads one request and answers 200.
fn receive(mut stream: TcpStream, posts: &Posts) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    reader.read_line(&mut head)?;
    let path = head.split(' ').nth(1).context("no path")?.to_owned();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    posts.lock().unwrap_or_else(PoisonError::into_inner).push((path, serde_json::from_slice(&body)?));
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    Ok(())
}
