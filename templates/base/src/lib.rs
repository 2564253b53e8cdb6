//! The service as a library, so that tests can start the real thing on a free port.
//!
//! Read `app` first: it holds the state, the routes, and what runs beside them.

pub mod app;
//~ if auth
pub mod auth;
//~ endif
//~ if cache_redis or cache_memcached or limiter_redis or upstream_http
pub mod breaker;
//~ endif
//~ if cache
pub mod cache;
//~ endif
pub mod config;
//~ if database
pub mod db;
//~ endif
pub mod docs;
pub mod error;
//~ if database
pub mod extract;
//~ endif
pub mod guard;
pub mod health;
//~ if auth
pub mod keys;
//~ endif
//~ if limiter
pub mod limiter;
//~ endif
//~ if cache_redis or cache_memcached or limiter_redis
pub mod link;
//~ endif
//~ if monitoring
pub mod metrics;
//~ endif
//~ if database
pub mod pool;
pub mod products;
//~ endif
//~ if monitoring_prometheus
pub mod prometheus;
//~ endif
//~ if limiter
pub mod quota;
//~ endif
//~ if cache_redis or limiter_redis
pub mod redis;
//~ endif
//~ if cache_redis or cache_memcached
pub mod remote;
//~ endif
pub mod routes;
pub mod server;
//~ if limiter_redis
pub mod shared_limit;
//~ endif
//~ if cache_redis or cache_memcached
pub mod store;
//~ endif
pub mod telemetry;
//~ if upstream
pub mod upstream;
//~ endif
