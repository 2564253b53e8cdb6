//! State shared by a connection and the layers around its requests. HTTP/1 has one request at a time on a connection,
//! so one value serves all of them; it is an extension of each request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

/// The phase of the current request.
#[derive(Clone, Copy, Default, PartialEq)]
pub enum Phase {
    #[default]
    Idle,
    Receiving,
    Handling,
    /// The response is being written.
    Answering,
}

#[derive(Default)]
pub struct Exchange(Mutex<State>);

#[derive(Default)]
pub struct State {
    pub phase: Phase,
    /// The permits of the request's body in the budget for all bodies, held until the response.
    pub body: Option<OwnedSemaphorePermit>,
    /// Whether the budget had no room for the body.
    pub overloaded: bool,
    /// Whether the body was dropped long before its end, so that the connection must be closed.
    pub unread: bool,
    /// Whether the server has closed the connection during the request.
    pub cut: bool,
}

impl Exchange {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
