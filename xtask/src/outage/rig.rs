//! Two replicas of a generated service behind the load balancer of its deployment, as processes on this machine.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use restwell::stack::Stack;

use crate::http;
use crate::process::Running;
use crate::service::{self, Service};
use crate::{dirs, project, tools};

/// A generated service, built.
pub(super) struct Project {
    name: &'static str,
    folder: PathBuf,
    binary: PathBuf,
}

/// A running service with its load balancer.
pub(super) struct Rig {
    replicas: Vec<Service>,
    balancer: Balancer,
}

/// A running HAProxy.
struct Balancer {
    _running: Running,
    port: u16,
}

impl Project {
    /// A debug build: the stage tests behaviour, and the measured times are upper bounds.
    pub(super) fn build(stack: &Stack, name: &'static str) -> Result<Self> {
        let folder = dirs::target().join("outage").join(name);
        fs::create_dir_all(&folder)?;
        project::write(&project::render(stack, name)?, &folder)?;
        let limit = Duration::from_secs(1200);
        project::cargo(&folder).args(["build", "--locked", "--quiet"]).limit(limit).read()?;
        Ok(Self { name, binary: dirs::projects_target().join("debug").join(name), folder })
    }

    /// Starts two replicas with these settings, and HAProxy in front.
    pub(super) fn start(&self, settings: &[(String, String)]) -> Result<Rig> {
        let settings = [settings, &[("TRUSTED_PROXY_HOPS".to_owned(), "1".to_owned())]].concat();
        let replica = |number: u32| {
            let log = dirs::proof().join(format!("outage-{}-{number}.log", self.name));
            Service::start_with_log(&self.binary, &self.folder, &settings, &log)
        };
        let replicas = (1..=2).map(replica).collect::<Result<Vec<_>>>()?;
        let balancer = Balancer::start(&self.folder, &replicas)?;
        Ok(Rig { replicas, balancer })
    }
}

impl Rig {
    /// The public port.
    pub(super) fn port(&self) -> u16 {
        self.balancer.port
    }

    /// The replicas, which can also be reached directly.
    pub(super) fn replicas(&self) -> impl Iterator<Item = &Service> {
        self.replicas.iter()
    }

    /// An error unless every breaker of every replica is closed.
    pub(super) fn breakers_closed(&self) -> Result<()> {
        for replica in &self.replicas {
            let metrics = http::get(replica.admin_port, "/metrics")?.expect(200)?;
            if let Some(open) = metrics.lines().find(|line| line.starts_with("breaker_open") && !line.ends_with(" 0")) {
                bail!("{open}");
            }
        }
        Ok(())
    }

    /// The sum of a metric over the replicas.
    pub(super) fn count(&self, metric: &str) -> Result<f64> {
        let mut sum = 0.0;
        for replica in &self.replicas {
            let metrics = http::get(replica.admin_port, "/metrics")?.expect(200)?;
            let series = metrics.lines().filter(|line| line.starts_with(metric));
            sum += series.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>();
        }
        Ok(sum)
    }

    /// Stops the replicas. Exit code 0 of each also shows that none has exited before.
    pub(super) fn stop(self) -> Result<()> {
        let Self { replicas, balancer } = self;
        drop(balancer);
        replicas.into_iter().try_for_each(Service::stop)
    }
}

impl Balancer {
    /// Starts HAProxy with the project's configuration, without its Docker-specific parts.
    fn start(project: &std::path::Path, replicas: &[Service]) -> Result<Self> {
        let (port, health) = (service::free_port()?, service::free_port()?);
        let text = fs::read_to_string(project.join("deploy/haproxy/haproxy.cfg"))?;
        let template = text.lines().find(|line| line.trim().starts_with("server-template")).context("no servers")?;
        let servers: Vec<String> = (replicas.iter().zip(1..))
            .map(|(replica, number)| {
                format!("    server app-{number} 127.0.0.1:{} check port {}", replica.port, replica.admin_port)
            })
            .collect();
        let text = text
            .replace(template, &servers.join("\n"))
            .replace("check port 8081 ", "check ")
            .replace("bind :8080", &format!("bind 127.0.0.1:{port}"))
            .replace("bind 127.0.0.1:8405", &format!("bind 127.0.0.1:{health}"));
        let configuration = project.join("haproxy.cfg");
        fs::write(&configuration, text)?;
        let haproxy = tools::program("haproxy")?.arg("-db").arg("-f").arg(&configuration);
        let mut running = haproxy.start(&dirs::proof().join("outage-haproxy.log"))?;
        // This path is not rate limited, so no client's quota changes.
        running.until(Duration::from_secs(10), || http::get(port, "/health/ready")?.expect(200))?;
        Ok(Self { _running: running, port })
    }
}
