//! Cached values in memory, called copies: concurrent readers share one load, no reader gets a value older than a write
//! of this process, a stale copy is served while a load is running or has failed (RFC 5861), and the memory of all
//! copies is bounded.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter, sync::DefaultLifecycle};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::copy::{Copy, Loaded, Outcome, Times};
use super::document::Document;
use super::error::{Error, Result};
use super::settings::time;
use super::telemetry;

/// The most bytes that all copies may use.
const CAPACITY: u64 = 64 << 20;

/// The number of copies to allocate the map for; there may be more.
const EXPECTED: usize = 10_000;

/// Each shard has its part of the capacity, which is also the limit for one copy.
const SHARDS: usize = 8;

/// How long the reader that starts a load waits for it if there is a stale copy.
const REFRESH_WAIT: Duration = Duration::from_millis(25);

/// The most loads at a time. A load continues when its readers disconnect, and `MAX_IN_FLIGHT` does not count it then.
pub const MAX_LOADS: usize = 64;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Longest a cached value may lag behind the database, from 100ms to 30d
    #[arg(long, env, default_value = "60s", value_parser = time("100ms", "30d"))]
    pub cache_ttl: Duration,
}

/// The copies of one kind of resource.
pub struct Copies {
    times: Times,
    copies: Arc<quick_cache::sync::Cache<Key, Arc<Copy>, Weight>>,
    flights: Flights,
    loads: Arc<Semaphore>,
    /// The number of writes, by id modulo the length: ids with the same counter only cause additional loads.
    writes: [AtomicU64; 1024],
}

/// An id, and the number of writes so far. A load that started before a write stores its copy under a key that no later
/// reader uses.
type Key = (i64, u64);

/// Running loads: each is one task, and all readers of a key await the same one.
type Flights = Arc<Mutex<HashMap<Key, Flight>>>;

type Flight = Shared<BoxFuture<'static, Result<Arc<Copy>>>>;

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Copy>> for Weight {
    fn weight(&self, _: &Key, copy: &Arc<Copy>) -> u64 {
        copy.weight()
    }
}

impl Copies {
    pub fn new(times: Times) -> Self {
        let mut options = OptionsBuilder::new();
        options.weight_capacity(CAPACITY).estimated_items_capacity(EXPECTED).shards(SHARDS);
        let options = options.build().expect("both capacities are set");
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self {
            times,
            copies: Arc::new(quick_cache::sync::Cache::with_options(options, Weight, hasher, lifecycle)),
            flights: Flights::default(),
            loads: Arc::new(Semaphore::new(MAX_LOADS)),
            writes: [const { AtomicU64::new(0) }; 1024],
        }
    }

    /// The value of this id, or `None` if there is none; loaded unless there is a fresh copy.
    ///
    /// # Errors
    /// That of the load, if there is no stale copy either.
    pub async fn get<L>(&self, id: i64, load: L) -> Result<(Option<Document>, Outcome)>
    where
        L: Future<Output = Result<Loaded>> + Send + 'static,
    {
        let key = (id, self.writes(id).load(Ordering::Acquire));
        let (copy, loaded) = match self.copies.get(&key) {
            Some(copy) if !copy.is_due() => (copy, false),
            Some(copy) if copy.is_usable() => self.refresh(key, copy, load).await?,
            _ => (self.load(key, load).await?, true),
        };
        let outcome = copy.outcome(loaded);
        //~ if monitoring
        metrics::counter!("cache_requests_total", "result" => outcome.word).increment(1);
        //~ endif
        Ok((copy.value.clone(), outcome))
    }

    /// Must be called when a write to this id may have been made.
    pub fn forget(&self, id: i64) {
        self.writes(id).fetch_add(1, Ordering::Release);
    }

    /// The number of copies, including expired ones that have not been evicted yet.
    pub fn size(&self) -> u64 {
        self.copies.len() as u64
    }

