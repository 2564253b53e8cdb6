//! Two listeners, one accept loop, and the shutdown.
//!
//! The accept loop is custom because `axum::serve` has no time-out for incomplete headers, no cap on connections, and a
//! shutdown that one stuck client can block.

use std::net::{IpAddr, SocketAddr};
use std::{convert::Infallible, io, num::NonZeroUsize, pin::pin, process, sync::Arc, sync::atomic::Ordering::Relaxed};

use anyhow::anyhow;
use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Duration, Instant, sleep, timeout_at};
use tokio::{sync::Semaphore, sync::watch, task::JoinSet};

use super::settings::{number, time};
use super::{Platform, body, connection::Connections, exchange::Stage, socket};

/// The length of the kernel's queue of connections that are not accepted yet.
const BACKLOG: u32 = 1024;

/// Addresses, connections and shutdown.
#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Address both ports listen on; 0.0.0.0 in a container
    #[arg(long, env, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port of the API; 0 picks a free one
    #[arg(long, env, default_value = "8080", value_parser = number::<u16>(0, 65_535))]
    pub port: u16,
    /// Port of health and operations, kept off the internet; 0 picks a free one
    #[arg(long, env, default_value = "8081", value_parser = number::<u16>(0, 65_535))]
    pub admin_port: u16,
    /// Address the admin port listens on, if another than HOST
    #[arg(long, env)]
    pub admin_host: Option<IpAddr>,
    /// Connections held at once; further ones wait in the kernel's queue
    ///
    /// Each of the two ports holds as many, and each connection up to 32 KiB. With 64 MiB for bodies being read, at
    /// most 64 MiB for stored data and 32 MiB for the program, the default fits a container of 256 MiB.
    #[arg(long, env, default_value = "1000", value_parser = number::<NonZeroUsize>(1, 1_000_000))]
    pub max_connections: NonZeroUsize,
    /// Longest wait for a request's header, also for the next request on an idle connection
    #[arg(long, env, default_value = "75s", value_parser = time("100ms", "1h"))]
    pub header_timeout: Duration,
    /// How long to serve after SIGTERM, while load balancers notice that readiness fails
    #[arg(long, env, default_value = "5s", value_parser = time("0s", "1h"))]
    pub drain_delay: Duration,
    /// Longest wait after that for requests in flight
    #[arg(long, env, default_value = "20s", value_parser = time("0s", "1h"))]
    pub drain_timeout: Duration,
}

impl Settings {
    /// The address of the admin port.
    pub fn admin(&self) -> SocketAddr {
        SocketAddr::new(self.admin_host.unwrap_or(self.host), self.admin_port)
    }
}

pub struct Server {
    pub platform: Arc<Platform>,
    pub public: TcpListener,
    pub admin: TcpListener,
    pub public_router: Router,
    pub admin_router: Router,
}

impl Server {
    /// Serves until `shutdown`. Then readiness fails, requests are served for the drain delay, the port closes, and
    /// requests in flight finish. The drain time-out covers everything after the delay; its last tenth is for
    /// [`Platform::close`] and flushing the log. The admin port responds until the end.
    ///
    /// # Errors
    /// If the service cannot become ready.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
        let Self { platform, public, admin, public_router, admin_router } = self;
        let settings = &platform.settings.server;
        let address = |port: &TcpListener| port.local_addr().map(|address| address.to_string()).unwrap_or_default();
        tracing::info!(public = address(&public), admin = address(&admin), "listening");
        let stage = watch::Sender::new(Stage::Serving);
        let bodies = Arc::new(Semaphore::new(body::BUDGET));
        let connections = |router| Connections::new(router, &platform.settings, Arc::clone(&bodies), stage.subscribe());
        let max = settings.max_connections.get();
        let mut open = JoinSet::new();
        let mut probes = JoinSet::new();
        let mut probed = pin!(accept(&admin, connections(admin_router), max, &mut probes));
        let drain = async {
            tokio::select! { () = shutdown => {}, failed = platform.run() => return failed }
            tracing::info!("draining");
            platform.ready.store(false, Relaxed);
            stage.send_replace(Stage::Draining);
            sleep(settings.drain_delay).await;
            Ok(())
        };
        tokio::select! {
            never = accept(&public, connections(public_router), max, &mut open) => match never {},
            never = &mut probed => match never {},
            drained = drain => drained?,
        }
        drop(public);
        stage.send_replace(Stage::Closing);
        let limit = settings.drain_timeout;
        let end = Instant::now() + limit;
        let finished = async { while open.join_next().await.is_some() {} };
        tokio::select! {
            never = &mut probed => match never {},
            finished = timeout_at(end - limit / 10, finished) => {
                if finished.is_err() {
                    tracing::warn!(connections = open.len(), "cutting connections at the drain time-out");
                }
            }
        }
        stage.send_replace(Stage::Cutting);
        open.shutdown().await;
        // Before the last telemetry is sent: this line is part of it.
        tracing::info!("stopped");
        timeout_at(end - limit / 20, platform.close()).await.ok();
        Ok(())
    }
}

/// Binds the public port and the admin port.
///
/// # Errors
/// If one is taken.
pub fn listen(settings: &Settings) -> anyhow::Result<[TcpListener; 2]> {
    let listen = |address| bind(address).map_err(|error| anyhow!("cannot listen on {address}: {error}"));
    Ok([listen(SocketAddr::new(settings.host, settings.port))?, listen(settings.admin())?])
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Otherwise the port of a server that has just exited stays taken.
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(socket::SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves connections, at most `max` at once.
async fn accept(
    listener: &TcpListener,
    port: Arc<Connections>,
    max: usize,
    connections: &mut JoinSet<()>,
) -> Infallible {
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() == max {
            connections.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, peer)) => drop(connections.spawn(Arc::clone(&port).serve(stream, peer))),
            Err(error) => {
                tracing::warn!(error = error.to_string(), "a connection cannot be accepted");
                // Probably out of file descriptors: wait for connections to end.
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Handles SIGTERM and Ctrl-C from this call on, not from the first poll. Resolves on the first signal; a second one ends
/// the process at once.
pub fn signalled() -> impl Future<Output = ()> {
    let listen = |kind| signal(kind).expect("the runtime handles signals");
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate()), listen(SignalKind::interrupt()));
    async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tokio::spawn(async move {
            // The exit codes that a shell reports for these signals.
            process::exit(tokio::select! { _ = terminate.recv() => 143, _ = interrupt.recv() => 130 });
        });
    }
}
