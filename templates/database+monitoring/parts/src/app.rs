//= gauges
        let (used, idle) = self.database.pool.usage();
        metrics::gauge!("db_pool_connections", "state" => "idle").set(idle as f64);
        metrics::gauge!("db_pool_connections", "state" => "used").set(used as f64);
        metrics::gauge!("db_pool_waiting").set(self.database.pool.waiting() as f64);
        metrics::gauge!("db_pool_size").set(f64::from(crate::platform::engine::CONNECTIONS));
