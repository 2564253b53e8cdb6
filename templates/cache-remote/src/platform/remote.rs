//! Cached values on a server that replicas share: a value loaded by one replica need not be loaded by the others, and
//! after a write none of them finds the old value there.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::copy::{Loaded, fresh_until};
use super::document::{Cached, Document};
use super::error::Result;
use super::{Settings, store, telemetry};

/// The maximum age of a value in the local cache in front, and so the delay until a write of another replica is seen.
const LOCAL_TTL: Duration = Duration::from_secs(2);

/// The marker stored in place of a value that was just written, so that a load that began before the write cannot store
/// the old value.
const WRITTEN: &[u8] = b"written";

/// The TTL of the marker. A value that took half as long to load is not stored.
const WRITTEN_FOR: Duration = Duration::from_secs(10);

/// The maximum bytes of a value, less than 1 MiB: a larger one would delay all others, or be rejected.
const MAX_VALUE: usize = 1_000_000;

pub struct Remote<T> {
    /// The TTL of the local cache in front. Together with the TTL on the server it is at most `ttl`.
    pub local_ttl: Duration,
    ttl: Duration,
    store: store::Store,
    prefix: String,
    /// Ids whose marker could not be stored, and until when the server may have the old value. Only their last ten
    /// bits, so that this is bounded; other ids with the same bits only cause additional loads.
    distrusted: Mutex<HashMap<i64, Instant>>,
    holds: PhantomData<fn() -> T>,
}

impl<T: Cached> Remote<T> {
    pub fn new(settings: &Settings, store: store::Store) -> Self {
        let ttl = settings.cache.cache_ttl;
        let prefix = format!("{}:{}", settings.link.key_prefix, T::name());
        Self { local_ttl: LOCAL_TTL.min(ttl / 2), ttl, store, prefix, distrusted: Mutex::default(), holds: PhantomData }
    }

    /// Returns the value from the server, else loads it.
    ///
    /// # Errors
    /// That of the load.
    pub async fn get(&self, id: i64, load: impl Future<Output = Result<Option<T>>>) -> Result<Loaded> {
        let begun = Instant::now();
        let distrusted = self.distrusted().get(&(id & 1023)).is_some_and(|until| *until > begun);
        let held = if distrusted { None } else { store::get(&self.store, &self.key(id)).await };
        let vacant = matches!(held, Some(None));
        if let Some(bytes) = held.flatten().filter(|bytes| bytes != WRITTEN) {
            if let Ok(value) = serde_json::from_slice::<Option<T>>(&bytes) {
                let value = value.as_ref().map(Document::new);
                return Ok(Loaded { value, word: "shared", age: begun.elapsed() });
            }
            telemetry::count("cache_undecodable_total");
            self.forget(id).await;
        }
        let value = load.await?.as_ref().map(Document::new);
        if vacant {
            self.put(id, &value, begun.elapsed()).await;
        }
        // The age counts from the start of the load, so that a write of another replica since then is seen in time.
        Ok(Loaded { value, word: "miss", age: begun.elapsed() })
    }

    async fn put(&self, id: i64, value: &Option<Document>, age: Duration) {
        let json = serde_json::to_vec(value).expect("a cached value is JSON");
        let spent = Instant::now() + age + self.local_ttl;
        let left = fresh_until(self.ttl, value.is_some()).saturating_duration_since(spent);
        if json.len() <= MAX_VALUE && age < WRITTEN_FOR / 2 && !left.is_zero() {
            store::add(&self.store, &self.key(id), &json, left).await;
        }
    }
}

impl<T> Remote<T> {
    /// Must be called when the value of this id may have changed, before the response is sent.
    pub async fn forget(&self, id: i64) {
        if store::set(&self.store, &self.key(id), WRITTEN, WRITTEN_FOR).await.is_none() {
            self.distrusted().insert(id & 1023, Instant::now() + self.ttl);
        }
    }

    fn distrusted(&self) -> MutexGuard<'_, HashMap<i64, Instant>> {
        self.distrusted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, id: i64) -> String {
        format!("{}:{id}", self.prefix)
    }
}
