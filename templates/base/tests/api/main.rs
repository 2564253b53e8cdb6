//! Black-box tests: a real server on a free port, real connections, and the binary itself where the process matters.

//~ if auth
mod auth;
//~ endif
//~ if cache
mod cache;
//~ endif
//~ if database_postgres or cache_redis or cache_memcached or limiter_redis or upstream_http
mod chaos;
//~ endif
mod contract;
//~ if database
mod database;
//~ endif
mod errors;
//~ if cache_redis
mod full;
//~ endif
//~ if auth_api_key
mod keys;
//~ endif
mod lifecycle;
//~ if limiter
mod limiter;
//~ endif
//~ if cache_redis or cache_memcached or limiter_redis
mod link;
//~ endif
mod load;
mod logging;
mod overload;
//~ if database_postgres
mod postgres;
//~ endif
//~ if database
mod products;
//~ endif
mod project;
//~ if monitoring_prometheus
mod prometheus;
//~ endif
//~ if cache_redis or limiter_redis
mod redis;
//~ endif
//~ if cache_redis or cache_memcached
mod remote;
//~ endif
//~ if limiter_redis
mod shared_limit;
//~ endif
//~ if database_sqlite
mod sqlite;
//~ endif
mod support;
//~ if auth_jwt
mod tokens;
//~ endif
//~ if upstream
mod upstream;
//~ endif
