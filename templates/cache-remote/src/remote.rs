//! Products on the server that replicas share: what one has loaded none has to load again, and what one has written none
//! finds there as it was before.

use std::time::Duration;

use tokio::time::Instant;

use crate::{cache::fresh_until, config::Config, error::Result, products::Product, store, telemetry};

/// Longest that a copy is held in front, and so that a write of another replica goes unseen.
const FRONT: Duration = Duration::from_secs(2);

/// Takes the place of a product that was written a moment ago, so that no load from before the write can put there what
/// it found.
const WRITTEN: &[u8] = b"written";

/// How long it keeps the place. What took half as long to load is not put there.
const WRITTEN_FOR: Duration = Duration::from_secs(10);

/// Less than 1 MiB: a larger value holds up all others, or is refused.
const LARGEST: usize = 1_000_000;

pub struct Remote {
    /// Together with the time on the server this is within the TTL.
    pub front: Duration,
    ttl: Duration,
    store: store::Store,
    prefix: String,
    /// Ids that were written when the server could not be told: for as long as it may hold what was there before. Only
    /// their last ten bits, so that this cannot grow; to be distrusted for another only costs loads.
    distrusted: moka::future::Cache<i64, ()>,
}

/// A product, and whether it was on the server and needed no load.
pub type Found = (Option<Product>, bool);

impl Remote {
    pub fn new(store: store::Store, config: &Config) -> Self {
        let (ttl, prefix) = (config.cache_ttl, config.key_prefix.clone());
        let distrusted = moka::future::Cache::builder().time_to_live(ttl).build();
        Self { front: FRONT.min(ttl / 2), ttl, store, prefix, distrusted }
    }

    /// Loads the product unless it is on the server.
    ///
    /// # Errors
    /// That of the load.
    pub async fn get(&self, id: i64, load: impl Future<Output = Result<Option<Product>>>) -> Result<Found> {
        let begun = Instant::now();
        let distrusted = self.distrusted.contains_key(&(id & 1023));
        let held = if distrusted { None } else { store::get(&self.store, &self.key(id)).await };
        let vacant = matches!(held, Some(None));
        if let Some(bytes) = held.flatten().filter(|bytes| bytes != WRITTEN) {
            if let Ok(product) = serde_json::from_slice(&bytes) {
                return Ok((product, true));
            }
            telemetry::count("cache_undecodable_total");
            self.forget(id).await;
        }
        let product = load.await?;
        if vacant {
            self.put(id, &product, begun.elapsed()).await;
        }
        Ok((product, false))
    }

    /// To be called when a write to this id is committed, before anybody hears of it.
    pub async fn forget(&self, id: i64) {
        if store::put(&self.store, &self.key(id), WRITTEN, WRITTEN_FOR, false).await.is_none() {
            self.distrusted.insert(id & 1023, ()).await;
        }
    }

    async fn put(&self, id: i64, product: &Option<Product>, age: Duration) {
        let json = serde_json::to_vec(product).expect("a product is JSON");
        let spent = Instant::now() + age + self.front;
        let left = fresh_until(self.ttl, product.is_some()).saturating_duration_since(spent);
        if json.len() <= LARGEST && age < WRITTEN_FOR / 2 && !left.is_zero() {
            store::put(&self.store, &self.key(id), &json, left, true).await;
        }
    }

    fn key(&self, id: i64) -> String {
        format!("{}:product:{id}", self.prefix)
    }
}
