//! Writes to what is cached: the cache forgets what a write may have changed.

use super::cache::Cache;
use super::copy::Cached;
use super::error::Result;

impl<T: Cached> Cache<T> {
    /// Makes a write to the value of this id, then forgets its copies: also if the write failed, unless it is certain
    /// that nothing was written.
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
}
