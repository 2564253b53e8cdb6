//! The store of shared cached values: Redis. `None` means no response in time.

use std::time::Duration;

use redis::cmd;

use super::Platform;
pub use super::redis::Redis as Store;

pub fn of(platform: &Platform) -> Store {
    Store::clone(&platform.redis)
}

pub async fn get(store: &Store, key: &str) -> Option<Option<Vec<u8>>> {
    store.run(async |mut redis| cmd("GET").arg(key).query_async(&mut redis).await).await
}

/// Stores a value; with `new`, only if the key does not exist.
pub async fn put(store: &Store, key: &str, value: &[u8], ttl: Duration, new: bool) -> Option<()> {
    let ttl = ttl.as_millis().max(1) as u64;
    let set = cmd("SET").arg(key).arg(value).arg("PX").arg(ttl).arg(new.then_some("NX")).take();
    store.run(async |mut redis| set.exec_async(&mut redis).await).await
}
