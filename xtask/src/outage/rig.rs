//! Two replicas of a generated service behind the load balancer of its deployment, as processes on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use restwell::stack::Stack;

use crate::balancer::Balancer;
use crate::http;
use crate::service::Service;
use crate::{dirs, project};

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
        let balancer = balance(&self.folder, &replicas)?;
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
            let mut breakers = metrics.lines().filter(|line| line.starts_with("breaker_open{")).peekable();
            ensure!(breakers.peek().is_some(), "no breaker is measured");
            if let Some(open) = breakers.find(|line| !line.ends_with(" 0")) {
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
            let is_of = |line: &&str| line.strip_prefix(metric).is_some_and(|rest| rest.starts_with(['{', ' ']));
            let series = metrics.lines().filter(is_of);
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

/// HAProxy with the configuration of the project, in front of these replicas.
fn balance(project: &Path, replicas: &[Service]) -> Result<Balancer> {
    let server = |(replica, number): (&Service, u32)| {
        format!("    server app-{number} 127.0.0.1:{} check port {}", replica.port, replica.admin_port)
    };
    let servers: Vec<String> = replicas.iter().zip(1..).map(server).collect();
    let mut balancer = Balancer::start(&project.join("deploy/haproxy/haproxy.cfg"), &servers.join("\n"), "10")?;
    let port = balancer.port;
    // This path is not rate limited, so no client's quota changes.
    balancer.running.until(Duration::from_secs(10), || http::get(port, "/health/ready")?.expect(200))?;
    Ok(balancer)
}
