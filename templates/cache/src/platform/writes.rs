//! Writes to cached resources: every write invalidates the cached values that it may have changed.

use super::cache::Cache;
use super::document::Cached;
use super::error::Result;

impl<T: Cached> Cache<T> {
    /// Makes a write to the value of this id, then invalidates its cached values: also if the write failed, unless it
    /// certainly changed nothing.
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

    /// Makes a write that adds a value, then invalidates the cached absence of its id. If the result of the write is
    /// unknown, the absence stays cached for at most 5 s.
    ///
    /// # Errors
    /// That of the write.
    pub async fn add(&self, write: impl Future<Output = Result<T>>) -> Result<T> {
        let added = write.await?;
        self.forget(added.id()).await;
        Ok(added)
    }
}
