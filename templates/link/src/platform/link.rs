//! The link to a server that replicas share and that none of them needs. No request waits for a connection: it is made,
//! and after an outage made anew, beside the requests, which do without the server until then.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{sync::watch, time::timeout};

use super::breaker::{Breaker, FAILURES, Failed, Failure, Turn};

/// The longest that a request waits for one command.
const LIMIT: Duration = Duration::from_millis(25);

/// The longest that a connection takes to be made. Only the start of the service waits for it.
const CONNECT: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Put before every key, so that services and environments can share a server
    #[arg(long, env, default_value = "app", value_parser = key_prefix)]
    pub key_prefix: String,
}

pub struct Link<C> {
    breaker: Breaker,
    client: watch::Sender<Option<C>>,
    connect: Connect<C>,
    ping: Ping<C>,
}

/// Starts from scratch each time: by then the name may have another address, or the password be mended.
pub type Connect<C> = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<C>> + Send + Sync>;

/// A command that every server answers at once.
pub type Ping<C> = fn(C) -> BoxFuture<'static, anyhow::Result<()>>;

impl<C: Clone + Send + Sync + 'static> Link<C> {
    pub fn new(server: &'static str, connect: Connect<C>, ping: Ping<C>) -> Arc<Self> {
        Arc::new(Self { breaker: Breaker::new(server, FAILURES), client: watch::Sender::default(), connect, ping })
    }

    /// The result of `command`, or `None` if the server does not give one at once.
    pub async fn run<T, E: Failure>(self: &Arc<Self>, command: impl AsyncFnOnce(C) -> Result<T, E>) -> Option<T> {
        match self.breaker.turn() {
            Turn::Go => {
                let client = self.client.borrow().clone()?;
                let failed = match self.breaker.call(LIMIT, command(client)).await {
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

    /// Tries to connect. If that fails, `run` has it tried again when the breaker allows.
    pub async fn connect(self: Arc<Self>) {
        let connect = async {
            let client = (self.connect)().await?;
            // Within the limit of a command: a server that is slower than that would only open the breaker again.
            let ping = timeout(LIMIT, (self.ping)(client.clone())).await;
            ping.with_context(|| Failed::<anyhow::Error>::Late(LIMIT).to_string())??;
            self.client.send_replace(Some(client));
            anyhow::Ok(())
        };
        self.breaker.call(CONNECT, connect).await.ok();
    }

    /// Whether the server answers on a new connection: neither the client of requests nor the breaker takes part.
    pub fn probe(self: &Arc<Self>) -> impl Fn() -> BoxFuture<'static, anyhow::Result<()>> + use<C> {
        let link = Arc::clone(self);
        move || {
            let link = Arc::clone(&link);
            async move { (link.ping)((link.connect)().await?).await }.boxed()
        }
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
