//! The image as a machine of Fly.io runs it: with exactly the variables of `fly.toml` and the secrets of the README,
//! reached over IPv4 and over IPv6, of which the private network of Fly.io has only the second.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use toml_edit::DocumentMut;

use super::elsewhere::{ask, secret, stop};
use super::site::Site;
use super::{APP, eventually};
use crate::planted::bites;
use crate::program::Program;
use crate::tally::Tally;

/// A network with addresses of both kinds: the engine's own have only IPv4.
const NETWORK: &str = "machines";
const SUBNET: &str = "fd0d:f17a:5e1f::/64";

/// What the `fly.toml` of a project says.
struct Config {
    /// Names and values: those of `[env]`, then the secrets.
    env: Vec<(String, String)>,
    /// The ports, each with a path that responds with 200.
    ports: Vec<(u16, String)>,
    kill_timeout: Duration,
}

/// A container of the image; it is removed when dropped.
struct Machine<'a> {
    site: &'a Site<'a>,
    id: String,
}

/// Runs the checks with the files of `project`, which has the same program as the site.
pub(super) fn check(tally: &mut Tally, site: &Site, project: &Path) {
    let name = project.file_name().unwrap_or_default().to_string_lossy().into_owned();
    tally.note(&format!("{name}: with the environment of fly.toml its ports answer on IPv4 and IPv6"), || {
        let config = Config::read(site, project)?;
        let machine = Machine::start(site, &config.env)?;
        let asked = machine.ask_all(&config.ports)?;
        let stopped = stop(|arguments| site.docker(arguments), &machine.id, config.kill_timeout);
        Ok(format!("{asked}; {}", stopped.with_context(|| machine.log())?))
    });
    tally.check(&format!("{name}: a machine without IPv6 is found"), || {
        let mut config = Config::read(site, project)?;
        let host = config.env.iter_mut().find(|(name, value)| name == "HOST" && value == "::");
        "0.0.0.0".clone_into(&mut host.context("HOST is not `::`")?.1);
        let machine = Machine::start(site, &config.env)?;
        let [four, six] = machine.addresses()?;
        let (port, path) = config.ports.first().context("no port")?;
        eventually(|| ask(&format!("http://{four}:{port}{path}")))?;
        bites(ask(&format!("http://[{six}]:{port}{path}")))
    });
    // The engine would leave its bridge on this machine.
    tally.check(&format!("{name}: its network is removed"), || site.docker(["network", "rm", NETWORK])?.read());
}

impl Config {
    fn read(site: &Site, project: &Path) -> Result<Self> {
        let file: DocumentMut = fs::read_to_string(project.join("fly.toml"))?.parse()?;
        let table = file["env"].as_table().context("fly.toml has no [env]")?;
        let value = |(name, value): (&str, &toml_edit::Item)| {
            let value = value.as_str().with_context(|| format!("{name} is not a text"))?;
            ensure!(!value.contains("example.com"), "{name} is an example");
            Ok((name.to_owned(), value.to_owned()))
        };
        let mut env = table.iter().map(value).collect::<Result<Vec<_>>>()?;
        let readme = fs::read_to_string(project.join("README.md"))?;
        let secrets = readme.split_once("<<'END'\n").and_then(|(_, rest)| rest.split_once("END\n"));
        for line in secrets.context("the README sets no secrets")?.0.lines() {
            let name = line.split('=').next().unwrap_or_default();
            env.push((name.to_owned(), secret(site, name)?));
        }
        let port = |item: &toml_edit::Item| -> Result<u16> { Ok(item.as_integer().context("no port")?.try_into()?) };
        let service = &file["http_service"];
        let check = service["checks"].as_array_of_tables().and_then(|checks| checks.get(0)).context("no check")?;
        let path = check["path"].as_str().context("a check has no path")?;
        let metrics = file["metrics"].as_array_of_tables().and_then(|metrics| metrics.get(0)).context("no metrics")?;
        let path_of_metrics = metrics["path"].as_str().context("metrics have no path")?;
        let internal = port(&service["internal_port"])?;
        let paths = [(internal, path), (internal, "/health/live"), (port(&metrics["port"])?, path_of_metrics)];
        let ports = paths.map(|(port, path)| (port, path.to_owned())).to_vec();
        let seconds =
            file["kill_timeout"].as_str().and_then(|text| text.strip_suffix('s')).context("no kill_timeout")?;
        Ok(Self { env, ports, kill_timeout: Duration::from_secs(seconds.parse()?) })
    }
}

impl<'a> Machine<'a> {
    /// Starts it in the networks of the site's replicas too, where its servers are.
    fn start(site: &'a Site, env: &[(String, String)]) -> Result<Self> {
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), env.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>())?;
        if site.docker(["network", "inspect", NETWORK])?.read().is_err() {
            site.docker(["network", "create", "--ipv6", "--subnet", SUBNET, NETWORK])?.read()?;
        }
        let create = site.docker(["create", "--read-only", "--network", NETWORK, "--env-file"])?.arg(file.path());
        let id = create.arg(site.image(APP)?).read()?.trim().to_owned();
        let machine = Self { site, id };
        for network in site.networks(APP)? {
            site.docker(["network", "connect", network, &machine.id])?.read()?;
        }
        site.docker(["start", &machine.id])?.read()?;
        Ok(machine)
    }

    /// Its addresses in the network with both kinds.
    fn addresses(&self) -> Result<[String; 2]> {
        let format = format!("{{{{json .NetworkSettings.Networks.{NETWORK}}}}}");
        let network = self.site.docker(["inspect", "--format", &format, &self.id])?.read()?;
        let network: Value = serde_json::from_str(&network)?;
        let address = |key: &str| network[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Ok([address("IPAddress").context("no IPv4")?, address("GlobalIPv6Address").context("no IPv6")?])
    }

    /// Asks each port at each address, and says how many were asked.
    fn ask_all(&self, ports: &[(u16, String)]) -> Result<String> {
        let [four, six] = self.addresses()?;
        for host in [four, format!("[{six}]")] {
            for (port, path) in ports {
                let url = format!("http://{host}:{port}{path}");
                eventually(|| ask(&url)).with_context(|| self.log())?;
            }
        }
        let ports: Vec<_> = ports.iter().map(|(port, path)| format!(":{port}{path}")).collect();
        Ok(format!("{} at both addresses", ports.join(" and ")))
    }

    fn log(&self) -> String {
        let log = self.site.docker(["logs", "--tail", "10", &self.id]).and_then(Program::capture);
        log.map_or_else(|error| error.to_string(), |output| output.tail())
    }
}

impl Drop for Machine<'_> {
    fn drop(&mut self) {
        if let Ok(remove) = self.site.docker(["rm", "--force", "--volumes", &self.id]) {
            remove.clean_up();
        }
    }
}
