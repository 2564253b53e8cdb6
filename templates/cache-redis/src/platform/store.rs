//! The store of shared cached values: Redis. `None` means no response in time.

use std::time::Duration;

use redis::{Cmd, cmd};

use super::Platform;
pub use super::redis::Redis as Store;

pub fn of(platform: &Platform) -> Store {
    Store::clone(&platform.redis)
}

pub async fn get(store: &Store, key: &str) -> Option<Option<Vec<u8>>> {
    store.run(async |mut redis| cmd("GET").arg(key).query_async(&mut redis).await).await
}

/// Stores a value.
pub async fn set(store: &Store, key: &str, value: &[u8], ttl: Duration) -> Option<()> {
    run(store, command(key, value, ttl)).await
}

/// Stores a value if the key does not exist.
pub async fn add(store: &Store, key: &str, value: &[u8], ttl: Duration) -> Option<()> {
    run(store, command(key, value, ttl).arg("NX").take()).await
}

fn command(key: &str, value: &[u8], ttl: Duration) -> Cmd {
    cmd("SET").arg(key).arg(value).arg("PX").arg(ttl.as_millis().max(1) as u64).take()
}

async fn run(store: &Store, command: Cmd) -> Option<()> {
    store.run(async |mut redis| command.exec_async(&mut redis).await).await
}
