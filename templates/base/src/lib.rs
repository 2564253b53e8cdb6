//! The service as a library, so that tests can start the real thing on a free port.
//!
//! Read `app` first: it holds the state, the routes, and what runs beside them.

pub mod app;
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
//~ if limiter
pub mod limiter;
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
pub mod routes;
pub mod server;
pub mod telemetry;
