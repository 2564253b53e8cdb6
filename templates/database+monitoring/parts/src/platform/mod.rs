//= ahead
        ::metrics::gauge!("db_migrations_ahead").set(ahead as f64);
