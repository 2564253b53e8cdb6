//! What the service is made of: its state, the routes of its two ports, and what goes on beside requests.

use std::{sync::Arc, sync::atomic::AtomicBool, sync::atomic::Ordering::Relaxed};

use axum::Router;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;

use crate::{config::Config, docs, guard, health, routes};

/// What handlers and the guard share.
pub struct App {
    pub config: Config,
    /// Whether load balancers should send requests.
    pub ready: AtomicBool,
    /// One permit for each request that may be in flight.
    pub in_flight: Semaphore,
    //~ if database
    pub database: crate::pool::Pool,
    //~ endif
    //~ if cache_redis or limiter_redis
    pub redis: crate::redis::Redis,
    //~ endif
    //~ if cache_memcached
    pub memcached: crate::store::Store,
    //~ endif
    //~ if cache
    pub cache: crate::cache::Cache,
    //~ endif
    //~ if limiter
    pub limiter: crate::limiter::Limiter,
    //~ endif
    //~ if auth
    pub keys: crate::keys::Keys,
    //~ endif
    //~ if upstream
    pub upstream: crate::upstream::Upstream,
    //~ endif
}

impl App {
    /// # Errors
    /// If something that the configuration names is not there.
    pub fn new(config: Config) -> anyhow::Result<Arc<Self>> {
        //~ if monitoring_prometheus
        crate::prometheus::exporter();
        //~ endif
        //~ if cache_redis or limiter_redis
        let redis = crate::redis::link(&config.redis_url);
        //~ endif
        //~ if cache_memcached
        let memcached = crate::store::link(&config.memcached_url);
        //~ endif
        Ok(Arc::new(Self {
            ready: AtomicBool::new(false),
            in_flight: Semaphore::new(config.max_in_flight.get()),
            //~ if database
            database: crate::pool::open(&config.database_url)?,
            //~ endif
            //~ if cache_memory
            cache: crate::cache::Cache::new(config.cache_ttl),
            //~ endif
            //~ if cache_redis
            cache: crate::cache::Cache::new(crate::remote::Remote::new(redis.clone(), &config)),
            //~ endif
            //~ if cache_memcached
            cache: crate::cache::Cache::new(crate::remote::Remote::new(memcached.clone(), &config)),
            memcached,
            //~ endif
            //~ if cache_redis or limiter_redis
            redis,
            //~ endif
            //~ if limiter
            limiter: crate::limiter::Limiter::new(config.rate_limit),
            //~ endif
            //~ if auth_api_key
            keys: crate::keys::Keys::new(&config.api_key_environment),
            //~ endif
            //~ if auth_jwt
            keys: crate::keys::Keys::new(&config)?,
            //~ endif
            //~ if upstream
            upstream: crate::upstream::Upstream::new(&config)?,
            //~ endif
            config,
        }))
    }

    /// Gets the service ready, then does what has to be done now and then. Does not return.
    pub async fn run(&self) {
        //~ if database
        crate::db::prepare(&self.database, self.config.migrate_on_start).await;
        //~ endif
        //~ if cache_redis or limiter_redis
        self.redis.clone().connect().await;
        //~ endif
        //~ if cache_memcached
        self.memcached.clone().connect().await;
        //~ endif
        self.ready.store(true, Relaxed);
        //~ if auth_jwt and monitoring_prometheus
        tokio::join!(self.keys.renew(), crate::prometheus::upkeep());
        //~ endif
        //~ if auth_jwt and not monitoring_prometheus
        self.keys.renew().await
        //~ endif
        //~ if not auth_jwt and monitoring_prometheus
        crate::prometheus::upkeep().await
        //~ endif
        //~ if not auth_jwt and not monitoring_prometheus
        std::future::pending().await
        //~ endif
    }
    //~ if monitoring

    /// Takes the readings that only matter when somebody looks.
    pub fn measure(&self) {
        let in_flight = self.config.max_in_flight.get() - self.in_flight.available_permits();
        metrics::gauge!("http_requests_in_flight").set(in_flight as f64);
        //~ if database
        let (all, idle) = (f64::from(self.database.size()), self.database.num_idle() as f64);
        metrics::gauge!("db_pool_connections", "state" => "idle").set(idle);
        metrics::gauge!("db_pool_connections", "state" => "used").set((all - idle).max(0.0));
        //~ endif
        //~ if cache
        metrics::gauge!("cache_entries").set(self.cache.size() as f64);
        //~ endif
    }
    //~ endif
}

/// The operations of the API, each with its description.
pub fn operations() -> OpenApiRouter<Arc<App>> {
    let router = OpenApiRouter::new();
    //~ if database
    let router = router.merge(routes::products::router());
    //~ endif
    //~ if upstream and database
    let router = router.merge(routes::reviews::router());
    //~ endif
    //~ if upstream and not database
    let router = router.merge(routes::quote::router());
    //~ endif
    router.merge(routes::greet::router())
}

/// What the public port answers besides health, not yet guarded.
pub fn router(app: Arc<App>) -> Router {
    Router::from(operations()).merge(docs::router()).with_state(app)
}

/// What the admin port answers, whatever the load: it is only observed.
pub fn admin(app: Arc<App>) -> Router {
    let router = Router::from(health::router());
    //~ if monitoring_prometheus
    let router = router.route("/metrics", axum::routing::get(crate::prometheus::scrape));
    //~ endif
    guard::watch(router.with_state(app))
}
