//! Whether the process lives, and whether it wants traffic.

//~ if database or limiter_redis
use std::collections::BTreeMap;
//~ endif
use std::net::{Ipv4Addr, TcpStream};
use std::{io::Write, sync::Arc, sync::atomic::Ordering::Relaxed, time::Duration};

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::App, config::Config, error::Envelope, error::Error};

//~ if database or limiter_redis
#[derive(Default, Serialize, ToSchema)]
//~ else
#[derive(Serialize, ToSchema)]
//~ endif
struct Health {
    #[schema(example = "ready")]
    status: &'static str,
    //~ if database or limiter_redis
    /// What the service needs, and whether each answers; they do not vote
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    dependencies: BTreeMap<&'static str, bool>,
    //~ endif
}

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// Whether the process lives
///
/// Touches nothing: a slow dependency must not get the process killed.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, description = "It does", body = Health)))]
async fn live() -> Json<Health> {
    //~ if database or limiter_redis
    Json(Health { status: "live", ..Health::default() })
    //~ else
    Json(Health { status: "live" })
    //~ endif
}

/// Whether the service wants traffic
#[utoipa::path(get, path = "/health/ready", tag = "health", responses(
    (status = 200, description = "It does", body = Health),
    (status = 503, description = "It starts or drains", body = Envelope),
))]
async fn ready(State(app): State<Arc<App>>) -> Result<Json<Health>, Error> {
    if !app.ready.load(Relaxed) {
        return Err(Error::of(503).because("starting or draining"));
    }
    //~ if database and not (cache_redis or cache_memcached or limiter_redis)
    let dependencies = BTreeMap::from([("database", crate::db::answers(&app.database).await)]);
    //~ endif
    //~ if cache_redis or cache_memcached or limiter_redis
    let mut dependencies = BTreeMap::new();
    //~ if database
    dependencies.insert("database", crate::db::answers(&app.database).await);
    //~ endif
    //~ if cache_redis or limiter_redis
    dependencies.insert("redis", app.redis.run(crate::redis::ping).await.is_some());
    //~ endif
    //~ if cache_memcached
    dependencies.insert("memcached", app.memcached.run(crate::store::ping).await.is_some());
    //~ endif
    //~ endif
    //~ if database or limiter_redis
    Ok(Json(Health { status: "ready", dependencies }))
    //~ else
    Ok(Json(Health { status: "ready" }))
    //~ endif
}

/// Asks the service on this machine whether it is ready, for images that have no curl.
///
/// # Errors
/// If it does not say so within two seconds.
pub fn check(config: &Config) -> anyhow::Result<()> {
    // An address to listen on everywhere is none to call.
    let host = if config.host.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { config.host };
    let mut stream = TcpStream::connect((host, config.admin_port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /health/ready HTTP/1.0\r\n\r\n")?;
    let answer = std::io::read_to_string(stream)?;
    anyhow::ensure!(answer.split(' ').nth(1) == Some("200"), "not ready");
    Ok(())
}
