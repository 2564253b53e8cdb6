//! The cache of one kind of resource: copies in the memory of this process.

use std::marker::PhantomData;
use std::time::Duration;

use super::Platform;
use super::copies::Copies;
use super::copy::{Loaded, Outcome, Times};
use super::document::{Cached, Document};
use super::error::Result;

pub struct Cache<T> {
    copies: Copies,
    holds: PhantomData<fn() -> T>,
}

impl<T: Cached> Cache<T> {
    pub fn new(platform: &Platform) -> Self {
        let times = Times::fresh_for(platform.settings.cache.cache_ttl);
        Self { copies: Copies::new(times), holds: PhantomData }
    }

    /// The value of this id, or `None` if there is none; loaded unless there is a fresh copy.
    ///
    /// # Errors
    /// That of the load, if there is no stale copy either.
    pub async fn get<L>(&self, id: i64, load: L) -> Result<(Option<Document>, Outcome)>
    where
        L: Future<Output = Result<Option<T>>> + Send + 'static,
    {
        let load = async {
            let value = load.await?.as_ref().map(Document::new);
            Ok(Loaded { value, word: "miss", age: Duration::ZERO })
        };
        self.copies.get(id, load).await
    }

    /// Must be called when the value of this id may have changed.
    pub async fn forget(&self, id: i64) {
        self.copies.forget(id);
    }

    pub fn copies(&self) -> &Copies {
        &self.copies
    }
}
