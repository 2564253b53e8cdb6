//~ if cache_memory
//! Products in memory: one load however many ask, nothing older than a write, a stale copy when the database fails, and
//! a bound on what it all weighs.
//~ else
//! Products in memory, for moments, in front of those that replicas share: one load however many ask, nothing older than
//! a write, a stale copy when the database fails, and a bound on what it all weighs.
//~ endif

use std::{fmt, sync::Arc, sync::atomic::AtomicU64, sync::atomic::Ordering, time::Duration};

use tokio::time::Instant;

//~ if cache_memory
use crate::{error::Error, error::Result, products::Product, telemetry};
//~ else
use crate::{error::Error, error::Result, products::Product, remote::Found, remote::Remote, telemetry};
//~ endif

/// Bytes held at most.
const CAPACITY: u64 = 64 << 20;

/// How long a copy outlives its freshness, to be served while the database fails.
pub const STALE_FOR: Duration = Duration::from_secs(600);

/// Most that "there is no such thing" is believed: somebody else may be making it.
const NEGATIVE: Duration = Duration::from_secs(5);

/// After a failed load a stale copy is served for so long before the next one.
const RETRY: Duration = Duration::from_secs(1);

pub struct Cache {
    //~ if not cache_memory
    remote: Arc<Remote>,
    //~ endif
    ttl: Duration,
    entries: moka::future::Cache<Key, Arc<Entry>>,
    /// How many writes there were, by id; ids that share a place forget together, which only costs loads.
    writes: [AtomicU64; 1024],
}

/// An id and the writes before. What was loaded before a write is filed where nobody looks after it: a load cannot
/// outlive a write that it did not see.
type Key = (i64, u64);

struct Entry {
    product: Result<Option<Product>>,
    fresh_until: Instant,
    /// When it is to be loaded again.
    due: Instant,
    //~ if not cache_memory
    /// Whether another load had brought it to the server before.
    shared: bool,
    //~ endif
}

impl Cache {
    //~ if cache_memory
    pub fn new(ttl: Duration) -> Self {
    //~ else
    pub fn new(remote: Remote) -> Self {
        let (ttl, remote) = (remote.front, Arc::new(remote));
    //~ endif
        let entries = moka::future::Cache::builder().max_capacity(CAPACITY).time_to_live(ttl + STALE_FOR);
        let entries = entries.weigher(|_, entry: &Arc<Entry>| entry.weight()).build();
        //~ if cache_memory
        Self { ttl, entries, writes: [const { AtomicU64::new(0) }; 1024] }
        //~ else
        Self { remote, ttl, entries, writes: [const { AtomicU64::new(0) }; 1024] }
        //~ endif
    }

    /// The product of this id, or `None` if there is none; loaded unless a fresh copy is here.
    ///
    /// # Errors
    /// That of the load, if there is no stale copy either.
    pub async fn get(
        &self,
        id: i64,
        load: impl Future<Output = Result<Option<Product>>> + Send + 'static,
    ) -> Result<(Option<Product>, Outcome)> {
        let key = (id, self.writes(id).load(Ordering::Acquire));
        let held = self.entries.get(&key).await;
        let due = held.as_ref().is_none_or(|held| held.is_due());
        let entry = match held {
            Some(held) if !due => held,
            held => {
                let (entries, ttl) = (self.entries.clone(), self.ttl);
                let load = async { load.await.inspect_err(|_| telemetry::count("cache_load_failures_total")) };
                //~ if cache_memory
                let entry = async move { Arc::new(Entry::after(load.await, held, ttl)) };
                //~ else
                let (remote, begun) = (Arc::clone(&self.remote), Instant::now());
                let entry = async move { Arc::new(Entry::after(remote.get(id, load).await, held, ttl, begun)) };
                //~ endif
                let store = async move { entries.entry(key).or_insert_with_if(entry, |entry| entry.is_due()).await };
                // One load for all who ask, in a task of its own: it must not end with the client that came first.
                tokio::spawn(store).await.map_err(|panic| Error::of(500).because(panic))?.into_value()
            }
        };
        let outcome = entry.outcome(due);
        //~ if monitoring
        metrics::counter!("cache_requests_total", "result" => outcome.word).increment(1);
        //~ endif
        Ok((entry.product.clone()?, outcome))
    }

    //~ if cache_memory
    /// To be called when a write to this id is committed.
    pub fn forget(&self, id: i64) {
        self.writes(id).fetch_add(1, Ordering::Release);
    }
    //~ else
    /// Makes a write, then forgets the product of this id, here and on the server.
    ///
    /// # Errors
    /// That of the write.
    pub async fn write<T>(&self, write: impl Future<Output = Result<T>>, id: impl FnOnce(&T) -> i64) -> Result<T> {
        let written = write.await?;
        let id = id(&written);
        // First there: who asks once the count has gone up must not find what was there before.
        self.remote.forget(id).await;
        self.writes(id).fetch_add(1, Ordering::Release);
        Ok(written)
    }
    //~ endif

    /// How many entries there are, about.
    pub fn size(&self) -> u64 {
        self.entries.entry_count()
    }

    fn writes(&self, id: i64) -> &AtomicU64 {
        &self.writes[id as usize % self.writes.len()]
    }
}

impl Entry {
    //~ if cache_memory
    fn after(load: Result<Option<Product>>, held: Option<Arc<Self>>, ttl: Duration) -> Self {
        let now = Instant::now();
        match (load, held) {
            (Ok(product), _) => {
                let fresh_until = fresh_until(ttl, product.is_some());
                Self { product: Ok(product), fresh_until, due: fresh_until }
            }
            (Err(_), Some(held)) if matches!(held.product, Ok(Some(_))) && now < held.fresh_until + STALE_FOR => {
                Self { product: held.product.clone(), fresh_until: held.fresh_until, due: now + RETRY }
            }
            // Those who wait for this load fail with it; who comes next tries again.
            (Err(error), _) => Self { product: Err(error), fresh_until: now, due: now },
        }
    }
    //~ else
    fn after(load: Result<Found>, held: Option<Arc<Self>>, ttl: Duration, begun: Instant) -> Self {
        let now = Instant::now();
        match (load, held) {
            (Ok((product, shared)), _) => {
                let fresh_until = fresh_until(ttl, product.is_some());
                // As old as its load at least: a write since then is seen no later for that.
                Self { product: Ok(product), fresh_until, due: fresh_until - (now - begun), shared }
            }
            (Err(_), Some(held)) if matches!(held.product, Ok(Some(_))) && now < held.fresh_until + STALE_FOR => {
                let fresh_until = held.fresh_until.min(now);
                Self { product: held.product.clone(), fresh_until, due: now + RETRY, shared: false }
            }
            // Those who wait for this load fail with it; who comes next tries again.
            (Err(error), _) => Self { product: Err(error), fresh_until: now, due: now, shared: false },
        }
    }
    //~ endif

