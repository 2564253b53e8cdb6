//! The one connection to Redis, for all that is kept there.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, ConnectionInfo, RedisError};

use super::{breaker::Failure, link::Link};

pub type Redis = Arc<Link<ConnectionManager>>;

/// Error codes of replies that are about the server or about the access to it. Replies with another code are about one
/// key or one command.
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
    /// Where Redis is; rediss:// for TLS
    #[arg(long, env, default_value = "redis://127.0.0.1:6379", value_parser = url)]
    pub redis_url: ConnectionInfo,
}

pub fn link(url: &ConnectionInfo) -> Redis {
    // Said here because nothing else does where two crates bring TLS; if another part has said it before, it is the same.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    // Commands are small and must not wait for a packet to fill; an idle connection that is dropped silently is noticed.
    let alive = TcpKeepalive::new().with_time(Duration::from_secs(30));
    let url = url.clone().set_tcp_settings(TcpSettings::default().set_nodelay(true).set_keepalive(alive));
    let connect = move || connect(url.clone()).boxed();
    // A wrong password may only show with the first command.
    Link::new("redis", Box::new(connect), |mut redis| {
        async move { Ok(redis::cmd("PING").exec_async(&mut redis).await?) }.boxed()
    })
}

/// Also reconnects by itself, once, when the connection is cut: a restart costs a few commands and no outage. It never
/// waits to try again, which is for the link to do.
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

/// The rule of `REDIS_URL`.
///
/// # Errors
/// If it is of another scheme, cannot be read, or has a fragment: `#insecure` would switch the check of certificates off.
pub fn url(text: &str) -> Result<ConnectionInfo, &'static str> {
    let scheme = ["redis://", "rediss://"].iter().any(|scheme| text.starts_with(scheme));
    let numbered = |url: &ConnectionInfo| url.redis_settings().db() >= 0;
    let url = text.parse().ok().filter(numbered).filter(|_| scheme && !text.contains('#'));
    url.ok_or("not a URL such as redis://:password@host:6379/0, or rediss://… for TLS, without a fragment (`#` is %23)")
}
