//= gauges
    let (used, idle) = app.platform.database.pool.usage();
    metrics::gauge!("db_pool_connections", "state" => "idle").set(idle as f64);
    metrics::gauge!("db_pool_connections", "state" => "used").set(used as f64);
    metrics::gauge!("db_pool_waiting").set(app.platform.database.pool.waiting() as f64);
    metrics::gauge!("db_pool_size").set(f64::from(crate::platform::engine::CONNECTIONS));