    fn is_due(&self) -> bool {
        self.due <= Instant::now()
    }

    fn outcome(&self, loaded: bool) -> Outcome {
        let (now, fresh_until) = (Instant::now(), self.fresh_until);
        let (left, past) = (fresh_until.saturating_duration_since(now), now.saturating_duration_since(fresh_until));
        let word = match &self.product {
            Ok(_) if left.is_zero() => "stale",
            //~ if not cache_memory
            Ok(_) if loaded && self.shared => "shared",
            //~ endif
            Ok(Some(_)) if !loaded => "hit",
            Ok(None) if !loaded => "negative",
            _ => "miss",
        };
        Outcome { word, ttl: left.as_secs() as i64 - past.as_secs() as i64 }
    }

    /// Bytes, with about what moka adds to each.
    fn weight(&self) -> u32 {
        let name = self.product.iter().flatten().map(|product| product.name.len()).sum::<usize>();
        (size_of::<Self>() + name + 200) as u32
    }
}

/// How the cache took part in an answer. Displayed, it is a `Cache-Status` header (RFC 9211).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    //~ if cache_memory
    /// `hit`, `miss`, `negative` (known not to exist) or `stale` (the database failed).
    //~ else
    /// `hit`, `shared` (a hit on the server), `miss`, `negative` (known not to exist) or `stale` (the database failed).
    //~ endif
    pub word: &'static str,
    /// Seconds that the copy is fresh for; below zero, those since it was.
    pub ttl: i64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.word {
            "miss" => write!(f, "app; fwd=miss; stored"),
            word => write!(f, "app; hit; ttl={}; detail={word}", self.ttl),
        }
    }
}

/// When a value that is stored now stops being fresh: up to a fifth before its time, so that what was stored together is
/// not read again together.
pub fn fresh_until(ttl: Duration, exists: bool) -> Instant {
    let ttl = if exists { ttl } else { ttl.min(NEGATIVE) };
    Instant::now() + ttl.mul_f64(1.0 - fastrand::f64() / 5.0)
}
