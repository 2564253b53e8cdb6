//! The way to a server that replicas share and that none of them needs. No request waits for a connection: it is made,
//! and after an outage made anew, beside the requests, which do without the server until then.

use std::{fmt::Display, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::breaker::{Breaker, FAILURES, Turn};

/// Longest that a request waits for one command.
const LIMIT: Duration = Duration::from_millis(25);

/// Longest that a connection takes to be made, and to answer. Only the start of the service waits for it.
const CONNECT: Duration = Duration::from_secs(1);

pub struct Link<C> {
    breaker: Breaker,
    client: watch::Sender<Option<C>>,
    connect: Connect<C>,
}

/// Starts from scratch each time: a name may lead elsewhere by then, or a password be mended.
type Connect<C> = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<C>> + Send + Sync>;

impl<C: Clone + Send + Sync + 'static> Link<C> {
    pub fn new(server: &'static str, connect: Connect<C>) -> Arc<Self> {
        Arc::new(Self { breaker: Breaker::new(server, FAILURES), client: watch::Sender::default(), connect })
    }

    /// What `command` comes to, or `None` if the server does not do it at once.
    pub async fn run<T, E: Display>(self: &Arc<Self>, command: impl AsyncFnOnce(C) -> Result<T, E>) -> Option<T> {
        match self.breaker.turn() {
            Turn::Go => {
                let client = self.client.borrow().clone()?;
                return self.breaker.call(LIMIT, command(client)).await;
            }
            Turn::Probe => drop(tokio::spawn(Arc::clone(self).connect())),
            Turn::Wait => {}
        }
        None
    }

    /// Tries to connect. If that fails, `run` has it tried again when the breaker allows.
    pub async fn connect(self: Arc<Self>) {
        let connect = async { (self.connect)().await.map(|client| self.client.send_replace(Some(client))) };
        self.breaker.call(CONNECT, connect).await;
    }
}

/// The rule of `KEY_PREFIX`: with what follows it, a key is short and visible.
///
/// # Errors
/// If it is longer, or has other bytes.
pub fn key_prefix(text: &str) -> Result<String, &'static str> {
    let fits = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned()).ok_or("not 1 to 200 visible ASCII characters")
}
