//! The connection to Redis, shared by everything that uses it.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, ConnectionInfo, RedisError};

use super::{breaker::Failure, link::Link};

pub type Redis = Arc<Link<ConnectionManager>>;

/// Error codes of replies about the server or access to it. Replies with another code are about one key or one command.
pub const OUTAGES: [&str; 11] = [
    "LOADING",
    "BUSY",
    "READONLY",
    "MASTERDOWN",
    "CLUSTERDOWN",
    "NOREPLICAS",
    "OOM",
    "MISCONF",
    "NOAUTH",
    "WRONGPASS",
    "NOPERM",
];

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// URL of Redis; rediss:// for TLS
    #[arg(long, env, hide_env_values = true, default_value = "redis://127.0.0.1:6379", value_parser = url)]
    pub redis_url: ConnectionInfo,
}

pub fn link(url: &ConnectionInfo) -> Redis {
    // Required because two crates include TLS providers. If a provider is already installed, it is the same one.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    // No delay: commands are small and must not wait for a packet to fill. Keep-alive detects a silently dropped
    // connection.
    let alive = TcpKeepalive::new().with_time(Duration::from_secs(30));
    let url = url.clone().set_tcp_settings(TcpSettings::default().set_nodelay(true).set_keepalive(alive));
    let connect = move || connect(url.clone()).boxed();
    // A wrong password may be reported only by the first command.
    Link::new("redis", Box::new(connect), |mut redis| {
        async move { Ok(redis::cmd("PING").exec_async(&mut redis).await?) }.boxed()
    })
}

/// The connection manager also reconnects once when the connection breaks: a restart costs a few commands but is no
/// outage. It does not retry after a delay, since the link does.
async fn connect(url: ConnectionInfo) -> anyhow::Result<ConnectionManager> {
    let config = ConnectionManagerConfig::new().set_number_of_retries(0).set_pipeline_buffer_size(1024);
    Ok(ConnectionManager::new_with_config(Client::open(url)?, config).await?)
}

impl Failure for RedisError {
    fn is_outage(&self) -> bool {
        // Without a code there was no reply.
        self.code().is_none_or(|code| OUTAGES.contains(&code))
    }
}

/// Parses `REDIS_URL`.
///
/// # Errors
/// If it has another scheme, cannot be parsed, or has a fragment: `#insecure` would disable the check of certificates.
pub fn url(text: &str) -> Result<ConnectionInfo, &'static str> {
    let scheme = ["redis://", "rediss://"].iter().any(|scheme| text.starts_with(scheme));
    let numbered = |url: &ConnectionInfo| url.redis_settings().db() >= 0;
    let url = text.parse().ok().filter(numbered).filter(|_| scheme && !text.contains('#'));
    url.ok_or("not a URL such as redis://:password@host:6379/0, or rediss://… for TLS, without a fragment (`#` is %23)")
}
