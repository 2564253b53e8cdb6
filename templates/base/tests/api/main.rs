//! Black-box tests: a real server on a free port, real connections, and the binary itself where the process matters.

//~ if cache
mod cache;
//~ endif
mod contract;
//~ if database
mod database;
//~ endif
mod errors;
mod lifecycle;
//~ if limiter
mod limiter;
//~ endif
mod load;
mod logging;
mod overload;
//~ if database
mod products;
//~ endif
mod project;
//~ if monitoring_prometheus
mod prometheus;
//~ endif
//~ if database_sqlite
mod sqlite;
//~ endif
mod support;
