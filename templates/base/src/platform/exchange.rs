//! State shared by a connection and the layers around its requests. HTTP/1 has one request at a time on a connection,
//! so one value serves all of them; it is an extension of each request.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, watch};

/// The stage of the shutdown.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Stage {
    Serving,
    /// Each response is the last of its connection.
    Draining,
    /// Idle connections are closed, the others after the response to their request.
    Closing,
    /// All connections are closed, also during a request.
    Cutting,
}

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

pub struct Exchange {
    /// The other end of the connection.
    pub peer: SocketAddr,
    stage: watch::Receiver<Stage>,
    state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    pub phase: Phase,
    /// The permits of the request's body in the budget for all bodies, held until the response.
    pub body: Option<OwnedSemaphorePermit>,
    /// Whether the budget had no room for the body.
    pub overloaded: bool,
    /// Whether the body was dropped long before its end, so that the connection must be closed.
    pub unread: bool,
}

impl Exchange {
    pub fn new(peer: SocketAddr, stage: watch::Receiver<Stage>) -> Arc<Self> {
        Arc::new(Self { peer, stage, state: Mutex::default() })
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether each response is the last of its connection.
    pub fn is_draining(&self) -> bool {
        *self.stage.borrow() > Stage::Serving
    }

    /// Whether the server closes all connections, also during a request.
    pub fn is_cut(&self) -> bool {
        *self.stage.borrow() == Stage::Cutting
    }
}
