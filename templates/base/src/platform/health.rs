//! Whether the process lives, whether it wants traffic, and whether what it depends on answers.

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

/// The time between two readings of the dependencies, and the longest that one takes.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(example = "ready")]
    status: &'static str,
    /// Whether each dependency answers; informational, does not affect readiness
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    dependencies: BTreeMap<&'static str, bool>,
}

/// What the service depends on. Readings are taken beside the requests, on connections that requests do not use: however
/// often health is asked for, it costs the dependencies nothing.
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

    /// Takes readings. Does not return.
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

/// Whether the process lives
///
/// Touches nothing: a slow dependency must not get the process killed.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, description = "It does", body = Health)))]
async fn live() -> Json<Health> {
    Json(Health { status: "live", dependencies: BTreeMap::new() })
}

/// Whether the service wants traffic
#[utoipa::path(get, path = "/health/ready", tag = "health", responses(
    (status = 200, description = "It does", body = Health),
    (status = 503, description = "It starts or drains", body = Envelope),
))]
async fn ready(State(platform): State<Arc<Platform>>) -> Result<Json<Health>, Error> {
    if !platform.ready.load(Relaxed) {
        return Err(Error::of(503).because("starting or draining"));
    }
    Ok(Json(Health { status: "ready", dependencies: platform.dependencies.readings() }))
}

/// Asks the service on this machine whether it is ready, for images that have no curl.
///
/// # Errors
/// If it does not say so within two seconds.
pub fn check(settings: &server::Settings) -> anyhow::Result<()> {
    // An address to listen on everywhere is none to call.
    let host = if settings.host.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { settings.host };
    let mut stream = TcpStream::connect((host, settings.admin_port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /health/ready HTTP/1.0\r\n\r\n")?;
    let answer = std::io::read_to_string(stream)?;
    anyhow::ensure!(answer.split(' ').nth(1) == Some("200"), "not ready");
    Ok(())
}
