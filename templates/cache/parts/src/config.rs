//= settings
    /// Longest a cached product may lag behind the database, from 100ms to 30d
    #[arg(long, env, default_value = "60s", value_parser = time("100ms", "30d"))]
    pub cache_ttl: Duration,
