//! A server in this process: the real accept loop and the whole stack, on free ports.

use std::future::pending;
use std::net::SocketAddr;
//~ if database
use std::sync::Arc;
//~ endif

//~ if database
use app::app::App;
//~ endif
use app::platform::server::Server;
use axum::Router;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

//~ if database
use super::database::Database;
//~ endif
use super::{addresses, config, flags, logs, ready};

/// Runs until the test stops it or ends.
pub struct TestServer {
    pub public: SocketAddr,
    pub admin: SocketAddr,
    //~ if database
    pub app: Arc<App>,
    pub database: Database,
    //~ endif
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
        let flags = flags(settings);
        //~ if database
        let database = Database::new().await;
        let flags = [vec![database.flag()], flags].concat();
        //~ endif
        let server = Server::bind(config(flags), routes).await.expect("the server starts");
        let (public, admin) = addresses(&server);
        //~ if database
        let app = Arc::clone(&server.app);
        //~ endif
        let (shutdown, asked) = oneshot::channel::<()>();
        let running = tokio::spawn(async move {
            let stop = async {
                // A test that ends without asking drops its side, and that is no wish to stop.
                if asked.await.is_err() {
                    pending::<()>().await;
                }
            };
            server.run(stop).await.expect("the service becomes ready");
        });
        ready(admin).await;
        //~ if auth_api_key
        super::auth::admit(&app.database.pool).await;
        //~ endif
        //~ if database
        Self { public, admin, app, database, shutdown, running }
        //~ else
        Self { public, admin, shutdown, running }
        //~ endif
    }

    /// Asks it to stop, as SIGTERM does; its end is what the handle waits for.
    pub fn stop(self) -> JoinHandle<()> {
        self.shutdown.send(()).expect("it still runs");
        self.running
    }
}
