//! The cache of one kind of resource, in two levels: short-lived copies in the memory of this process, in front of those
//! on the server that replicas share.

use std::sync::Arc;

use super::Platform;
use super::copies::Copies;
use super::copy::{Outcome, Times};
use super::document::{Cached, Document};
use super::error::Result;
use super::remote::Remote;
use super::store;

pub struct Cache<T> {
    copies: Copies,
    remote: Arc<Remote<T>>,
}

impl<T: Cached> Cache<T> {
    pub fn new(platform: &Platform) -> Self {
        let remote = Remote::new(&platform.settings, store::of(platform));
        Self { copies: Copies::new(Times::fresh_for(remote.local_ttl)), remote: Arc::new(remote) }
    }

    /// The value of this id, or `None` if there is none; loaded unless there is a fresh copy, here or on the server.
    ///
    /// # Errors
    /// That of the load, if there is no stale copy either.
    pub async fn get<L>(&self, id: i64, load: L) -> Result<(Option<Document>, Outcome)>
    where
        L: Future<Output = Result<Option<T>>> + Send + 'static,
    {
        let remote = Arc::clone(&self.remote);
        self.copies.get(id, async move { remote.get(id, load).await }).await
    }

    /// Must be called when the value of this id may have changed.
    pub async fn forget(&self, id: i64) {
        // The server first, so that a load that starts after this does not find the old value there.
        self.remote.forget(id).await;
        self.copies.forget(id);
    }

    pub fn copies(&self) -> &Copies {
        &self.copies
    }
}
