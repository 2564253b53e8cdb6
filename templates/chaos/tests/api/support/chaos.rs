//! A proxy to put between the service and what it needs, that fails on demand: it refuses, falls silent, or is slow.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::ports::{Port, bind};
use super::{eventually, http};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Every byte is passed on at once.
    Pass,
    /// Connections are refused, and open ones are cut.
    Closed,
    /// Connections are accepted, and kept open, and no byte goes through.
    Hole,
    /// Whatever is sent arrives later, in both directions.
    Slow(Duration),
}

/// Its address stays the same while it lives.
pub struct Chaos {
    address: SocketAddr,
    target: String,
    mode: watch::Sender<Mode>,
    /// Keeps the address reserved while the proxy does not listen.
    _port: Port,
    serving: Mutex<Option<JoinHandle<()>>>,
}

impl Chaos {
    /// Passes everything to `target`, a host and a port.
    pub fn start(target: &str) -> Self {
        let port = Port::reserve();
        let address = port.address();
        let (mode, seen) = watch::channel(Mode::Pass);
        let serving = listen(address, target, seen).expect("the port is ours");
        let serving = Mutex::new(Some(serving));
        Self { address, target: target.to_owned(), mode, _port: port, serving }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns when it is so.
    pub async fn set(&self, mode: Mode) {
        let mut serving = self.serving.lock().await;
        self.mode.send_replace(mode);
        *serving = match (serving.take(), mode == Mode::Closed) {
            (Some(task), true) => {
                task.abort();
                // It ends when the listener and every connection are dropped.
                task.await.ok();
                self.refused().await;
                None
            }
            (None, false) => self.listen_again().await,
            (as_it_was, _) => as_it_was,
        };
    }

    /// The closed listener may still accept connections for some milliseconds: see [`bind`].
    async fn refused(&self) {
        eventually("the proxy refuses", async || TcpStream::connect(self.address).await.is_err()).await;
    }

    /// Its address may still be in use for some milliseconds: see [`bind`].
    async fn listen_again(&self) -> Option<JoinHandle<()>> {
        let mut serving = None;
        eventually("the proxy listens again", async || {
            serving = listen(self.address, &self.target, self.mode.subscribe()).ok();
            serving.is_some()
        })
        .await;
        serving
    }
}

fn listen(address: SocketAddr, target: &str, mode: watch::Receiver<Mode>) -> io::Result<JoinHandle<()>> {
    let listener = bind(address)?.listen(1024)?;
    Ok(tokio::spawn(serve(listener, target.to_owned(), mode)))
}

async fn serve(listener: TcpListener, target: String, mode: watch::Receiver<Mode>) {
    // In this task, so that they end with it.
    let mut connections = FuturesUnordered::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => connections.push(relay(client, &target, mode.clone())),
            Some(_) = connections.next() => {}
        }
    }
}

/// Carries bytes both ways until either side has had enough.
async fn relay(client: TcpStream, target: &str, mut mode: watch::Receiver<Mode>) -> io::Result<()> {
    passable(&mut mode).await?;
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (there, back) = (carry(&client, &server, mode.clone()), carry(&server, &client, mode));
    tokio::select! { ended = there => ended, ended = back => ended }
}

async fn carry(from: &TcpStream, to: &TcpStream, mut mode: watch::Receiver<Mode>) -> io::Result<()> {
    loop {
        let mut bytes = Vec::new();
        http::read_more(from, &mut bytes).await?;
        if let Mode::Slow(delay) = passable(&mut mode).await? {
            sleep(delay).await;
        }
        http::write(to, &bytes).await?;
    }
}

/// Returns once bytes may go through, and how.
async fn passable(mode: &mut watch::Receiver<Mode>) -> io::Result<Mode> {
    let mode = mode.wait_for(|mode| *mode != Mode::Hole).await;
    mode.map(|mode| *mode).map_err(|_dropped| io::ErrorKind::ConnectionAborted.into())
}
