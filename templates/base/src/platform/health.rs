//! Liveness, readiness, and the state of dependencies.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::{io::Write, sync::Arc, time::Duration};

use axum::{Json, extract::State};
use futures_util::future::{BoxFuture, join_all};
use serde::Serialize;
use tokio::time::{sleep, timeout};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Platform, error::Envelope, error::Error, server};

/// The time between two checks of the dependencies, and the time-out of one.
const INTERVAL: Duration = Duration::from_secs(1);

/// The limit of the sub-command `healthcheck`, for connecting and for each read.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(example = "ready")]
    status: &'static str,
    /// Whether each dependency responds; informational, does not affect readiness
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    dependencies: BTreeMap<&'static str, bool>,
}

/// The dependencies of the service. They are checked in the background, on connections that requests do not use:
/// requests for health cause no load on them.
#[derive(Default)]
pub struct Dependencies(Vec<Dependency>);

struct Dependency {
    name: &'static str,
    probe: Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>,
    answers: AtomicBool,
}

impl Dependencies {
    pub fn with<P>(mut self, name: &'static str, probe: P) -> Self
    where
        P: Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync + 'static,
    {
        self.0.push(Dependency { name, probe: Box::new(probe), answers: AtomicBool::new(false) });
        self
    }

    /// Checks the dependencies regularly. Does not return.
    pub async fn watch(&self) {
        loop {
            join_all(self.0.iter().map(Dependency::read)).await;
            sleep(INTERVAL).await;
        }
    }

    fn readings(&self) -> BTreeMap<&'static str, bool> {
        self.0.iter().map(|dependency| (dependency.name, dependency.answers.load(Relaxed))).collect()
    }
}

impl Dependency {
    async fn read(&self) {
        let answers = matches!(timeout(INTERVAL, (self.probe)()).await, Ok(Ok(())));
        self.answers.store(answers, Relaxed);
    }
}

pub fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// Check liveness
///
/// Checks no dependency: a slow dependency must not cause a restart of the process.
#[utoipa::path(get, path = "/health/live", tag = "health", responses(
    (status = 200, description = "The process runs", body = Health),
))]
async fn live() -> Json<Health> {
    Json(Health { status: "live", dependencies: BTreeMap::new() })
}

/// Check readiness
#[utoipa::path(get, path = "/health/ready", tag = "health", responses(
    (status = 200, description = "The service accepts requests", body = Health),
    (status = 503, description = "The service is starting or draining", body = Envelope),
))]
async fn ready(State(platform): State<Arc<Platform>>) -> Result<Json<Health>, Error> {
    if !platform.ready.load(Relaxed) {
        return Err(Error::of(503).because("starting or draining"));
    }
    Ok(Json(Health { status: "ready", dependencies: platform.dependencies.readings() }))
}

/// Checks whether the service on this machine is ready, for images without curl.
///
/// # Errors
/// If it is not ready, or if connecting or a read takes longer than [`CHECK_TIMEOUT`].
pub fn check(settings: &server::Settings) -> anyhow::Result<()> {
    // The unspecified address is only for listening; connect to the loopback address instead.
    let mut address = settings.admin();
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let mut stream = TcpStream::connect_timeout(&address, CHECK_TIMEOUT)?;
    stream.set_read_timeout(Some(CHECK_TIMEOUT))?;
    stream.write_all(b"GET /health/ready HTTP/1.0\r\n\r\n")?;
    let answer = std::io::read_to_string(stream)?;
    anyhow::ensure!(answer.split(' ').nth(1) == Some("200"), "not ready");
    Ok(())
}
