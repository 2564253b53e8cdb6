//! The cache of one kind of resource: copies in the memory of this process.

use std::time::Duration;

use super::Platform;
use super::copies::Copies;
use super::copy::{Cached, Loaded, Outcome, Times};
use super::error::Result;

pub struct Cache<T> {
    copies: Copies<T>,
}

impl<T: Cached> Cache<T> {
    pub fn new(platform: &Platform) -> Self {
        Self { copies: Copies::new(Times::fresh_for(platform.settings.cache.cache_ttl)) }
    }

    /// The value of this id, or `None` if there is none; loaded unless there is a fresh copy.
    ///
    /// # Errors
    /// That of the load, if there is no stale copy either.
    pub async fn get<L>(&self, id: i64, load: L) -> Result<(Option<T>, Outcome)>
    where
        L: Future<Output = Result<Option<T>>> + Send + 'static,
    {
        let load = async { Ok(Loaded { value: load.await?, word: "miss", age: Duration::ZERO }) };
        self.copies.get(id, load).await
    }

    /// Makes a write to the value of this id, then forgets its copy: also if the write failed, unless it is certain that
    /// nothing was written.
    ///
    /// # Errors
    /// That of the write.
    pub async fn write<W>(&self, id: i64, write: impl Future<Output = Result<W>>) -> Result<W> {
        let written = write.await;
        if !written.as_ref().is_err_and(|error| error.unchanged) {
            self.forget(id).await;
        }
        written
    }

    /// Makes a write that adds a value, then forgets that there was none of its id. If it is not known whether the value
    /// was added, that is believed for 5 s at most.
    ///
    /// # Errors
    /// That of the write.
    pub async fn add(&self, write: impl Future<Output = Result<T>>) -> Result<T> {
        let added = write.await?;
        self.forget(added.id()).await;
        Ok(added)
    }

    /// To be called when the value of this id may have changed.
    pub async fn forget(&self, id: i64) {
        self.copies.forget(id);
    }

    pub fn copies(&self) -> &Copies<T> {
        &self.copies
    }
}
