//! A server in this process: the real accept loop and the whole stack, on free ports.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use app::state::App;
use axum::Router;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Fixture, addresses, bind_here, logs};

/// Runs until the test stops it or ends.
pub struct TestServer {
    pub public: SocketAddr,
    pub admin: SocketAddr,
    pub app: Arc<App>,
    pub fixture: Fixture,
    shutdown: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl TestServer {
    pub async fn start(settings: &[&str]) -> Self {
        Self::with_routes(settings, Router::new()).await
    }

    /// As [`TestServer::start`], with routes of the test behind the same stack.
    pub async fn with_routes(settings: &[&str], routes: Router) -> Self {
        logs::record();
        let fixture = Fixture::new(settings).await;
        let (app, server) = bind_here(fixture.flags.clone(), routes);
        let (public, admin) = addresses(&server);
        let (shutdown, asked) = oneshot::channel::<()>();
        let server = Self {
            public,
            admin,
            app,
            fixture,
            shutdown,
            running: tokio::spawn(async move {
                let stop = async {
                    // A test that ends drops its side of the channel, which does not stop the server.
                    if asked.await.is_err() {
                        pending::<()>().await;
                    }
                };
                server.run(stop).await.expect("the service becomes ready");
            }),
        };
        server.fixture.ready(admin).await;
        server
    }

    /// Asks it to stop, as SIGTERM does; its end is what the handle waits for.
    pub fn stop(self) -> JoinHandle<()> {
        self.shutdown.send(()).expect("it still runs");
        self.running
    }
}
