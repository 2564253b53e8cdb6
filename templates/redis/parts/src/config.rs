//= settings
    /// Where Redis is; rediss:// for TLS
    #[arg(long, env, default_value = "redis://127.0.0.1:6379", value_parser = crate::platform::redis::url)]
    pub redis_url: redis::ConnectionInfo,
