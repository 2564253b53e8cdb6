//! The connection to an optional server that replicas share. No request waits for a connection: it is opened, and
//! reopened after an outage, in the background, while requests work without the server.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{sync::watch, time::timeout};

use super::breaker::{Breaker, FAILURES, Failed, Failure, Turn};

/// The time-out for one command of a request.
const COMMAND_TIMEOUT: Duration = Duration::from_millis(25);

/// The time-out for a connection. Only the start of the service waits for it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Prefix of every key, so that services and environments can share a server
    #[arg(long, env, default_value = "app", value_parser = key_prefix)]
    pub key_prefix: String,
}

pub struct Link<C> {
    breaker: Breaker,
    client: watch::Sender<Option<C>>,
    connect: Connect<C>,
    ping: Ping<C>,
}

/// Opens a new connection: the host name may resolve to another address by then, or the password may be corrected.
pub type Connect<C> = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<C>> + Send + Sync>;

/// A command that a working server answers at once.
pub type Ping<C> = fn(C) -> BoxFuture<'static, anyhow::Result<()>>;

impl<C: Clone + Send + Sync + 'static> Link<C> {
    pub fn new(server: &'static str, connect: Connect<C>, ping: Ping<C>) -> Arc<Self> {
        Arc::new(Self { breaker: Breaker::new(server, FAILURES), client: watch::Sender::default(), connect, ping })
    }

    /// The result of `command`, or `None` if there is none within the time-out.
    pub async fn run<T, E: Failure>(self: &Arc<Self>, command: impl AsyncFnOnce(C) -> Result<T, E>) -> Option<T> {
        match self.breaker.turn() {
            Turn::Go => {
                let client = self.client.borrow().clone()?;
                let failed = match self.breaker.call(COMMAND_TIMEOUT, command(client)).await {
                    Ok(answer) => return Some(answer),
                    Err(failed) => failed,
                };
                if !failed.is_outage() {
                    self.breaker.report(&failed);
                }
            }
            Turn::Probe => drop(tokio::spawn(Arc::clone(self).connect())),
            Turn::Wait => {}
        }
        None
    }

    /// Tries to connect. After a failure, `run` tries again when the breaker allows a probe.
    pub async fn connect(self: Arc<Self>) {
        let connect = async {
            let client = (self.connect)().await?;
            // Within the time-out of a command: a slower server would only open the breaker again.
            let ping = timeout(COMMAND_TIMEOUT, (self.ping)(client.clone())).await;
            ping.with_context(|| Failed::<anyhow::Error>::Late(COMMAND_TIMEOUT).to_string())??;
            self.client.send_replace(Some(client));
            anyhow::Ok(())
        };
        self.breaker.call(CONNECT_TIMEOUT, connect).await.ok();
    }

    /// Checks whether the server responds on a new connection, independently of the client of requests and the breaker.
    pub fn probe(self: &Arc<Self>) -> impl Fn() -> BoxFuture<'static, anyhow::Result<()>> + use<C> {
        let link = Arc::clone(self);
        move || {
            let link = Arc::clone(&link);
            async move { (link.ping)((link.connect)().await?).await }.boxed()
        }
    }
}

/// Parses `KEY_PREFIX`, so that complete keys are short and printable.
///
/// # Errors
/// If it is empty, too long, or has other bytes.
pub fn key_prefix(text: &str) -> Result<String, &'static str> {
    let fits = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned()).ok_or("not 1 to 200 visible ASCII characters")
}
