//! What the service is made of: its state, the routes of its two ports, and its background tasks.

use std::{sync::Arc, sync::atomic::AtomicBool, sync::atomic::Ordering::Relaxed};

use axum::Router;
use futures_util::FutureExt;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;

use crate::platform::{docs, guard, health};
use crate::{config::Config, greet};

/// What handlers and the guard share.
pub struct App {
    pub config: Config,
    /// Whether load balancers should send requests.
    pub ready: AtomicBool,
    /// One permit for each request that may be in flight.
    pub in_flight: Semaphore,
    pub dependencies: health::Dependencies,
    //~ if database
    pub database: Arc<crate::platform::db::Database>,
    //~ endif
    //~ if cache_redis or limiter_redis
    pub redis: crate::platform::redis::Redis,
    //~ endif
    //~ if cache_memcached
    pub memcached: crate::platform::store::Store,
    //~ endif
    //~ if cache
    pub cache: crate::platform::cache::Cache<crate::products::Product>,
    //~ endif
    //~ if limiter
    pub limiter: crate::platform::limiter::Limiter,
    //~ endif
    //~ if auth
    pub keys: crate::platform::keys::Keys,
    //~ endif
    //~ if upstream
    pub upstream: crate::platform::upstream::Upstream,
    //~ endif
}

impl App {
    /// # Errors
    /// If something that the configuration names is not there.
    pub fn new(config: Config) -> anyhow::Result<Arc<Self>> {
        //~ if monitoring_prometheus
        crate::platform::prometheus::exporter();
        //~ endif
        //~ if cache_redis or limiter_redis
        let redis = crate::platform::redis::link(&config.redis_url);
        //~ endif
        //~ if cache_memcached
        let memcached = crate::platform::store::link(&config.memcached_url);
        //~ endif
        let dependencies = health::Dependencies::default();
        //~ if database
        let dependencies = dependencies.with("database", crate::platform::db::probe(&config.database_url));
        //~ endif
        //~ if cache_redis or limiter_redis
        let dependencies = dependencies.with("redis", redis.probe());
        //~ endif
        //~ if cache_memcached
        let dependencies = dependencies.with("memcached", memcached.probe());
        //~ endif
        Ok(Arc::new(Self {
            ready: AtomicBool::new(false),
            in_flight: Semaphore::new(config.max_in_flight.get()),
            dependencies,
            //~ if database
            database: Arc::new(crate::platform::db::Database::new(&config)?),
            //~ endif
            //~ if cache_memory
            cache: crate::platform::cache::Cache::new(&config),
            //~ endif
            //~ if cache_redis
            cache: crate::platform::cache::Cache::new(&config, &redis),
            //~ endif
            //~ if cache_memcached
            cache: crate::platform::cache::Cache::new(&config, &memcached),
            memcached,
            //~ endif
            //~ if cache_redis or limiter_redis
            redis,
            //~ endif
            //~ if limiter
            limiter: crate::platform::limiter::Limiter::new(config.rate_limit),
            //~ endif
            //~ if auth_api_key
            keys: crate::platform::keys::Keys::new(&config.api_key_environment),
            //~ endif
            //~ if auth_jwt
            keys: crate::platform::keys::Keys::new(&config)?,
            //~ endif
            //~ if upstream
            upstream: crate::platform::upstream::Upstream::new(&config)?,
            //~ endif
            config,
        }))
    }

    /// Makes the service ready, and runs its background tasks. Does not return otherwise.
    ///
    /// # Errors
    /// If the service cannot become ready.
    pub async fn run(&self) -> anyhow::Result<()> {
        let tasks = self.dependencies.watch();
        //~ if auth_jwt
        let tasks = futures_util::future::join(tasks, self.keys.renew());
        //~ endif
        //~ if monitoring_prometheus
        let tasks = futures_util::future::join(tasks, crate::platform::prometheus::upkeep());
        //~ endif
        tokio::try_join!(self.prepare(), tasks.map(Ok)).map(|_ended| ())
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        //~ if database
        crate::platform::migrations::prepare(&self.config.database_url, self.config.migrate_on_start).await?;
        //~ endif
        //~ if cache_redis or limiter_redis
        self.redis.clone().connect().await;
        //~ endif
        //~ if cache_memcached
        self.memcached.clone().connect().await;
        //~ endif
        self.ready.store(true, Relaxed);
        Ok(())
    }
    //~ if monitoring

    /// Updates the gauges; called for each scrape.
    pub fn measure(&self) {
        let in_flight = self.config.max_in_flight.get() - self.in_flight.available_permits();
        metrics::gauge!("http_requests_in_flight").set(in_flight as f64);
        //~ if database
        let (used, idle) = self.database.pool.usage();
        metrics::gauge!("db_pool_connections", "state" => "idle").set(idle as f64);
        metrics::gauge!("db_pool_connections", "state" => "used").set(used as f64);
        //~ endif
        //~ if cache
        metrics::gauge!("cache_entries").set(self.cache.copies().size() as f64);
        metrics::gauge!("cache_loads").set(self.cache.copies().loading() as f64);
        //~ endif
    }
    //~ endif
}

/// The operations of the API, each with its description.
pub fn operations() -> OpenApiRouter<Arc<App>> {
    let router = OpenApiRouter::new();
    //~ if database
    let router = router.merge(crate::products::routes::router());
    //~ endif
    //~ if upstream and database
    let router = router.merge(crate::products::reviews::router());
    //~ endif
    //~ if upstream and not database
    let router = router.merge(crate::quote::router());
    //~ endif
    router.merge(greet::router())
}

/// What the public port answers besides health, not yet guarded.
pub fn router(app: Arc<App>) -> Router {
    Router::from(operations()).merge(docs::router()).with_state(app)
}

/// What the admin port answers, whatever the load: it is only observed.
pub fn admin(app: Arc<App>) -> Router {
    let router = Router::from(health::router());
    //~ if monitoring_prometheus
    let router = router.route("/metrics", axum::routing::get(crate::platform::prometheus::scrape));
    //~ endif
    guard::watch(router.with_state(app))
}
