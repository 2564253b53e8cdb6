//! The application: the routes of its two ports.

use std::sync::Arc;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::platform::{docs, guard, health, server, server::Server};
use crate::{config::Config, greet, state::App};

/// The operations of the API, each with its description.
pub fn operations() -> OpenApiRouter<Arc<App>> {
    let router = OpenApiRouter::new();
    //= operations
    router.merge(greet::router())
}

/// The routes of the public port without health, before the guard is applied.
pub fn router(app: Arc<App>) -> Router {
    let docs = docs::router(docs::text(operations().into_openapi()));
    Router::from(operations()).with_state(app).merge(docs)
}

/// The routes of the admin port. They are observed but never limited, whatever the load.
pub fn admin(app: &Arc<App>) -> Router {
    let router = Router::from(health::router()).with_state(Arc::clone(&app.platform));
    //= admin
    guard::watch(router)
}
//= measure

/// Binds the application to its two ports, with additional `routes` behind the same guard.
///
/// # Errors
/// If a port is taken, or something that the configuration refers to is missing.
pub fn bind(config: Config, routes: Router) -> anyhow::Result<(Arc<App>, Server)> {
    let [public, admin] = server::listen(&config.platform.server)?;
    let app = App::new(config)?;
    let public_router = guard::protect(router(Arc::clone(&app)).merge(routes), &app.platform);
    let admin_router = self::admin(&app);
    let platform = Arc::clone(&app.platform);
    Ok((app, Server { platform, public, admin, public_router, admin_router }))
}
