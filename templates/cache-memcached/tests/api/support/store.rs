//! Access to the shared cache server without the service: Memcached.

use std::time::Duration;

use memcache::exp::{AsyncMemcache, Ttl};

use super::servers;

pub const NAME: &str = "memcached";

pub struct Store(AsyncMemcache);

pub fn url() -> String {
    servers::memcached()
}

/// The flag that makes a service use the server at this URL.
pub fn flag(url: &str) -> String {
    format!("--memcached-url={url}")
}

impl Store {
    pub async fn connect() -> Self {
        let url = url();
        Self(AsyncMemcache::connect([servers::address(&url)]).await.expect("a valid address"))
    }

    pub async fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.0.get(key).await.expect("Memcached answers")
    }

    pub async fn set(&self, key: &str, value: &[u8]) {
        self.0.set(key, value, Ttl::secs(60)).await.expect("Memcached answers");
    }

    /// The remaining TTL of a value.
    pub async fn left(&self, key: &str) -> Option<Duration> {
        self.0.inspect(key).await.expect("Memcached answers")?.ttl
    }
}