    /// The number of running loads.
    pub fn loading(&self) -> usize {
        MAX_LOADS - self.loads.available_permits()
    }

    /// Loads a copy again. Only the reader that starts the load waits for it, for at most `REFRESH_WAIT`; the others get
    /// the stale copy at once. The second value is true if the copy is the result of the load.
    async fn refresh<L>(&self, key: Key, stale: Arc<Copy>, load: L) -> Result<(Arc<Copy>, bool)>
    where
        L: Future<Output = Result<Loaded>> + Send + 'static,
    {
        let begun = {
            let mut flights = lock(&self.flights);
            let is_loading = flights.contains_key(&key);
            let permit = if is_loading { None } else { Arc::clone(&self.loads).try_acquire_owned().ok() };
            permit.map(|permit| {
                let flight = self.begin(key, Some(Arc::clone(&stale)), permit, load);
                flights.insert(key, flight.clone());
                flight
            })
        };
        let Some(flight) = begun else { return Ok((stale, false)) };
        match timeout(REFRESH_WAIT, flight).await {
            Ok(loaded) => Ok((loaded?, true)),
            Err(_elapsed) => Ok((stale, false)),
        }
    }

    /// Waits for the load of this key, or starts it as soon as there are fewer than `MAX_LOADS`.
    async fn load<L>(&self, key: Key, load: L) -> Result<Arc<Copy>>
    where
        L: Future<Output = Result<Loaded>> + Send + 'static,
    {
        let mut permit = None;
        let flight = loop {
            {
                let mut flights = lock(&self.flights);
                if let Some(flight) = flights.get(&key) {
                    break flight.clone();
                }
                permit = permit.or_else(|| Arc::clone(&self.loads).try_acquire_owned().ok());
                if let Some(permit) = permit.take() {
                    let flight = self.begin(key, None, permit, load);
                    flights.insert(key, flight.clone());
                    break flight;
                }
            }
            // A reader that disconnects while it waits here starts no load.
            permit = Arc::clone(&self.loads).acquire_owned().await.ok();
        };
        // If another reader has started this load, the permit is for a load of another key.
        drop(permit);
        flight.await
    }

    /// Starts a load in its own task, so that it does not end when the first client disconnects. The caller has locked
    /// the flights and adds this one, which removes itself at its end.
    fn begin<L>(&self, key: Key, stale: Option<Arc<Copy>>, permit: OwnedSemaphorePermit, load: L) -> Flight
    where
        L: Future<Output = Result<Loaded>> + Send + 'static,
    {
        let (copies, running, times) = (Arc::clone(&self.copies), Arc::clone(&self.flights), self.times.clone());
        let task = tokio::spawn(async move {
            let copy = match copies.get(&key) {
                // Another load has ended since this reader looked for a copy.
                Some(copy) if !copy.is_due() => Ok(copy),
                _ => {
                    let load = AssertUnwindSafe(load).catch_unwind().await;
                    let loaded = load.unwrap_or_else(|panic| {
                        telemetry::count("http_panics_total");
                        Err(Error::of_panic(&*panic))
                    });
                    Copy::after(loaded, stale.as_deref(), &times).map(Arc::new)
                }
            };
            if let Ok(copy) = &copy {
                copies.insert(key, Arc::clone(copy));
            }
            let flight = lock(&running).remove(&key);
            if stale.is_none() && flight.is_none_or(|flight| flight.strong_count() == Some(1)) {
                telemetry::count("cache_loads_abandoned_total");
            }
            drop(permit);
            copy
        });
        let flight = async { task.await.unwrap_or_else(|ended| Err(Error::of(500).because(ended))) };
        flight.boxed().shared()
    }

    fn writes(&self, id: i64) -> &AtomicU64 {
        &self.writes[id as usize % self.writes.len()]
    }
}

fn lock(flights: &Flights) -> MutexGuard<'_, HashMap<Key, Flight>> {
    flights.lock().unwrap_or_else(PoisonError::into_inner)
}
