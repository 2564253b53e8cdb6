//! Two listeners, one accept loop, and the shutdown.
//!
//! The loop is ours because it needs what `axum::serve` lacks: an end to half-sent headers, a cap on connections, and a
//! shutdown that one stuck client cannot hold up.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, process, sync::Arc, sync::atomic::Ordering::Relaxed};

use anyhow::anyhow;
use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Duration, Instant, sleep, timeout_at};
use tokio::{sync::Semaphore, sync::watch, task::JoinSet};

use super::connection::{Connections, Stage};
use super::{body, guard, socket};
use crate::{app, app::App, config::Config};

/// Connections that the kernel keeps until there is a place for them.
const BACKLOG: u32 = 1024;

pub struct Server {
    pub app: Arc<App>,
    pub public: TcpListener,
    pub admin: TcpListener,
    router: Router,
}

impl Server {
    /// Takes both ports and makes the service ready to run, with `routes` beside its own behind the same guard.
    ///
    /// # Errors
    /// If a port is taken, or something that is needed at start is not there.
    pub async fn bind(config: Config, routes: Router) -> anyhow::Result<Self> {
        let listen = |port| {
            let address = SocketAddr::new(config.host, port);
            listen(address).map_err(|error| anyhow!("cannot listen on {address}: {error}"))
        };
        let (public, admin) = (listen(config.port)?, listen(config.admin_port)?);
        let app = App::new(config)?;
        let router = guard::protect(app::router(Arc::clone(&app)).merge(routes), &app);
        Ok(Self { app, public, admin, router })
    }

    /// Serves until `shutdown`. Then readiness fails, requests are served for the drain delay, the port closes, and those
    /// in flight finish. The drain time-out covers all that follows the delay: the last tenth of it is for closing the
    /// database and writing the log. The admin port answers until the end.
    ///
    /// # Errors
    /// If the service cannot become ready.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
        let Self { app, public, admin, router } = self;
        let address = |port: &TcpListener| port.local_addr().map(|address| address.to_string()).unwrap_or_default();
        tracing::info!(public = address(&public), admin = address(&admin), "listening");
        let stage = watch::Sender::new(Stage::Serving);
        let bodies = Arc::new(Semaphore::new(body::BUDGET));
        let port = |router| Connections::new(router, &app.config, Arc::clone(&bodies), stage.subscribe());
        let (max, mut open, mut probes) = (app.config.max_connections.get(), JoinSet::new(), JoinSet::new());
        let mut probed = pin!(accept(&admin, port(app::admin(Arc::clone(&app))), max, &mut probes));
        let drain = async {
            tokio::select! { () = shutdown => {}, failed = app.run() => return failed }
            tracing::info!("draining");
            app.ready.store(false, Relaxed);
            stage.send_replace(Stage::Draining);
            sleep(app.config.drain_delay).await;
            Ok(())
        };
        tokio::select! {
            never = accept(&public, port(router), max, &mut open) => match never {},
            never = &mut probed => match never {},
            drained = drain => drained?,
        }
        drop(public);
        stage.send_replace(Stage::Closing);
        let limit = app.config.drain_timeout;
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
        while open.join_next().await.is_some() {}
        //~ if database
        // Writes whose clients have left are finished first, unless the database has fallen silent.
        timeout_at(end - limit / 20, app.database.pool.close()).await.ok();
        //~ endif
        tracing::info!("stopped");
        Ok(())
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Else the port of a server that has just ended stays taken.
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
            // Most likely out of file descriptors: give connections time to end.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Resolves on SIGTERM or Ctrl-C; a second one ends the process at once.
pub async fn signalled() {
    let listen = |kind| signal(kind).expect("the runtime takes signals");
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate()), listen(SignalKind::interrupt()));
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    tokio::spawn(async move {
        // As a shell reports a process that a signal ended.
        process::exit(tokio::select! { _ = terminate.recv() => 143, _ = interrupt.recv() => 130 });
    });
}
