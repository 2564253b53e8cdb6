//! Access to the shared cache server without the service: Redis.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::cmd;

use super::{direct, servers};

pub const NAME: &str = "redis";

pub struct Store(MultiplexedConnection);

pub fn url() -> String {
    servers::redis()
}

/// The flag that makes a service use the server at this URL.
pub fn flag(url: &str) -> String {
    format!("--redis-url={url}")
}

impl Store {
    pub async fn connect() -> Self {
        Self(direct::redis().await)
    }

    pub async fn get(&self, key: &str) -> Option<Vec<u8>> {
        cmd("GET").arg(key).query_async(&mut self.0.clone()).await.expect("Redis answers")
    }

    pub async fn set(&self, key: &str, value: &[u8]) {
        let set = cmd("SET").arg(key).arg(value).arg("EX").arg(60).take();
        set.exec_async(&mut self.0.clone()).await.expect("Redis answers");
    }

    /// The remaining TTL of a value.
    pub async fn left(&self, key: &str) -> Option<Duration> {
        let left: i64 = cmd("PTTL").arg(key).query_async(&mut self.0.clone()).await.expect("Redis answers");
        left.try_into().ok().map(Duration::from_millis)
    }
}
