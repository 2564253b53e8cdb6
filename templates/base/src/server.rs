//! Two listeners, one accept loop, and the way down.
//!
//! The loop is ours because it needs what `axum::serve` lacks: an end to half-sent headers, a cap on connections, and a
//! shutdown that one stuck client cannot hold up.

use std::{future::pending, net::SocketAddr, pin::pin, sync::Arc, sync::atomic::Ordering::Relaxed, time::Duration};

use anyhow::anyhow;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, rt::TokioTimer, server::graceful::GracefulShutdown, service::TowerToHyperService};
use tokio::{net::TcpListener, signal, sync::Semaphore, time::sleep, time::timeout};

use crate::{app, app::App, config::Config, guard};

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
        let listen = async |port| {
            let address = SocketAddr::new(config.host, port);
            TcpListener::bind(address).await.map_err(|error| anyhow!("cannot listen on {address}: {error}"))
        };
        let (public, admin) = (listen(config.port).await?, listen(config.admin_port).await?);
        let app = App::new(config)?;
        let router = guard::protect(app::router(Arc::clone(&app)).merge(routes), &app);
        Ok(Self { app, public, admin, router })
    }

    /// Serves until `shutdown`. Then readiness fails, requests are served on for the drain delay, the port closes, and
    /// those in flight get the drain time-out to finish. The admin port answers until the end.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self { app, public, admin, router } = self;
        let address = |port: &TcpListener| port.local_addr().map(|address| address.to_string()).unwrap_or_default();
        tracing::info!(public = address(&public), admin = address(&admin), "listening");
        let stop = async {
            tokio::select! { () = shutdown => {}, () = app.run() => {} }
            tracing::info!("draining");
            app.ready.store(false, Relaxed);
            sleep(app.config.drain_delay).await;
        };
        tokio::select! {
            () = serve(public, router, &app.config, stop) => {}
            () = serve(admin, app::admin(Arc::clone(&app)), &app.config, pending()) => {}
        }
        //~ if database
        // Writes whose clients have left are finished first, unless the database has fallen silent.
        timeout(Duration::from_secs(3), app.database.close()).await.ok();
        //~ endif
        tracing::info!("stopped");
    }
}

async fn serve(listener: TcpListener, router: Router, config: &Config, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(config.header_timeout);
    let slots = Arc::new(Semaphore::new(config.max_connections.get()));
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accept = async { (Arc::clone(&slots).acquire_owned().await, listener.accept().await) };
        let (slot, accepted) = tokio::select! { accepted = accept => accepted, () = &mut stop => break };
        //~ if limiter
        let Ok((stream, peer)) = accepted else {
        //~ else
        let Ok((stream, _)) = accepted else {
        //~ endif
            // Most likely out of file descriptors: give connections time to end.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Answers are small and whole: waiting to fill a packet would only delay them.
        stream.set_nodelay(true).ok();
        //~ if limiter
        let peer = axum::Extension(crate::limiter::Peer(peer));
        let service = TowerToHyperService::new(tower::Layer::layer(&peer, router.clone()));
        //~ else
        let service = TowerToHyperService::new(router.clone());
        //~ endif
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // It fails if the client broke off or sent no HTTP: nobody is left to tell.
            connection.await.ok();
            drop(slot);
        });
    }
    drop(listener);
    if timeout(config.drain_timeout, connections.shutdown()).await.is_err() {
        tracing::warn!("cutting connections that are still open at the drain time-out");
    }
}

/// Resolves on SIGTERM or Ctrl-C.
pub async fn signalled() {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate()).expect("the runtime takes signals");
    tokio::select! { _ = terminate.recv() => {}, _ = signal::ctrl_c() => {} }
}
