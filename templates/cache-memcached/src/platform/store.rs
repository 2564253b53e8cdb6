//! The store of shared cached values: Memcached. `None` means no response in time.

use std::{sync::Arc, time::Duration};

use axum::http::uri::Authority;
use futures_util::FutureExt;
use memcache::exp::{AsyncMemcache, Error, Ttl};

use super::{Platform, breaker::Failure, link::Link};

/// Each command uses one connection exclusively; with none left, commands wait.
const CONNECTIONS: usize = 64;

pub type Store = Arc<Link<AsyncMemcache>>;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// URL of Memcached
    #[arg(long, env, default_value = "memcache://127.0.0.1:11211", value_parser = address)]
    pub memcached_url: String,
}

pub fn of(platform: &Platform) -> Store {
    Store::clone(&platform.memcached)
}

pub fn link(address: &str) -> Store {
    let address = address.to_owned();
    let connect = move || connect(address.clone()).boxed();
    Link::new("memcached", Box::new(connect), |memcached| {
        async move { Ok(memcached.get::<Vec<u8>>("ping").await.map(drop)?) }.boxed()
    })
}

async fn connect(address: String) -> anyhow::Result<AsyncMemcache> {
    let memcached = AsyncMemcache::builder().max_connections(CONNECTIONS).max_idle(CONNECTIONS);
    Ok(memcached.connect_async([address]).await?)
}

impl Failure for Error {
    fn is_outage(&self) -> bool {
        match self {
            // CLIENT_ERROR, and errors detected by the client: about one command.
            Self::Rejected(_) | Self::Usage(_) | Self::EmptyValue | Self::Encode(_) | Self::Decode(_) => false,
            // This SERVER_ERROR reply is also about one command; the others are about the server.
            Self::Server(reply) => !reply.contains("too large"),
            _ => true,
        }
    }
}

pub async fn get(store: &Store, key: &str) -> Option<Option<Vec<u8>>> {
    store.run(async |memcached| memcached.get(key).await).await
}

/// Stores a value.
pub async fn set(store: &Store, key: &str, value: &[u8], ttl: Duration) -> Option<()> {
    let Some(ttl) = seconds(ttl) else { return Some(()) };
    store.run(async |memcached| memcached.set(key, value, ttl).await).await
}

/// Stores a value if the key does not exist.
pub async fn add(store: &Store, key: &str, value: &[u8], ttl: Duration) -> Option<()> {
    let Some(ttl) = seconds(ttl) else { return Some(()) };
    store.run(async |memcached| memcached.add(key, value, ttl).await.map(drop)).await
}

/// Memcached counts whole seconds: a value with a TTL below one second is not stored.
fn seconds(ttl: Duration) -> Option<Ttl> {
    (ttl.as_secs() > 0).then(|| Ttl::secs(ttl.as_secs() as u32))
}

/// Parses `MEMCACHED_URL`: host and port.
///
/// # Errors
/// If it has other parts: user, password and TLS are not supported for Memcached.
pub fn address(text: &str) -> Result<String, &'static str> {
    let address = text.strip_prefix("memcache://").filter(|address| !address.contains('@'));
    let authority: Option<Authority> = address.and_then(|address| address.parse().ok());
    let complete = |of: &Authority| !of.host().is_empty() && of.port_u16().is_some_and(|port| port > 0);
    let address = authority.filter(complete).map(|authority| authority.to_string());
    address.ok_or("not an address such as memcache://127.0.0.1:11211")
}
