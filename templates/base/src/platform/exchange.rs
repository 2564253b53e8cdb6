//! What a connection and the layers around a request tell each other. HTTP/1 has one request at a time on a connection, so
//! one value serves all of them; each request carries it as an extension.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

/// How far the request has come.
#[derive(Clone, Copy, Default, PartialEq)]
pub enum Phase {
    #[default]
    Idle,
    Receiving,
    Handling,
    /// The answer is being written.
    Answering,
}

#[derive(Default)]
pub struct Exchange(Mutex<State>);

#[derive(Default)]
pub struct State {
    pub phase: Phase,
    /// What the request's body takes of the budget for all bodies, until the request is answered.
    pub body: Option<OwnedSemaphorePermit>,
    /// Whether there was no room for the body.
    pub overloaded: bool,
    /// Whether the body was dropped long before its end, so that the connection ends.
    pub unread: bool,
    /// Whether the server has ended the connection, whatever happens on it.
    pub cut: bool,
}

impl Exchange {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
